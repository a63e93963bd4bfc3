package conformance

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p102(p *port) {
	k := p.kernel()
	errno := func(err error) string { return "errno " + errname(err, "0") }
	count := func(err error) int { return number(err == nil) } // of the values returned
	var foreign, id kernel.AlarmID
	inline(k, states{
		"_start":  func(kernel.Event) { foreign, _ = k.AlarmSet("foreign", k.Now().Add(20*time.Millisecond)) },
		"foreign": func(kernel.Event) { p.out("foreign alarm fired") },
	})
	inline(k, states{
		"_start": func(kernel.Event) {
			t := k.Now().Add(20 * time.Second)
			uno, _ := k.AlarmSet("one", t, "a", nil, "c")
			due, _ := k.AlarmSet("two", t.Add(time.Second))
			_, err := strconv.ParseUint(fmt.Sprint(uno, due)[:1], 10, 64)
			p.out("ids differ", yesNo(uno != due), "numbers", yesNo(err == nil))
			timer, _ := k.AlarmRemove(uno)
			p.out(with(timer.Args, "list", timer.Name, "time kept", yesNo(timer.Time.Equal(t)), "ARRAY")...)
			timer, _ = k.AlarmRemove(due)
			p.out("scalar", "ARRAY", timer.Name, "time kept", yesNo(timer.Time.Equal(t.Add(time.Second))), "args", len(timer.Args))
			_, err = k.AlarmRemove(uno)
			p.out("removed twice", count(err), errno(err))
			_, err = k.AlarmRemove(123456789)
			p.out("unknown", one(err), errno(err))
			_, err = k.AlarmRemove(0)
			p.out("no id", one(err), errno(err))
			_, err = k.AlarmRemove(foreign)
			p.out("foreign", count(err), errno(err))
			_, err = k.AlarmSet("", t)
			p.out("set without name", one(err), errno(err))
			_, err = k.AlarmSet("x", time.Time{})
			p.out("set without time", one(err), errno(err))
			id, _ = k.AlarmSet("fires", k.Now().Add(30*time.Millisecond), "arg")
		},
		"fires": func(e kernel.Event) {
			p.out("fires", e.Arg(0))
			_, err := k.AlarmRemove(id)
			p.out("in its own handler", one(err), errno(err))
		},
		"one":   func(kernel.Event) { p.out("not reached") },
		"two":   func(kernel.Event) { p.out("not reached") },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
