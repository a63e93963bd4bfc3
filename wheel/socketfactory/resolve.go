package socketfactory

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// resolve finds the addresses of a host and calls done with them, at once for
// a literal address. Names are looked up on another goroutine.
func (w *Wheel) resolve(host, service string, port int, done func([]netip.AddrPort)) {
	addrs, known := literal(host, w.config.Domain)
	if known && service == "" {
		done(withPort(addrs, port))
		return
	}
	network := "ip4"
	if w.config.Domain == Inet6 {
		network = "ip6"
	} else if w.config.RemoteAddress != "" {
		network = "ip"
	}
	var err error
	w.lookup, err = w.base.Kernel.Host().OffloadFunc(nil, kind.Name()+": look up", func(ctx context.Context) (any, error) {
		return lookUp(ctx, w.config, network, host, addrs, service, port)
	}, func(_ kernel.Event, found any, err error) {
		w.lookup = nil
		var failed *kernel.OpError
		switch {
		case w.base.Closed():
		case errors.As(err, &failed):
			w.base.Cancel(&w.timeout)
			w.failure(failed.Op, failed.Err)
		default:
			done(found.([]netip.AddrPort))
		}
	})
	if err != nil {
		w.failLater("getaddrinfo", err)
	}
}

// literal turns a literal address, or none, into addresses.
func literal(host string, d Domain) ([]netip.Addr, bool) {
	if host == "" {
		if d == Inet6 {
			return []netip.Addr{netip.IPv6Unspecified()}, true
		}
		return []netip.Addr{netip.IPv4Unspecified()}, true
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return nil, false
	}
	return []netip.Addr{a.Unmap()}, true
}

func withPort(addrs []netip.Addr, port int) []netip.AddrPort {
	out := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		out[i] = netip.AddrPortFrom(a, uint16(port))
	}
	return out
}

// lookUp finds a service's port and a host's addresses. It may block. Its
// errors are *kernel.OpError, with EADDRNOTAVAIL for what does not exist.
func lookUp(ctx context.Context, c Config, network, host string, known []netip.Addr, service string, port int) ([]netip.AddrPort, error) {
	r := c.Resolver
	if r == nil {
		r = net.DefaultResolver
	}
	if service != "" {
		transport := "tcp"
		if c.Type == Datagram {
			transport = "udp"
		}
		var err error
		if port, err = r.LookupPort(ctx, transport, service); err != nil {
			return nil, &kernel.OpError{Op: "getservbyname", Err: syscall.EADDRNOTAVAIL}
		}
	}
	if known != nil {
		return withPort(known, port), nil
	}
	addrs, err := r.LookupNetIP(ctx, network, host)
	if err != nil || len(addrs) == 0 {
		return nil, &kernel.OpError{Op: "getaddrinfo", Err: lookUpError{err}}
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return interleave(withPort(addrs, port)), nil
}

// lookUpError is a failed look-up with the error number that POE gives it.
type lookUpError struct{ err error }

func (e lookUpError) Error() string {
	if e.err == nil {
		return syscall.EADDRNOTAVAIL.Error()
	}
	return e.err.Error()
}

func (e lookUpError) Unwrap() []error { return []error{e.err, syscall.EADDRNOTAVAIL} }

// interleave sorts addresses so that the families take turns, IPv6 first, as
// RFC 8305 has it.
func interleave(addrs []netip.AddrPort) []netip.AddrPort {
	var six, four, out []netip.AddrPort
	for _, a := range addrs {
		if a.Addr().Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	for len(six) > 0 || len(four) > 0 {
		if len(six) > 0 {
			out, six = append(out, six[0]), six[1:]
		}
		if len(four) > 0 {
			out, four = append(out, four[0]), four[1:]
		}
	}
	return out
}
