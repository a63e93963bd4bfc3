package storable

import "slices"

func (r *reader) tiedContainer(op byte, class string) (any, error) {
	t := &Tied{Kind: Array}
	if op == opTiedHash {
		t.Kind = Hash
	}
	ref, id := r.container(t, class)
	var err error
	t.Object, err = r.inner()
	r.close(id)
	return ref, err
}

// tiedScalar reads a tied scalar, or an element of a tied array or hash that
// something has a reference to.
func (r *reader) tiedScalar(op byte, class string) (any, error) {
	n := r.begin(class)
	t := &Tied{Kind: Scalar}
	var err error
	if t.Object, err = r.inner(); err != nil {
		return nil, err
	}
	switch op {
	case opTiedKey:
		t.Kind = Value
		t.Key, err = r.inner()
	case opTiedIdx:
		t.Kind = Element
		t.Index, err = r.length()
	}
	if err != nil {
		return nil, err
	}
	r.finish(n, t)
	return t, nil
}

// inner reads a scalar inside something that is neither array nor hash.
func (r *reader) inner() (any, error) {
	if err := r.enter(); err != nil {
		return nil, err
	}
	v, err := r.scalar()
	r.depth--
	return v, err
}

// code reads a function. Perl numbers it and its text.
func (r *reader) code(class string) (any, error) {
	c := &Code{}
	ref, id := r.container(c, class)
	r.close(id)
	op, err := r.byte()
	if err != nil {
		return nil, err
	}
	switch op {
	case opScalar, opLScalar, opUTF8Str, opLUTF8Str:
	default:
		return nil, r.errorf("mark %d for the text of a function", op)
	}
	b, err := r.bytes(op == opLScalar || op == opLUTF8Str)
	if err != nil {
		return nil, err
	}
	c.Source = string(b)
	r.add(readScalar, c.Source)
	return ref, nil
}

// regexpClass is the class that qr// blesses into.
const regexpClass = "Regexp"

func (r *reader) regexp(class string) (any, error) {
	flags, err := r.byte()
	if err != nil {
		return nil, err
	}
	pattern, err := r.bytes(flags&regexpLarge != 0)
	if err != nil {
		return nil, err
	}
	re := &Regexp{Pattern: string(pattern)}
	mods, err := r.bytes(false)
	if err != nil {
		return nil, err
	}
	re.Flags = string(mods)
	if class == regexpClass {
		class = ""
	}
	ref, id := r.container(re, class)
	r.close(id)
	return ref, nil
}

// hook reads an object that its class has frozen itself: flags, the things
// that it refers to and that have not been written yet, the class, the frozen
// string, and the numbers of all things referred to.
func (r *reader) hook() (any, error) {
	flags, err := r.byte()
	if err != nil {
		return nil, err
	}
	h := &Hooked{Kind: Kind(flags & hookTypeMask)}
	tied := h.Kind == hookExtra
	if tied {
		extra, err := r.byte()
		if err != nil {
			return nil, err
		}
		if extra < hookTied || extra > hookTied+byte(Hash) {
			return nil, r.errorf("hook of type %d", extra)
		}
		h.Kind = Kind(extra - hookTied)
	}
	_, id := r.container(h, "")
	for flags&hookRecurse != 0 {
		if err := r.enter(); err != nil {
			return nil, err
		}
		if _, err := r.referent(""); err != nil {
			return nil, err
		}
		r.depth--
		if flags, err = r.byte(); err != nil {
			return nil, err
		}
	}
	if h.Class, err = r.hookClass(flags); err != nil {
		return nil, err
	}
	if err := r.hookData(h, flags); err != nil {
		return nil, err
	}
	if tied {
		h.Tied, err = r.inner()
	}
	r.close(id)
	return h, err
}

func (r *reader) hookClass(flags byte) (string, error) {
	n, err := r.shortLength(flags&hookLargeClass != 0)
	if err != nil {
		return "", err
	}
	if flags&hookIndexClass != 0 {
		return r.knownClass(n)
	}
	return r.newClass(n)
}

func (r *reader) hookData(h *Hooked, flags byte) error {
	frozen, err := r.bytes(flags&hookLargeData != 0)
	if err != nil {
		return err
	}
	h.Frozen = slices.Clone(frozen)
	if flags&hookHasList == 0 {
		return nil
	}
	n, err := r.shortLength(flags&hookLargeList != 0)
	if err != nil {
		return err
	}
	const tagSize = 4
	if err := r.claim(n, tagSize); err != nil {
		return err
	}
	h.Refs = make([]any, n)
	for i := range h.Refs {
		r.owed -= tagSize
		tag, err := r.tag()
		if err != nil {
			return err
		}
		if h.Refs[i], err = r.backTo(tag); err != nil {
			return err
		}
	}
	return nil
}
