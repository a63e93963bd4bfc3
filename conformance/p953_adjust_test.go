package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p953(p *port) {
	k := p.kernel()
	const ms = time.Millisecond
	soon := func(t time.Time) bool { return time.Until(t).Abs() < time.Second }
	inline(k, states{
		"_start": func(kernel.Event) {
			t := k.Now().Add(1000 * time.Second)
			a, _ := k.AlarmSet("ev", t, "a")
			b, _ := k.DelaySet("ev", 1000*time.Second, "b")
			k.DelaySet("ev", 90*ms, "c")
			n, _ := k.AlarmAdjust(a, 5*time.Second)
			p.out("alarm_adjust of an alarm", either(n.Equal(t.Add(5*time.Second)), "adds", "other"))
			n, _ = k.AlarmAdjust(a, -5*time.Second)
			p.out("again", either(n.Equal(t), "adds", "other"))
			n, _ = k.DelayAdjust(a, 60*ms)
			p.out("delay_adjust of an alarm", either(soon(n), "from now", "other"))
			n, _ = k.AlarmAdjust(b, -999970*ms)
			p.out("alarm_adjust of a delay", either(soon(n), "adds", "other"))
			_, err := k.AlarmAdjust(987654, 1)
			p.out("unknown", one(err), errname(err, "0"))
			_, err = k.AlarmAdjust(0, 1)
			p.out("no id", one(err), errname(err, "0"))
			p.notInGo("no time undef EINVAL", "an adjustment without a time does not compile")
			inline(k, states{"_start": func(kernel.Event) {
				_, err := k.AlarmAdjust(a, time.Second)
				p.out("foreign", one(err), errname(err, "0"))
				_, err = k.DelayAdjust(a, time.Second)
				p.out("foreign", one(err))
			}})
		},
		"ev": func(e kernel.Event) { p.out("ev", e.Arg(0)) },
	})
	k.Run()
}
