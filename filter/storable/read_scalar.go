package storable

import (
	"encoding/binary"
	"math"
)

// scalar reads a value where a scalar belongs: an array's element, a hash's
// value. It returns what the scalar holds.
func (r *reader) scalar() (any, error) {
	op, err := r.byte()
	if err != nil {
		return nil, err
	}
	switch op {
	case opObject:
		return r.sameScalar()
	case opBless, opIxBless:
		class, err := r.class(op)
		if err != nil {
			return nil, err
		}
		if op, err = r.byte(); err != nil {
			return nil, err
		}
		n := len(r.things)
		v, err := r.scalarOf(op, class)
		if err != nil {
			return nil, err
		}
		r.refer(n, class)
		return v, nil
	case opHook:
		return r.hook()
	}
	return r.scalarOf(op, "")
}

// scalarOf reads the rest of a scalar that begins with op.
func (r *reader) scalarOf(op byte, class string) (any, error) {
	var v any
	switch op {
	case opUndef, opSVUndef, opSVUndefElem:
	case opSVYes, opTrue:
		v = true
	case opSVNo, opFalse:
		v = false
	case opRef, opWeakRef, opOverload, opWeakOverload:
		return r.reference(class)
	case opTiedScalar, opTiedKey, opTiedIdx:
		return r.tiedScalar(op, class)
	case opRegexp:
		return r.regexp(class)
	case opLObject:
		return r.largeScalar()
	default:
		var err error
		if v, err = r.simple(op); err != nil {
			return nil, err
		}
	}
	r.add(readScalar, v)
	return v, nil
}

// simple reads a number or a string, without numbering it.
func (r *reader) simple(op byte) (any, error) {
	switch op {
	case opByte:
		b, err := r.byte()
		return int64(b) - 128, err
	case opNetInt:
		b, err := r.take(4)
		if err != nil {
			return nil, err
		}
		return int64(int32(binary.BigEndian.Uint32(b))), nil
	case opScalar, opLScalar:
		b, err := r.bytes(op == opLScalar)
		if err != nil {
			return nil, err
		}
		return r.text(b), nil
	case opUTF8Str, opLUTF8Str:
		b, err := r.bytes(op == opLUTF8Str)
		if err != nil {
			return nil, err
		}
		return string(b), nil
	case opInteger, opDouble:
		return r.native(op)
	case opVString, opLVString:
		return r.vstring(op)
	}
	r.pos--
	if name := containerName(op); name != "" {
		return nil, r.errorf("%s where a scalar belongs", name)
	}
	return nil, r.errorf("unknown mark %d", op)
}

func containerName(op byte) string {
	switch op {
	case opArray, opTiedArray:
		return "array"
	case opHash, opFlagHash, opTiedHash:
		return "hash"
	case opCode:
		return "function"
	case opBless, opIxBless, opHook, opObject:
		return "object"
	}
	return ""
}

// native reads a number in the form of the machine that wrote it.
func (r *reader) native(op byte) (any, error) {
	if r.net {
		return nil, r.errorf("number in native form in network order")
	}
	if op == opDouble {
		if r.dblSize != 8 {
			return nil, r.versionError("floating point that is not of 8 bytes")
		}
		b, err := r.take(8)
		if err != nil {
			return nil, err
		}
		return math.Float64frombits(r.order.Uint64(b)), nil
	}
	b, err := r.take(r.intSize)
	if err != nil {
		return nil, err
	}
	if r.intSize == 4 {
		return int64(int32(r.order.Uint32(b))), nil
	}
	return int64(r.order.Uint64(b)), nil
}

func (r *reader) vstring(op byte) (any, error) {
	src, err := r.bytes(op == opLVString)
	if err != nil {
		return nil, err
	}
	inner, err := r.byte()
	if err != nil {
		return nil, err
	}
	switch inner {
	case opScalar, opLScalar, opUTF8Str, opLUTF8Str:
	default:
		return nil, r.errorf("mark %d in a v-string", inner)
	}
	b, err := r.bytes(inner == opLScalar || inner == opLUTF8Str)
	if err != nil {
		return nil, err
	}
	v := VString{Source: string(src)}
	if inner == opUTF8Str || inner == opLUTF8Str {
		v.Value = string(b)
	} else {
		v.Value = r.plain(b)
	}
	return v, nil
}

// reference reads the rest of a scalar that holds a reference.
func (r *reader) reference(class string) (any, error) {
	n := r.begin(class)
	if err := r.enter(); err != nil {
		return nil, err
	}
	v, err := r.referent("")
	if err != nil {
		return nil, err
	}
	r.depth--
	r.finish(n, v)
	return v, nil
}
