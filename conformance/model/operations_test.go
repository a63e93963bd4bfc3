//go:build linux

package model

import (
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// table has what each operation does. An operation returns what is printed,
// after an equals sign if that may be nothing; an empty string prints no line.
func (in *interpreter) table() map[string]func(*context, op) string {
	ops := map[string]func(*context, op) string{}
	in.messages(ops)
	in.closures(ops)
	in.namedTimers(ops)
	in.numberedTimers(ops)
	in.lifespans(ops)
	in.signals(ops)
	in.watching(ops)
	in.transfers(ops)
	in.transitions(ops)
	return ops
}

func values(args op) []any {
	vs := make([]any, len(args))
	for i, a := range args {
		vs[i] = a
	}
	return vs
}

func wait(micros string) time.Duration {
	n, err := strconv.Atoi(micros)
	if err != nil {
		panic(err)
	}
	return time.Duration(n) * time.Microsecond
}

func moment(micros string) time.Time { return (&poetest.Clock{}).Wall().Add(wait(micros)) }

// quiet makes an operation of something that prints nothing; should it go
// wrong, the error shows as a difference.
func quiet(do func(c *context, a op) error) func(*context, op) string {
	return func(c *context, a op) string {
		if err := do(c, a); err != nil {
			return result(err)
		}
		return ""
	}
}

// about makes an operation of something that is about a session.
func (in *interpreter) about(do func(c *context, to kernel.Dest, a op) string) func(*context, op) string {
	return func(c *context, a op) string {
		to := in.target(c, a[0])
		if to == nil {
			return "nobody"
		}
		return do(c, to, a[1:])
	}
}

func (in *interpreter) messages(ops map[string]func(*context, op) string) {
	k := in.k
	ops["post"] = in.about(func(c *context, to kernel.Dest, a op) string { return result(k.Post(to, a[0], values(a[1:])...)) })
	ops["yield"] = func(c *context, a op) string { k.Yield(a[0], values(a[1:])...); return "" }
	ops["call"] = in.about(func(c *context, to kernel.Dest, a op) string {
		v, err := k.Call(to, a[0], values(a[1:])...)
		if err != nil {
			return result(err)
		}
		return in.show(v)
	})
	ops["list"] = in.about(func(c *context, to kernel.Dest, a op) string {
		vs, err := k.CallList(to, a[0], values(a[1:])...)
		if err != nil {
			return result(err)
		}
		return in.show(append([]any{}, vs...))
	})
	ops["slice"] = func(*context, op) string {
		if _, err := k.RunOneTimeslice(); err != nil {
			return "died " + thrownText(err)
		}
		return ""
	}
	ops["state"] = quiet(func(c *context, a op) error {
		bodies, body, machine := c.bodies, a[1], c.machine
		return k.State(a[0], func(e kernel.Event) {
			in.handler(body, bodies[body], &context{Event: e, bodies: in.bodiesNow(bodies, machine), machine: machine})
		})
	})
	ops["unstate"] = quiet(func(c *context, a op) error { return k.State(a[0], nil) })
	ops["active"] = func(*context, op) string { return in.show(k.ActiveSession()) + " " + k.ActiveEvent() }
	ops["busy"] = func(c *context, a op) string { in.clock.Pass(wait(a[0])); return "" }
	ops["die"] = func(c *context, a op) string { panic(a[0]) }
}

func (in *interpreter) closures(ops map[string]func(*context, op) string) {
	ops["postback"] = func(c *context, a op) string {
		old := in.postbacks[a[0]]
		in.postbacks[a[0]] = c.Session.Postback(a[1], values(a[2:])...)
		if old != nil {
			old.Release()
		}
		return ""
	}
	ops["use"] = func(c *context, a op) string {
		p := in.postbacks[a[0]]
		if p == nil {
			return "none"
		}
		p.Post(values(a[1:])...)
		return ""
	}
	ops["drop"] = func(c *context, a op) string {
		if p := in.postbacks[a[0]]; p != nil {
			p.Release()
			delete(in.postbacks, a[0])
		}
		return ""
	}
	ops["callback"] = func(c *context, a op) string {
		old := in.callbacks[a[0]]
		in.callbacks[a[0]] = c.Session.Callback(a[1], values(a[2:])...)
		if old != nil {
			old.Release()
		}
		return ""
	}
	ops["use_callback"] = func(c *context, a op) string {
		cb := in.callbacks[a[0]]
		if cb == nil {
			return "none"
		}
		return in.show(cb.Call(values(a[1:])...))
	}
	ops["drop_callback"] = func(c *context, a op) string {
		if cb := in.callbacks[a[0]]; cb != nil {
			cb.Release()
			delete(in.callbacks, a[0])
		}
		return ""
	}
}

func (in *interpreter) namedTimers(ops map[string]func(*context, op) string) {
	k := in.k
	ops["alarm"] = quiet(func(c *context, a op) error { return k.Alarm(a[0], moment(a[1]), values(a[2:])...) })
	ops["alarm_add"] = quiet(func(c *context, a op) error { return k.AlarmAdd(a[0], moment(a[1]), values(a[2:])...) })
	ops["alarm_clear"] = quiet(func(c *context, a op) error { return k.AlarmClear(a[0]) })
	ops["delay"] = quiet(func(c *context, a op) error { return k.Delay(a[0], wait(a[1]), values(a[2:])...) })
	ops["delay_add"] = quiet(func(c *context, a op) error { return k.DelayAdd(a[0], wait(a[1]), values(a[2:])...) })
	ops["delay_clear"] = quiet(func(c *context, a op) error { return k.DelayClear(a[0]) })
}

func (in *interpreter) numberedTimers(ops map[string]func(*context, op) string) {
	k := in.k
	numbered := func(do func(id kernel.AlarmID, a op) string) func(*context, op) string {
		return func(c *context, a op) string {
			if in.timers[a[0]] == 0 {
				return "none"
			}
			return do(in.timers[a[0]], a[1:])
		}
	}
	ops["alarm_set"] = quiet(func(c *context, a op) (err error) {
		in.timers[a[0]], err = k.AlarmSet(a[1], moment(a[2]), values(a[3:])...)
		return err
	})
	ops["delay_set"] = quiet(func(c *context, a op) (err error) {
		in.timers[a[0]], err = k.DelaySet(a[1], wait(a[2]), values(a[3:])...)
		return err
	})
	ops["alarm_adjust"] = numbered(func(id kernel.AlarmID, a op) string {
		at, err := k.AlarmAdjust(id, wait(a[0]))
		if err != nil {
			return result(err)
		}
		return in.micros(at)
	})
	ops["delay_adjust"] = numbered(func(id kernel.AlarmID, a op) string {
		at, err := k.DelayAdjust(id, wait(a[0]))
		if err != nil {
			return "failed" // POE sets no code
		}
		return in.micros(at)
	})
	ops["alarm_remove"] = numbered(func(id kernel.AlarmID, a op) string {
		t, err := k.AlarmRemove(id)
		if err != nil {
			return result(err)
		}
		return in.timer(t)
	})
	ops["alarm_remove_all"] = func(*context, op) string {
		var all []string
		for _, t := range k.AlarmRemoveAll() {
			all = append(all, t.Name+" "+in.show(append([]any{}, t.Args...))) // POE does not know the times of delays
		}
		return "=" + strings.Join(all, "; ")
	}
}

func (in *interpreter) timer(t kernel.Timer) string {
	return t.Name + " " + in.micros(t.Time) + " " + in.show(append([]any{}, t.Args...))
}

func (in *interpreter) lifespans(ops map[string]func(*context, op) string) {
	k := in.k
	ops["create"] = func(c *context, a op) string {
		kind, err := strconv.Atoi(a[0])
		if err != nil {
			panic(err)
		}
		return in.create(kind, values(a[1:]))
	}
	ops["alias_set"] = func(c *context, a op) string { return result(k.AliasSet(a[0])) }
	ops["alias_remove"] = func(c *context, a op) string { return result(k.AliasRemove(a[0])) }
	ops["alias_resolve"] = func(c *context, a op) string {
		if id, ok := k.AliasResolve(a[0]); ok {
			return in.show(id)
		}
		return "undef"
	}
	ops["alias_list"] = func(*context, op) string {
		names, err := k.AliasList(nil)
		if err != nil {
			return result(err)
		}
		return "=" + strings.Join(names, ",")
	}
	ops["detach_child"] = in.about(func(c *context, to kernel.Dest, _ op) string { return result(k.DetachChild(to)) })
	ops["detach_myself"] = func(*context, op) string { return result(k.DetachMyself()) }
	count := func(do func(kernel.ID, string) (int, error), taken bool) func(*context, op) string {
		return in.about(func(c *context, to kernel.Dest, a op) string {
			id := to.(kernel.ID)
			ref := in.show(id) + a[0]
			if taken && in.counts[ref] == 0 {
				return "none" // POE would count below zero
			}
			n, err := do(id, a[0])
			if err != nil {
				return result(err)
			}
			in.counts[ref] = n
			return strconv.Itoa(n)
		})
	}
	ops["inc"] = count(k.RefcountIncrement, false)
	ops["dec"] = count(k.RefcountDecrement, true)
}

func (in *interpreter) signals(ops map[string]func(*context, op) string) {
	k := in.k
	ops["sig"] = quiet(func(c *context, a op) error { return k.Sig(a[0], a[1], values(a[2:])...) })
	ops["sig_clear"] = func(c *context, a op) string { k.SigClear(a[0]); return "" }
	ops["sig_handled"] = func(*context, op) string { k.SigHandled(); return "" }
	ops["signal"] = in.about(func(c *context, to kernel.Dest, a op) string { return result(k.Signal(to, a[0], values(a[1:])...)) })
}
