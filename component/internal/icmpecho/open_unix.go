//go:build unix

package icmpecho

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
)

// open opens an unprivileged socket, or a raw one.
func open(six bool) (h *kernel.Handle, raw bool, err error) {
	domain, protocol := unix.AF_INET, protocol4
	if six {
		domain, protocol = unix.AF_INET6, protocol6
	}
	fd, first := unix.Socket(domain, unix.SOCK_DGRAM, protocol)
	if first != nil {
		raw = true
		if fd, err = unix.Socket(domain, unix.SOCK_RAW, protocol); err != nil {
			return nil, false, fmt.Errorf("icmpecho: an ICMP socket is not allowed: unprivileged: %w; raw: %w", first, err)
		}
	}
	unix.CloseOnExec(fd)
	h, err = kernel.FD(fd)
	return h, raw, err
}
