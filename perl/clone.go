//go:build linux

package perl

// Dclone returns a deep copy of v, which keeps classes and cycles. Perl: dclone
// of Storable.
func Dclone(v any) any { return cloner{}.value(v) }

type cloner map[any]any

func (c cloner) value(v any) any {
	if made, ok := c[identity(v)]; ok {
		return made
	}
	switch v := v.(type) {
	case *Hash:
		h := NewHash()
		h.class = v.class
		c[v] = h
		for _, s := range v.slots {
			if s.live {
				h.Set(s.key, c.value(s.value))
			}
		}
		return h
	case *Array:
		a := NewArray()
		a.class = v.class
		c[v] = a
		for _, x := range v.items {
			a.Push(c.value(x))
		}
		return a
	case *Ref:
		var cell any
		r := RefTo(&cell)
		r.class = v.class
		c[identity(v)] = r
		cell = c.value(v.Get())
		return r
	}
	return v
}
