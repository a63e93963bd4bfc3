//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/20_resources/00_base/caller_state: every way of sending an event tells in
// which handler it was sent. A call leaves the caller's in place.
func TestResourcesCallerState(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var postback *kernel.Postback
		var callback *kernel.Callback
		var callers []string
		note := func(e kernel.Event) { callers = append(callers, e.Name+" from "+e.Caller) }
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Post(e.Session, "check_1"))
				postback = e.Session.Postback("check_4")
				callback = e.Session.Callback("check_5")
			},
			"check_1": func(e kernel.Event) { note(e); e.Kernel.Yield("check_2") },
			"check_2": func(e kernel.Event) { note(e); e.Kernel.Call(e.Session, "check_3") },
			"check_3": func(e kernel.Event) { note(e); postback.Post(); postback.Release() },
			"check_4": func(e kernel.Event) { note(e); callback.Call(); callback.Release() },
			"check_5": note,
		})
		p.run(k)
		p.is().Equal([]string{
			"check_1 from _start", "check_2 from check_1", "check_3 from check_2", "check_4 from check_2", "check_5 from check_4",
		}, callers)
	})
}
