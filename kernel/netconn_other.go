//go:build !unix

package kernel

import (
	"net"
	"syscall"
)

// descriptorConn is not called: there are no descriptors.
func (h *Handle) descriptorConn() (net.Conn, error) { return nil, syscall.ENOTSOCK }
