//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// lineage is a chain of sessions that logs all that they hear. Each may watch
// a signal with a handler (foo) or without one (TERM, which _default gets).
type lineage struct {
	p   *proof
	log []string
}

// born makes the sessions of names, each the child of the one before; the
// eldest sends itself a signal.
func (l *lineage) born(k *kernel.Kernel, signal string, watches map[string]bool, names ...string) {
	name := names[0]
	note := func(what string) { l.log = append(l.log, what+" "+name) }
	l.p.start(k, states{
		"_start": func(e kernel.Event) {
			note("enter_start")
			if len(names) > 1 {
				l.born(e.Kernel, "", watches, names[1:]...)
			}
			if name != "session" {
				e.Kernel.Delay("bar", time.Second)
			}
			for _, sig := range []string{"foo", "TERM"} {
				if watches[name+" "+sig] {
					l.p.is().NoError(e.Kernel.Sig(sig, sig))
				}
			}
			if signal != "" {
				l.p.is().NoError(e.Kernel.Signal(e.Session, signal))
			}
			note("leave_start")
		},
		"_child":   func(kernel.Event) { note("child") },
		"_stop":    func(kernel.Event) { note("stop") },
		"_default": func(e kernel.Event) { note("default " + kernel.Arg[string](e, 0)) },
		"foo":      func(kernel.Event) { note("foo") },
	})
}

// POE::Test::Loops::z_kogman_sig_order: in which order sessions of one line
// hear a signal and end of it, with handlers and without.
func TestLoopsZKogmanSigOrder(t *testing.T) {
	const s, c, g = "session", "child", "grandchild"
	starts2 := []string{"enter_start session", "enter_start child", "leave_start child", "child session", "leave_start session"}
	starts3 := []string{
		"enter_start session", "enter_start child", "enter_start grandchild", "leave_start grandchild", "child child",
		"leave_start child", "child session", "leave_start session",
	}
	ends2 := []string{"stop child", "child session", "stop session"}
	ends3 := append([]string{"stop grandchild", "child child"}, ends2...)
	perLoop(t, func(p *proof) {
		for _, test := range []struct {
			signal                string
			names                 []string
			watches               map[string]bool
			starts, hears, finish []string
		}{
			{"foo", []string{s}, map[string]bool{"session foo": true}, []string{"enter_start session", "leave_start session"},
				[]string{"foo session"}, []string{"stop session"}},
			{"foo", []string{s, c}, map[string]bool{"session foo": true}, starts2, []string{"foo session", "default bar child"}, ends2},
			{"foo", []string{s, c}, map[string]bool{"session foo": true, "child foo": true}, starts2,
				[]string{"foo child", "foo session", "default bar child"}, ends2},
			{"TERM", []string{s, c}, map[string]bool{"session TERM": true, "child TERM": true}, starts2,
				[]string{"default TERM child", "default TERM session"}, ends2},
			{"TERM", []string{s, c}, nil, starts2, nil, ends2},
			{"TERM", []string{s, c, g}, map[string]bool{"child TERM": true}, starts3, []string{"default TERM child"}, ends3},
			{"TERM", []string{s, c, g}, nil, starts3, nil, ends3},
		} {
			k := p.virtual()
			l := &lineage{p: p}
			l.born(k, test.signal, test.watches, test.names...)
			p.run(k)
			want := append(append(append([]string{}, test.starts...), test.hears...), test.finish...)
			p.is().Equal(want, l.log)
		}
	})
}
