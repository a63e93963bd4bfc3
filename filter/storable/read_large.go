package storable

import "encoding/binary"

// length64 reads the eight-byte length of a large object.
func (r *reader) length64() (int, error) {
	b, err := r.take(8)
	if err != nil {
		return 0, err
	}
	n := r.order.Uint64(b)
	if n > uint64(len(r.data)) {
		return 0, r.truncated()
	}
	return int(n), nil
}

func (r *reader) largeScalar() (any, error) {
	op, err := r.byte()
	if err != nil {
		return nil, err
	}
	if op != opLScalar && op != opLUTF8Str {
		return nil, r.errorf("mark %d for a large scalar", op)
	}
	n, err := r.length64()
	if err != nil {
		return nil, err
	}
	b, err := r.take(n)
	if err != nil {
		return nil, err
	}
	var v any
	if op == opLUTF8Str {
		v = string(b)
	} else {
		v = r.text(b)
	}
	r.add(readScalar, v)
	return v, nil
}

// largeReferent reads an object that may be larger than 2 GB.
func (r *reader) largeReferent(class string) (any, error) {
	op, err := r.byte()
	if err != nil {
		return nil, err
	}
	switch op {
	case opArray:
		n, err := r.length64()
		if err != nil {
			return nil, err
		}
		return r.array(n, class)
	case opHash:
		n, err := r.length64()
		if err != nil {
			return nil, err
		}
		return r.pairs(n, false, class)
	case opObject:
		return r.largeTag()
	case opFlagHash, opHook:
		// Perl 5.36 cannot read its own form of these.
		return nil, r.errorf("large hash with flags, or large frozen object")
	}
	r.pos--
	return r.cell(opLObject, class)
}

// largeTag reads the number of a thing in eight bytes.
func (r *reader) largeTag() (any, error) {
	b, err := r.take(8)
	if err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint64(b)
	if n >= uint64(len(r.things)) {
		return nil, r.errorf("thing %d of %d referred to", n, len(r.things))
	}
	return r.backTo(int(n))
}
