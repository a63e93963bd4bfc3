package socketfactory

import (
	"errors"

	"github.com/gopoe/poe/kernel"
)

// openSocket is systemSocket in a run that may be recorded or replayed.
func openSocket(c *Config, e endpoint, local bool) (h *kernel.Handle, op string, err error) {
	h, err = kernel.Recorded(nil, "socket", func() (*kernel.Handle, error) {
		h, op, err := systemSocket(c, e, local)
		if err != nil {
			return nil, &kernel.OpError{Op: op, Err: err}
		}
		return h, nil
	})
	var failed *kernel.OpError
	if errors.As(err, &failed) {
		return nil, failed.Op, failed.Err
	}
	if err != nil {
		return nil, "socket", err
	}
	return h, "", nil
}
