package socketfactory

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// acceptBatch is how many connections are accepted in one turn.
const acceptBatch = 64

// acceptRest is how long a listener rests when the process has no descriptors
// left: the connection that cannot be accepted would report itself for ever.
const acceptRest = 100 * time.Millisecond

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
		w.later(func() { w.success(Socket{Handle: h}) })
		return
	}
	w.accepting(h)
}

// accepting starts to accept.
func (w *Wheel) accepting(h *kernel.Handle) {
	w.listener, w.listening = h, true
	w.inOwner(func() {
		if err := w.k.Watch(h, kernel.Read, eventName+": accept", w); err != nil {
			w.failLater("listen", err)
		}
	})
}

// HandleReady is called by the kernel when connections wait.
func (w *Wheel) HandleReady(kernel.Mode) {
	for range acceptBatch {
		h, from, err := w.listener.Accept()
		switch {
		case err == nil:
			w.success(acceptedSocket(h, from))
		case err == kernel.ErrWouldBlock:
			return
		case outOfDescriptors(err):
			w.rest()
			w.failure("accept", err)
			return
		default:
			w.failure("accept", err)
			return
		}
		if w.closed || w.paused {
			return
		}
	}
}

// rest stops accepting for a moment.
func (w *Wheel) rest() {
	w.k.SelectPauseRead(w.listener)
	_, err := w.k.DelayFunc(eventName+": accept again", acceptRest, func(kernel.Event) {
		if !w.closed && !w.paused {
			w.k.SelectResumeRead(w.listener)
		}
	})
	if err != nil {
		w.k.Warn("socketfactory: the wheel's session is gone", "wheel", w.id, "error", err)
	}
}

func outOfDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}

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

// Listen opens a listening socket at once, without a wheel, for those who want
// the error at once. It may wait for a name to be looked up. Give the handle to
// a wheel as Config.Listener. The error is a *kernel.OpError or a
// *kernel.ConfigError.
func Listen(c Config) (*kernel.Handle, error) {
	if c.Events == nil {
		c.Events = Names{Success: "-", Failure: "-"}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	to := endpoint{path: c.BindAddress}
	if c.Domain != Unix {
		addrs, err := c.localAddrs(context.Background())
		if err != nil {
			return nil, err
		}
		to = endpoint{addr: addrs[0]}
	}
	h, op, err := openSocket(&c, to, true)
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
