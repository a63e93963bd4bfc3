//go:build linux

package perl

// What Perl destroys when the last reference to it goes is destroyed here when
// the last hash or array that held it loses it: variables do not count, since
// Go does not tell when their scope ends.

// Counted is implemented by objects which are destroyed when the last hash,
// array or variable that holds them releases them.
type Counted interface {
	Retain(n int) (held int) // adds n to the count of holders
	Destroy()
}

func retain(v any) {
	switch v := v.(type) {
	case *Hash:
		v.refs++
	case *Array:
		v.refs++
	case Counted:
		v.Retain(1)
	}
}

// release says that a hash or an array holds v no longer.
func release(v any) {
	switch v := v.(type) {
	case *Hash:
		if v.refs--; v.refs == 0 {
			mortals = append(mortals, v)
		}
	case *Array:
		if v.refs--; v.refs == 0 {
			mortals = append(mortals, v)
		}
	case Counted:
		if v.Retain(-1) == 0 {
			v.Destroy()
		}
	}
}

// drop is release for a value which is still in use: it is destroyed at the end
// of the event, unless it has a holder again.
func drop(v any) {
	switch v := v.(type) {
	case *Hash:
		if v.refs--; v.refs == 0 {
			mortals = append(mortals, v)
		}
	case *Array:
		if v.refs--; v.refs == 0 {
			mortals = append(mortals, v)
		}
	case Counted:
		if v.Retain(-1) == 0 {
			mortals = append(mortals, v)
		}
	}
}

var mortals []any

// FreeTemps destroys the objects that have lost their last holder. It is called
// at the end of each event.
func FreeTemps() {
	for len(mortals) > 0 {
		v := mortals[len(mortals)-1]
		mortals = mortals[:len(mortals)-1]
		switch v := v.(type) {
		case *Hash:
			if v.refs <= 0 {
				v.destroy()
			}
		case *Array:
			if v.refs <= 0 {
				for _, x := range v.items {
					release(x)
				}
			}
		case Counted:
			if v.Retain(0) == 0 {
				v.Destroy()
			}
		}
	}
}

func (h *Hash) destroy() {
	if h.class != "" {
		if f := FindMethod(h.class, "DESTROY"); f != nil {
			f.Fn(Void, h)
		}
	}
	for _, s := range h.slots {
		if s.live {
			release(s.value)
		}
	}
}

// Undef destroys the old value v of a variable, unless it has other holders,
// and returns nil. Perl: undef $x.
func Undef(v any) any {
	switch v := v.(type) {
	case *Hash:
		if v.refs == 0 {
			v.destroy()
		}
	case Counted:
		if v.Retain(0) == 0 {
			v.Destroy()
		}
	}
	return nil
}

// Hold counts one more holder of an object, a variable of the whole program,
// and returns v. Values that are not counted are unchanged.
func Hold(v any) any {
	if c, ok := v.(Counted); ok {
		c.Retain(1)
	}
	return v
}

// Borrow makes h stop counting as a holder of its values, as for a list of
// options, and returns h.
func (h *Hash) Borrow() *Hash {
	for _, s := range h.slots {
		if s.live {
			unretain(s.value)
		}
	}
	return h
}

// Borrow makes a stop counting as a holder of its elements and returns a. See
// Hash.Borrow.
func (a *Array) Borrow() *Array {
	for _, v := range a.items {
		unretain(v)
	}
	return a
}

func unretain(v any) {
	switch v := v.(type) {
	case *Hash:
		v.refs--
	case *Array:
		v.refs--
	case Counted:
		v.Retain(-1)
	}
}

// Release destroys the values of h which have no other holder. h must not be
// used afterwards.
func (h *Hash) Release() {
	FreeTemps()
	h.destroy()
	FreeTemps()
}
