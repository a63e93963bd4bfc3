//go:build !unix

package daemon

import (
	"errors"
	"fmt"
	"os"
)

func redirect(_, to *os.File) error {
	return fmt.Errorf("daemon: redirect %s: %w", to.Name(), errors.ErrUnsupported)
}
