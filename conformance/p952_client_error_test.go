package conformance

import (
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p952(p *port) {
	k := p.kernel()
	p.warned = func(message string, attrs map[string]any) { p.out("warning", serverWarning(message, attrs)) }
	run := func(label, end string, keep bool, failed func(*servertcp.Client, *kernel.OpError)) {
		p.out("-- " + label)
		l := p.server(k, servertcp.Config{
			Alias: "server", ClientKeepOnError: keep, ClientError: failed,
			ClientConnected: func(c *servertcp.Client) { p.out("connected, shutdown_on_error", number(c.ShutdownOnError)) },
			ClientInput:     servertcp.Input(func(_ *servertcp.Client, line string) { p.out("input", line) }),
			ClientDisconnected: func(c *servertcp.Client) {
				p.out("disconnected, error", yesNo(c.GotAnError))
				k.Post(kernel.Alias("server"), "shutdown")
			},
			InlineStates: states{"after": func(e kernel.Event) {
				if again(e) {
					return
				}
				c := session.Heap[servertcp.Client](e)
				p.out("after, wheel", is(c.Wheel != nil, "there", "gone"))
				if c.Wheel != nil {
					c.Shutdown()
				}
			}},
		})
		client := p.dial(portOf(l.Addr()))
		client.write("line\nunfinished")
		if end == "reset" {
			client.reset()
		}
		inline(k, states{
			"_start": func(kernel.Event) { k.Delay("close", 20*time.Millisecond) },
			"close":  func(kernel.Event) { client.close() },
		})
		k.Run()
	}
	told := func(_ *servertcp.Client, err *kernel.OpError) {
		p.out("ClientError", err.Op, errnoName(int(err.Errno())))
		k.Yield("after", 3)
	}
	run("told, closed", "close", false, told)
	run("told, reset", "reset", false, told)
	run("told, kept", "close", true, told)
	run("default, closed", "close", false, nil)
	run("default, reset", "reset", false, nil)
}
