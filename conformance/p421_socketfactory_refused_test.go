package conformance

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// boundPort is the port of a socket that is bound, but does not listen.
func (p *port) boundPort() int {
	return must(kernel.Recorded(p.k, "binds", func() (int, error) {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			return 0, err
		}
		p.Cleanup(func() { unix.Close(fd) })
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			return 0, err
		}
		return must(unix.Getsockname(fd)).(*unix.SockaddrInet4).Port, nil
	}))
}

func p421(p *port) {
	k := p.kernel()
	closedPort := p.boundPort()
	_, usedPort := p.listen()
	type attempt struct {
		label  string
		config socketfactory.Config
	}
	cases := []attempt{
		{"refused", socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: closedPort}},
		{"bind in use", socketfactory.Config{BindAddress: "127.0.0.1", BindPort: usedPort}},
		{"bind in use with Reuse", socketfactory.Config{BindAddress: "127.0.0.1", BindPort: usedPort, Reuse: true}},
		{"bind to a foreign address", socketfactory.Config{BindAddress: "192.0.2.1"}},
		{"unknown service", socketfactory.Config{RemoteAddress: "127.0.0.1", RemoteService: "no-such-service"}},
		{"unknown bind service", socketfactory.Config{BindAddress: "127.0.0.1", BindService: "no-such-service"}},
		{"unix without server", socketfactory.Config{Domain: socketfactory.Unix, RemoteAddress: "/nonexistent/socket"}},
	}
	var w *socketfactory.Wheel
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("next") },
		"next": func(kernel.Event) {
			if len(cases) == 0 {
				return
			}
			c := cases[0]
			cases = cases[1:]
			p.out("--", c.label)
			c.config.Events = socketfactory.Names{Success: "ok", Failure: "failed"}
			w = must(socketfactory.New(k, c.config))
			p.out("new returned", "POE::Wheel::SocketFactory")
		},
		"failed": func(e kernel.Event) {
			errno := kernel.Arg[int](e, 1)
			said := e.Arg(2)
			p.out("failed", e.Arg(0), errnoName(errno), "text is", either[any](said == syscall.Errno(errno).Error(), "strerror", fmt.Sprintf("<%s>", said)),
				"my id", yesNo(e.Arg(3) == w.ID()), "argc", len(e.Args))
			w.Close()
			k.Yield("next")
		},
		"ok": func(kernel.Event) {
			p.out("success (unexpected)")
			w.Close()
			k.Yield("next")
		},
	})
	k.Run()
	const domains = "a Domain is one of the constants"
	p.notInGo("-- unsupported domain", domains)
	p.notInGo("new returned POE::Wheel::SocketFactory", domains)
	p.notInGo("failed domain 0 <SocketDomain 9999 is currently unsupported on this platform> my id yes argc 4", domains)
}
