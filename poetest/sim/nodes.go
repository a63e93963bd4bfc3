package sim

import (
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Network is a host's network as a node uses it:
//
//	node.Start(h.Kernel, node.Config{Name: h.Name(), Listen: h.Name() + ":7700", Network: h.Network(), ...})
//
// Addresses are HOST:PORT with the name of a host.
type Network struct{ h *Host }

// Network returns the host's network for a node.
func (h *Host) Network() Network { return Network{h} }

// Listen listens at the port of an address, as [Host.Listen].
func (n Network) Listen(address string) (*kernel.Handle, error) {
	_, port, err := splitAddress(address)
	if err != nil {
		return nil, err
	}
	return n.h.Listen(port)
}

// Dial connects to an address, as [Host.Dial].
func (n Network) Dial(address string, done func(*kernel.Handle, error)) {
	host, port, err := splitAddress(address)
	if err != nil {
		host, port = "", 0 // no such host
	}
	n.h.Dial(host, port, done)
}

// Now returns the world's time, whatever the host's clock says.
func (n Network) Now() time.Duration { return n.h.w.now }

func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	if port, err = strconv.Atoi(text); err != nil || port <= 0 || port > 65535 {
		return "", 0, &kernel.OpError{Op: "address " + address, Err: syscall.EINVAL}
	}
	return host, port, nil
}
