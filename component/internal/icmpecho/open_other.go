//go:build !unix

package icmpecho

import (
	"errors"

	"github.com/gopoe/poe/kernel"
)

// open fails: on this system the program gives the socket.
func open(bool) (h *kernel.Handle, raw bool, err error) {
	return nil, false, errors.New("icmpecho: this system needs a socket that the program has opened")
}
