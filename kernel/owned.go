package kernel

import (
	"errors"
	"io"
)

// owned is something that ends with its session, after _stop: a wheel, the
// context of a job. They form a ring in order of creation.
type owned struct {
	thing      io.Closer
	about      *about
	prev, next *owned
	session    *entry
}

// Owned is the ownership of something by a session.
type Owned struct{ o *owned }

func (k *Kernel) own(c io.Closer, name string) (Owned, error) {
	e := k.frame.session
	if e == k.root || !e.alive() {
		return Owned{}, k.fail("Own", name, ErrNoActiveSession)
	}
	o := &owned{thing: c, about: k.aboutOwned.of(name).at(k.site()), session: e}
	if e.owned == nil {
		o.prev, o.next = o, o
		e.owned = o
	} else {
		o.prev, o.next = e.owned.prev, e.owned
		o.prev.next, o.next.prev = o, o
	}
	return Owned{o}, nil
}

// Release ends the ownership without closing what was owned. Further calls do
// nothing.
func (w Owned) Release() {
	o := w.o
	if o == nil || o.session == nil {
		return
	}
	if o.next == o {
		o.session.owned = nil
	} else {
		o.prev.next, o.next.prev = o.next, o.prev
		if o.session.owned == o {
			o.session.owned = o.next
		}
	}
	o.session, o.prev, o.next = nil, nil, nil
}

// closeOwned closes what a stopped session owned.
func (k *Kernel) closeOwned(e *entry) {
	var errs []error
	for e.owned != nil {
		o := e.owned
		Owned{o}.Release()
		if err := o.thing.Close(); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		k.warn("closing what a stopped session owned", "session", ID{e}, "error", errors.Join(errs...))
	}
}

// all calls do with everything that the session owns, in order of creation.
func (o *owned) all(do func(*owned)) {
	for at := o; at != nil; {
		do(at)
		if at = at.next; at == o {
			return
		}
	}
}

// String names what is owned, and where it was made.
func (o *owned) String() string {
	if o.about.site == nil {
		return o.about.name
	}
	return o.about.name + " " + o.about.site.String()
}
