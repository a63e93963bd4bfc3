package storable

// referent reads a thing that is referred to, blessed into class if that is
// not empty, and returns the reference.
func (r *reader) referent(class string) (any, error) {
	op, err := r.byte()
	if err != nil {
		return nil, err
	}
	switch op {
	case opArray:
		n, err := r.length()
		if err != nil {
			return nil, err
		}
		return r.array(n, class)
	case opHash, opFlagHash:
		return r.hash(op, class)
	case opBless, opIxBless, opObject, opHook:
		return r.object(op, class)
	case opTiedArray, opTiedHash:
		return r.tiedContainer(op, class)
	case opCode:
		return r.code(class)
	case opRegexp:
		return r.regexp(class)
	case opLObject:
		return r.largeReferent(class)
	}
	return r.cell(op, class)
}

// object reads what cannot be blessed: it is an object or a class's name
// itself.
func (r *reader) object(op byte, class string) (any, error) {
	if class != "" {
		return nil, r.errorf("object blessed twice")
	}
	switch op {
	case opObject:
		n, err := r.tag()
		if err != nil {
			return nil, err
		}
		return r.backTo(n)
	case opHook:
		return r.hook()
	}
	class, err := r.class(op)
	if err != nil {
		return nil, err
	}
	return r.referent(class)
}

// class reads the name of a class, or the number of one read before.
func (r *reader) class(op byte) (string, error) {
	b, err := r.byte()
	if err != nil {
		return "", err
	}
	n := int(b)
	if b&largeName != 0 {
		if n, err = r.length(); err != nil {
			return "", err
		}
	}
	if op == opIxBless {
		return r.knownClass(n)
	}
	return r.newClass(n)
}

func (r *reader) knownClass(n int) (string, error) {
	if n >= len(r.classes) {
		return "", r.errorf("class %d of %d", n, len(r.classes))
	}
	return r.classes[n], nil
}

func (r *reader) newClass(length int) (string, error) {
	name, err := r.take(length)
	if err != nil {
		return "", err
	}
	if length == 0 {
		return "", r.errorf("class without a name")
	}
	r.classes = append(r.classes, string(name))
	return string(name), nil
}

// cell reads a scalar that is referred to.
func (r *reader) cell(op byte, class string) (any, error) {
	n := len(r.things)
	if _, err := r.scalarOf(op, class); err != nil {
		return nil, err
	}
	return r.refer(n, class), nil
}

func (r *reader) array(n int, class string) (any, error) {
	if err := r.claim(n, 1); err != nil {
		return nil, err
	}
	elems := make([]any, n, max(n, 1)) // capacity for one distinguishes empty arrays
	ref, id := r.container(elems, class)
	for i := range elems {
		r.owed--
		v, err := r.scalar()
		if err != nil {
			return nil, err
		}
		elems[i] = v
	}
	r.close(id)
	return ref, nil
}

// What a pair of a hash takes at least: a value and a key's length; in a hash
// with flags a value, the key's flags and an empty string for a key.
const (
	minPair     = 1 + 4
	minFlagPair = 1 + 1 + 2
)

func (r *reader) hash(op byte, class string) (any, error) {
	if op == opFlagHash { // the hash's own flags: restricted or not
		if _, err := r.byte(); err != nil {
			return nil, err
		}
	}
	n, err := r.length()
	if err != nil {
		return nil, err
	}
	return r.pairs(n, op == opFlagHash, class)
}

func (r *reader) pairs(n int, flagged bool, class string) (any, error) {
	size := minPair
	if flagged {
		size = minFlagPair
	}
	if err := r.claim(n, size); err != nil {
		return nil, err
	}
	hash := make(map[string]any, n)
	ref, id := r.container(hash, class)
	for range n {
		r.owed -= size
		v, err := r.scalar()
		if err != nil {
			return nil, err
		}
		flags := byte(0)
		if flagged {
			if flags, err = r.byte(); err != nil {
				return nil, err
			}
		}
		key, err := r.key(flags)
		if err != nil {
			return nil, err
		}
		if flags&keyPlaceholder == 0 {
			hash[key] = v
		}
	}
	r.close(id)
	return ref, nil
}

func (r *reader) key(flags byte) (string, error) {
	if flags&keyIsScalar != 0 {
		return r.scalarKey()
	}
	n, err := r.length()
	if err != nil {
		return "", err
	}
	b, err := r.take(n)
	switch {
	case err != nil:
		return "", err
	case flags&keyUTF8 != 0:
		return r.keys.intern(b), nil
	case flags&keyWasUTF8 != 0:
		return latin1(b), nil
	case r.strings == StringsLatin1:
		return r.plain(b), nil
	}
	return r.keys.intern(b), nil
}

// scalarKey reads a key that is a scalar of its own. Storable has the form but
// never writes it.
func (r *reader) scalarKey() (string, error) {
	op, err := r.byte()
	if err != nil {
		return "", err
	}
	v, err := r.scalarOf(op, "")
	if err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	}
	return "", r.errorf("hash key that is no string")
}
