//go:build linux

package perl

// What Perl destroys when the last reference to it goes is destroyed here when
// the last hash or array that held it loses it: variables do not count, since
// Go does not tell when their scope ends.

// Counted is an object which is destroyed when no hash and no array holds it
// any more.
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

// FreeTemps destroys what has lost its last holder. It is called at the end of
// each event.
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

// Undef destroys what a variable held and returns nil. Perl: undef $x.
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

// Hold marks an object as one that a variable of the whole program keeps.
func Hold(v any) any {
	if c, ok := v.(Counted); ok {
		c.Retain(1)
	}
	return v
}

// Borrow makes h one of the containers that do not count as holders of what they
// hold, as a list of options is none, and returns it.
func (h *Hash) Borrow() *Hash {
	for _, s := range h.slots {
		if s.live {
			unretain(s.value)
		}
	}
	return h
}

// Borrow is that of a hash.
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

// Release destroys what a hash holds that nothing else does: the hash itself is no
// longer used.
func (h *Hash) Release() {
	FreeTemps()
	h.destroy()
	FreeTemps()
}
