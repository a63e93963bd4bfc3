// Package base is the part that all wheels have in common: an owner, an ID,
// running in the owner's session, and the table of events.
//
// A wheel has a [Base] and an [Events] table as fields, forwards its common
// methods to them, and adds what is its own:
//
//	// Events selects how the wheel reports: Names or Funcs, or a pointer to one
//	// of them. Nil disables reporting.
//	type Events interface{ events() }
//
//	type Names struct{ Input, Error string }
//
//	type Funcs struct {
//		Input func(w *Wheel, record any)
//		Error func(w *Wheel, err *kernel.OpError)
//	}
//
//	func (Names) events() {} // value receivers: the pointers are Events as well
//	func (Funcs) events() {}
//
//	var kind = base.NewKind("example")
//
//	type Wheel struct {
//		Heap   any // whatever the owner wants to find in functions that get the wheel
//		base   base.Base
//		events base.Events[Names, Funcs]
//		...
//	}
//
//	func (w *Wheel) core() *base.Base { return &w.base }
//
//	// funcs makes functions of names, once, when they are set.
//	func (n Names) funcs() Funcs {
//		return Funcs{
//			Input: base.RecordFunc(n.Input, (*Wheel).core),
//			Error: base.ErrorFunc(n.Error, (*Wheel).core),
//		}
//	}
//
//	func New(k *kernel.Kernel, c Config) (*Wheel, error) {
//		w := &Wheel{}
//		w.events.Replace(c.Events, Names.funcs)
//		if err := w.base.Init(k, kind, w); err != nil {
//			return nil, err
//		}
//		...
//	}
//
//	func (w *Wheel) ID() kernel.WheelID   { return w.base.ID() }
//	func (w *Wheel) Closed() bool         { return w.base.Closed() }
//	func (w *Wheel) Events() Events       { e, _ := w.events.Current().(Events); return e }
//	func (w *Wheel) SetEvents(e Events)   { w.ReplaceEvents(base.Merge(w.Events(), e)) }
//	func (w *Wheel) ReplaceEvents(e Events) { w.events.Replace(e, Names.funcs) }
//
// From then on the wheel knows functions alone:
//
//	if f := w.events.Funcs.Input; f != nil {
//		f(w, record)
//	}
//
// A function that is nil is not called, and an event without a name has no
// function; whether an event is wanted is whether its function is set. All of
// them run in the owner's session: what HandleReady does runs there anyway, and
// a method that other sessions may call uses [Base.InOwner]. A wheel that needs
// an event, such as Accept, keeps the old table if a new one is without it.
//
// Everything here belongs to the kernel's goroutine.
package base
