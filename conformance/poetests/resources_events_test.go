//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// t/20_resources/00_base/events: events are counted for the session that they
// go to and for the one that has sent them, timers are taken back by ID, by
// name and all together, and a session that ends takes its events with it in
// both directions.
func TestResourcesEvents(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.timersCounted()
		p.eventsBetween()
	})
}

func (p *proof) timersCounted() {
	k := p.virtual()
	fired := 0
	p.start(k, states{
		"_start": func(e kernel.Event) {
			e.Kernel.Yield("event")
			p.is().Equal(1, reasons(e)["event"])
			p.is().Zero(reasons(e)["timer"])
		},
		"event": func(e kernel.Event) { e.Kernel.Yield("look") },
		"look": func(e kernel.Event) {
			fired++
			p.is().Empty(reasons(e), "it has been dispatched")
			begin := e.Kernel.Now()
			at := func(n int) time.Time { return begin.Add(time.Duration(n) * time.Hour) }
			var ids []kernel.AlarmID
			for i, name := range []string{"timer", "timer", "timer", "other-timer"} {
				id, err := e.Kernel.AlarmSet(name, at(i+1), i)
				p.is().NoError(err)
				ids = append(ids, id)
			}
			p.is().Equal(numbers{"timer": 4}, reasons(e))
			removed, err := e.Kernel.AlarmRemove(ids[1])
			p.is().NoError(err)
			p.is().Equal(kernel.Timer{Name: "timer", Time: at(2), Args: []any{1}}, removed)
			p.is().Equal(numbers{"timer": 3}, reasons(e))
			_, err = e.Kernel.AlarmRemove(8675309)
			p.is().ErrorIs(err, kernel.ErrNoAlarm)
			p.is().Equal(numbers{"timer": 3}, reasons(e))
			p.start(e.Kernel, states{"_start": func(other kernel.Event) {
				p.is().NoError(other.Kernel.AlarmClear("timer"), "in another session")
				p.is().Empty(other.Kernel.AlarmRemoveAll())
			}})
			p.is().Equal(3, reasons(e)["timer"])
			p.is().NoError(e.Kernel.AlarmClear("timer"))
			p.is().Equal(1, reasons(e)["timer"])
			p.is().Equal([]kernel.Timer{{Name: "other-timer", Time: at(4), Args: []any{3}}}, e.Kernel.AlarmRemoveAll())
			p.is().Zero(reasons(e)["timer"])
			p.is().Empty(e.Kernel.AlarmRemoveAll())
		},
	})
	p.run(k)
	p.is().Equal(1, fired)
	p.is().Zero(k.EventCount())
}

func (p *proof) eventsBetween() {
	k := p.virtual()
	got := numbers{}
	var self, other kernel.ID
	self = p.start(k, states{
		"_start": func(e kernel.Event) {
			other = p.start(e.Kernel, states{
				"_start":  nothing,
				"send":    func(e kernel.Event) { p.is().NoError(e.Kernel.Post(self, "from other")) },
				"_stop":   func(kernel.Event) { got["stop"]++ },
				"to":      func(kernel.Event) { got["to other"]++ },
				"_parent": nothing,
			})
			e.Kernel.Yield("begin")
		},
		"_child": nothing,
		"begin": func(e kernel.Event) {
			p.is().NoError(e.Kernel.Post(other, "to"))
			_, err := e.Kernel.Call(other, "send")
			p.is().NoError(err)
			p.is().Equal(numbers{"event": 1, "sent": 1}, reasonsOf(e.Kernel, other))
			before := e.Kernel.EventCount()
			p.is().NoError(e.Kernel.Host().StopSession(other))
			p.is().Empty(e.Kernel.WhyAlive(other))
			p.is().Equal(before-2, e.Kernel.EventCount(), "in both directions")
			p.is().ErrorIs(e.Kernel.Post(other, "to"), kernel.ErrNoSession)
		},
		"from other": func(kernel.Event) { got["from other"]++ },
	})
	p.run(k)
	p.is().Equal(numbers{"stop": 1}, got)
}

// reasonsOf is reasons for any session.
func reasonsOf(k *kernel.Kernel, id kernel.ID) numbers {
	return reasons(kernel.Event{Kernel: k, Session: id})
}
