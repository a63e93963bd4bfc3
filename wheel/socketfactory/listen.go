package socketfactory

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/acceptor"
)

// bind opens the local socket, once its address is known.
func (w *Wheel) bind() {
	if w.config.Domain == Unix {
		w.open(endpoint{path: w.config.BindAddress})
		return
	}
	w.resolve(w.config.BindAddress, w.config.BindService, w.config.BindPort, func(addrs []netip.AddrPort) {
		w.open(endpoint{addr: addrs[0]})
	})
}

// open makes the local socket: a listening one, or one for datagrams, which is
// handed out.
func (w *Wheel) open(local endpoint) {
	h, op, err := openSocket(&w.config, local, true)
	if err != nil {
		w.failLater(op, err)
		return
	}
	if w.config.Type == Datagram {
		w.datagram = h
		w.base.Later(func() { w.handedOut = true; w.success(Socket{Handle: h}) })
		return
	}
	w.accepting(h)
}

// accepting starts to accept.
func (w *Wheel) accepting(h *kernel.Handle) {
	w.listener = h
	var err error
	w.acceptor, err = acceptor.New(acceptor.Config{
		Base: &w.base, Handle: h, Name: kind.Name() + ": accept", Batch: w.config.Batch,
		Accepted: func(h *kernel.Handle, from net.Addr) { w.success(acceptedSocket(h, from)) },
		Failed:   w.acceptFailed,
	})
	if err != nil {
		failed := kernel.SyscallError("listen", err)
		w.failLater(failed.Op, failed.Err)
	}
}

// acceptFailed reports an error of accept.
func (w *Wheel) acceptFailed(err error, fatal bool) {
	if fatal {
		w.base.Warn("accepting has ended", "error", err)
	}
	w.failure("accept", err)
}

// Temporary reports whether the wheel continues after err, an error of the
// operation "accept": it accepts again after a pause. After any other error of
// that operation it does not accept any more.
func Temporary(err error) bool { return acceptor.Temporary(err) }

func acceptedSocket(h *kernel.Handle, from net.Addr) Socket {
	s := Socket{Handle: h}
	switch from := from.(type) {
	case *net.TCPAddr:
		a := from.AddrPort()
		s.Peer = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	case *net.UnixAddr:
		s.Path = from.Name
	}
	return s
}

// Listen opens a listening socket without a wheel, which the caller owns. It
// may wait for a name to be looked up. The events in c are not used. A wheel
// gets the handle as Config.Listener. The error is a *kernel.OpError or a
// *kernel.ConfigError.
func Listen(c Config) (*kernel.Handle, error) {
	if c.Events == nil {
		c.Events = Names{Success: "-", Failure: "-"}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	h, err := kernel.Recorded(nil, "listen", c.listen)
	if errno, ok := err.(syscall.Errno); ok {
		err = &kernel.OpError{Op: "listen", Err: errno}
	}
	return h, err
}

func (c *Config) listen() (*kernel.Handle, error) {
	to := endpoint{path: c.BindAddress}
	if c.Domain != Unix {
		addrs, err := c.localAddrs(context.Background())
		if err != nil {
			return nil, err
		}
		to = endpoint{addr: addrs[0]}
	}
	h, op, err := systemSocket(c, to, true)
	if err != nil {
		return nil, &kernel.OpError{Op: op, Err: err}
	}
	return h, nil
}

func (c *Config) localAddrs(ctx context.Context) ([]netip.AddrPort, error) {
	addrs, known := literal(c.BindAddress, c.Domain)
	if known && c.BindService == "" {
		return withPort(addrs, c.BindPort), nil
	}
	network := "ip4"
	if c.Domain == Inet6 {
		network = "ip6"
	}
	return lookUp(ctx, *c, network, c.BindAddress, addrs, c.BindService, c.BindPort)
}
