package conformance

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// base and derived are Perl's packages Base and Derived; embedding stands for
// inheritance.
type base struct {
	p          *port
	class, tag string
}

func (b *base) common(e kernel.Event)  { b.p.out(b.class, b.tag, "Base::common", e.Name, e.Arg(0)) }
func (b *base) special(e kernel.Event) { b.p.out(b.class, b.tag, "Base::special", e.Name, e.Arg(0)) }

type derived struct{ base }

func (d *derived) special(e kernel.Event) {
	d.p.out("Derived::special, then parent")
	d.base.special(e)
}

func (d *derived) start(e kernel.Event) {
	d.p.out(with(e.Args, "_start of", d.tag, "args")...)
	e.Kernel.Yield("common", 1)
	e.Kernel.Yield("special", 2)
	e.Kernel.Yield("renamed", 3)
	e.Kernel.Yield("other", 4)
	e.Kernel.Yield("inline", 5)
}

func (d *derived) stop(kernel.Event) { d.p.out("_stop of", d.tag) }

func p031(p *port) {
	k := p.kernel()
	d, b := &derived{base{p, "Derived", "D1"}}, &base{p, "Base", "B1"}
	type heap struct{ h int }
	session.New(k, session.Config[heap]{
		Args: []any{"x", "y"},
		Heap: &heap{1},
		Funcs: states{
			"_start": session.Bind(d, (*derived).start), "_stop": session.Bind(d, (*derived).stop),
			"common": d.common, "special": d.special,
			"renamed": b.common, "other": b.special,
			"inline": func(e kernel.Event) {
				p.out("inline OBJECT", nothing, "heap", session.Heap[heap](e).h)
				k.State("common", b.common)
				k.Yield("common", 6)
			},
		},
	})
	k.Run()
	p.notInGo("croak: object Base=ADDR does not have a 'nosuch' method", "a method that does not exist does not compile")
}
