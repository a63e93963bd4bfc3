package conformance

import (
	"fmt"
	"syscall"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func p509(p *port) {
	k := p.kernel()
	p.warned = func(message string, attrs map[string]any) { p.out("warning:", serverWarning(message, attrs)) }
	var port int
	says := func(args ...any) func(*servertcp.Listener) {
		return func(*servertcp.Listener) { p.out(args...) }
	}
	p.server(k, servertcp.Config{
		Alias: "first", ClientInput: noInput(), ListenerArgs: []any{"a", nil, []string{"b"}},
		Started: func(l *servertcp.Listener) {
			port = portOf(l.Addr())
			words := []any{"Started first"}
			for _, a := range l.Args {
				if list, ok := a.([]string); ok {
					a = fmt.Sprint(list)
				}
				words = append(words, a)
			}
			p.out(words...)
		},
		Stopped: says("Stopped first"),
	})
	second := func() {
		p.server(k, servertcp.Config{
			Alias: "second", Port: port, ClientInput: noInput(), Started: says("Started second"), Stopped: says("Stopped second"),
			Error: func(l *servertcp.Listener, err *kernel.OpError) {
				p.out("Error", err.Op, either[any](err.Errno() == syscall.EADDRINUSE, "EADDRINUSE", int(err.Errno())),
					capital(err.Text()), "argc", len(l.Args),
					"wheel id", is(kernel.Arg[kernel.WheelID](l.Event, 3) == l.Wheel.ID(), "matches", "differs"))
			},
		})
	}
	third := func() {
		p.server(k, servertcp.Config{
			Port: port, ClientInput: noInput(), Started: says("Started third"),
			Stopped: func(l *servertcp.Listener) { p.out("Stopped third, listener", is(l.Wheel != nil, "there", "gone")) },
		})
	}
	runPlan(k, 0, 6,
		second,
		func() {
			p.out("second is", is(resolves(k, "second"), "alive", "gone"))
			k.Post(kernel.Alias("second"), "shutdown")
		},
		third,
		func() { k.Post(kernel.Alias("first"), "shutdown") },
	)
	k.Run()
}
