//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/listenaccept"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// POE::Test::Loops::wheel_accept: a listening socket of the program's own is
// accepted from five times, under names that were changed after the wheel was
// made.
func TestLoopsWheelAccept(t *testing.T) {
	perLoop(t, func(p *proof) {
		const times = 5
		k := p.kernel()
		h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
		p.must().NoError(err)
		var wheel *listenaccept.Wheel
		accepted := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				wheel, err = listenaccept.New(e.Kernel, listenaccept.Config{
					Handle: h, Events: listenaccept.Names{Accept: "nonexistent", Error: "nonexistent"},
				})
				p.must().NoError(err)
				wheel.SetEvents(listenaccept.Names{Accept: "got_connection", Error: "got_error"})
			},
			"nonexistent": func(e kernel.Event) { p.Error(e.Args...) },
			"got_error":   func(e kernel.Event) { p.Error(e.Args...) },
			"got_connection": func(e kernel.Event) {
				p.is().NoError(kernel.Arg[*kernel.Handle](e, 0).Close())
				if accepted++; accepted == times {
					p.is().NoError(wheel.Close())
				}
			},
		})
		connected := 0
		for range times {
			var factory *socketfactory.Wheel
			p.start(k, states{
				"_start": func(e kernel.Event) {
					factory, err = socketfactory.New(e.Kernel, socketfactory.Config{
						RemoteAddress: "127.0.0.1", RemotePort: portOf(h.LocalAddr()),
						Events: socketfactory.Names{Success: "connected", Failure: "failed"},
					})
					p.ok(err)
				},
				"connected": func(e kernel.Event) {
					connected++
					kernel.Arg[*kernel.Handle](e, 0).Close()
					factory.Close()
				},
				"failed": func(e kernel.Event) { p.Error(e.Args...); factory.Close() },
			})
		}
		p.run(k)
		p.is().Equal([]int{times, times}, []int{accepted, connected})
	})
}
