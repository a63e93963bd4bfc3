package storable

// thing is one numbered value of a payload. Every scalar, array and hash gets
// the next number when its reading begins, and may be referred to by it from
// then on.
type thing struct {
	val  any
	kind thingKind
}

type thingKind uint8

const (
	unread       thingKind = iota // a scalar being read: val is nothing yet
	unreadCell                    // the same, but something refers to it: val is that reference
	readScalar                    // val is what the scalar holds
	readCell                      // a scalar that something refers to: val is that reference
	readReferent                  // an array, a hash ...: val is a reference to it
	openReferent                  // the same, still being read
)

func (r *reader) add(kind thingKind, val any) {
	r.things = append(r.things, thing{val, kind})
}

// begin numbers a scalar whose value is still to be read and returns its
// number. Blessed ones get their references now, since what they hold may
// refer to them.
func (r *reader) begin(class string) int {
	if class == "" {
		r.add(unread, nil)
	} else {
		r.add(unreadCell, &Object{Class: class, Value: &Ref{}})
	}
	return len(r.things) - 1
}

// finish sets the value of the scalar with number n.
func (r *reader) finish(n int, val any) {
	t := &r.things[n]
	if t.kind == unreadCell {
		cellOf(t.val).Value = val
		t.kind = readCell
		return
	}
	*t = thing{val, readScalar}
}

// refer returns a reference to the thing with number n.
func (r *reader) refer(n int, class string) any {
	t := &r.things[n]
	switch t.kind {
	case unread:
		*t = thing{&Ref{}, unreadCell}
	case readScalar:
		*t = thing{&Ref{Value: t.val}, readCell}
		if class != "" {
			t.val = &Object{Class: class, Value: t.val}
		}
	}
	return t.val
}

// container numbers an array, a hash or the like and returns the reference and
// the number, with which close is to be called when all of it has been read.
func (r *reader) container(val any, class string) (ref any, n int) {
	if class != "" {
		val = &Object{Class: class, Value: val}
	}
	r.add(openReferent, val)
	return val, len(r.things) - 1
}

func (r *reader) close(n int) { r.things[n].kind = readReferent }

// backTo returns a reference to the thing with number n, for a place that
// names it by its number. If that is inside the thing itself, it is a cycle.
func (r *reader) backTo(n int) (any, error) {
	if r.noCycles {
		switch r.things[n].kind {
		case unread, unreadCell, openReferent:
			return nil, &SyntaxError{Offset: r.pos, Msg: "cycle", Err: ErrCycle}
		}
	}
	return r.refer(n, ""), nil
}

// cellOf returns the scalar behind a reference to it, blessed or not.
func cellOf(ref any) *Ref {
	switch ref := ref.(type) {
	case *Ref:
		return ref
	case *Object:
		return cellOf(ref.Value)
	}
	return nil
}

// tag reads the number of a thing that must be there already.
func (r *reader) tag() (int, error) {
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	if uint64(n) >= uint64(len(r.things)) {
		return 0, r.errorf("thing %d of %d referred to", n, len(r.things))
	}
	return int(n), nil
}

// sameScalar reads a tag where a scalar belongs.
func (r *reader) sameScalar() (any, error) {
	n, err := r.tag()
	if err != nil {
		return nil, err
	}
	switch t := r.things[n]; t.kind {
	case readScalar:
		return t.val, nil
	case readCell:
		return cellOf(t.val).Value, nil
	case unread, unreadCell:
		return nil, r.errorf("scalar %d inside itself", n)
	default:
		switch t.val.(type) {
		case *Regexp, *Hooked:
			return r.backTo(n)
		}
		return nil, r.errorf("thing %d is no scalar", n)
	}
}
