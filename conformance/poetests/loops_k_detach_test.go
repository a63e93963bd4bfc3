//go:build unix

package poetests_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// detaching is the tree of k_detach: three children with three children each,
// and what they hear of changes among them.
type detaching struct {
	p     *proof
	trace []string
}

// name asks a session for its name, as its _child and _parent handlers do.
func (d *detaching) name(k *kernel.Kernel, id kernel.ID) string {
	if id == k.ID() {
		return "kernel"
	}
	name, err := k.Call(id, "get_alias")
	d.p.ok(err)
	return name.(string)
}

func (d *detaching) note(format string, args ...any) {
	d.trace = append(d.trace, fmt.Sprintf(format, args...))
}

// handlers are those of every session in the tree.
func (d *detaching) handlers(name string, start func(e kernel.Event)) states {
	return states{
		"_start": func(e kernel.Event) { d.p.ok(e.Kernel.AliasSet(name)); start(e) },
		"_parent": func(e kernel.Event) {
			d.note("p %s %s %s", name, d.name(e.Kernel, kernel.Arg[kernel.ID](e, 0)), d.name(e.Kernel, kernel.Arg[kernel.ID](e, 1)))
		},
		"_child": func(e kernel.Event) {
			if e.Arg(0) != "create" {
				d.note("c %s %s %s", name, e.Arg(0), d.name(e.Kernel, kernel.Arg[kernel.ID](e, 1)))
			}
		},
		"get_alias":   func(e kernel.Event) { e.Return(name) },
		"detach_self": func(e kernel.Event) { d.p.is().NoError(e.Kernel.DetachMyself()) },
		"detach_child": func(e kernel.Event) {
			d.p.is().NoError(e.Kernel.DetachChild(kernel.Alias(kernel.Arg[string](e, 0))))
		},
	}
}

// grow makes a session with children of its own, as deep as asked.
func (d *detaching) grow(k *kernel.Kernel, name string, depth int) {
	d.p.start(k, d.handlers(name, func(e kernel.Event) {
		for i := 1; depth > 0 && i <= 3; i++ {
			d.grow(e.Kernel, fmt.Sprintf("%s_%d", name, i), depth-1)
		}
	}))
}

// POE::Test::Loops::k_detach: who hears of a session that detaches itself or is
// detached by its parent, in which order, and in which order a tree with holes
// ends.
func TestLoopsKDetach(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.virtual()
		d := &detaching{p: p}
		main := d.handlers("main", func(e kernel.Event) {
			for i := 1; i <= 3; i++ {
				d.grow(e.Kernel, fmt.Sprint("a", i), 1)
			}
			e.Kernel.Delay("run_tests", time.Second)
		})
		main["run_tests"] = func(e kernel.Event) {
			for _, c := range []struct {
				to, event, child string
				want             []string
			}{
				{"a1_1", "detach_self", "", []string{"c a1 lose a1_1", "p a1_1 a1 kernel"}},
				{"a2_1", "detach_self", "", []string{"c a2 lose a2_1", "p a2_1 a2 kernel"}},
				{"a3_1", "detach_self", "", []string{"c a3 lose a3_1", "p a3_1 a3 kernel"}},
				{"a1", "detach_child", "a1_2", []string{"c a1 lose a1_2", "p a1_2 a1 kernel"}},
				{"a2", "detach_child", "a2_2", []string{"c a2 lose a2_2", "p a2_2 a2 kernel"}},
				{"a3", "detach_child", "a3_2", []string{"c a3 lose a3_2", "p a3_2 a3 kernel"}},
				{"a1", "detach_self", "", []string{"c main lose a1", "p a1 main kernel"}},
				{"main", "detach_child", "a2", []string{"c main lose a2", "p a2 main kernel"}},
			} {
				d.trace = nil
				_, err := e.Kernel.Call(kernel.Alias(c.to), c.event, c.child)
				p.is().NoError(err)
				p.is().Equal(c.want, d.trace)
			}
			d.trace = nil
		}
		p.start(k, main)
		p.run(k)
		slices.Sort(d.trace)
		p.is().Equal([]string{"c a1 lose a1_3", "c a2 lose a2_3", "c a3 lose a3_3", "c main lose a3"}, d.trace, "all that end by themselves")
	})
}
