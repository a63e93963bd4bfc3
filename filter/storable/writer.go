package storable

import (
	"encoding/binary"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// writer is the state of one Marshal. Like the reader it numbers every scalar,
// array and hash.
type writer struct {
	MarshalOptions
	buf      []byte
	start    int // where the payload begins in buf
	maxDepth int
	depth    int
	things   uint32 // numbered so far
	seen     map[identity]uint32
	blessed  map[uint32]string // classes of the things that have one
	classes  map[string]int
	keys     []string // scratch for Canonical
}

// identity distinguishes two things that may be equal in value. Slices are the
// same if they begin and end in the same place.
type identity struct {
	typ reflect.Type
	ptr uintptr
	len int
}

// op begins a value that gets a number.
func (w *writer) op(code byte) {
	w.buf = append(w.buf, code)
	w.things++
}

func (w *writer) length(n int) {
	if w.Native {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(n))
		return
	}
	w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(n))
}

// checkLength refuses what four bytes cannot count.
func checkLength(v any, n int) error {
	if n > maxLen {
		return &ValueError{Type: reflect.TypeOf(v), Msg: "length of 2^31 or more"}
	}
	return nil
}

// scalar writes v where a scalar belongs.
func (w *writer) scalar(v any) error {
	switch v := v.(type) {
	case nil:
		w.op(opUndef)
	case string:
		return w.string(v)
	case []byte:
		return w.bytes(v)
	case bool:
		w.bool(v)
	case int:
		w.int(int64(v))
	case int64:
		w.int(v)
	case uint64:
		w.uint(v)
	case float64:
		w.float(v)
	case VString:
		return w.vstring(v)
	case *Tied:
		if v != nil && v.Kind != Array && v.Kind != Hash {
			return w.tiedScalar(v)
		}
		return w.reference(v)
	case []any, map[string]any, *Ref, *Object, Ref, Object, *Regexp, *Code, *Hooked:
		return w.reference(v)
	default:
		return w.reflected(v)
	}
	return nil
}

// reference writes a scalar that refers to what v is a reference to.
func (w *writer) reference(v any) error {
	if isNil(v) {
		w.op(opUndef)
		return nil
	}
	w.op(opRef)
	return w.referent(v)
}

// isNil reports whether v is nothing at all or a nil pointer. Nil slices and
// maps are empty ones.
func isNil(v any) bool {
	rv := reflect.ValueOf(v)
	return !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil()
}

// enter begins a value inside a value; the caller counts depth down again.
func (w *writer) enter() error {
	if w.depth >= w.maxDepth {
		return limitError("MaxDepth", w.maxDepth, len(w.buf)-w.start)
	}
	w.depth++
	return nil
}

func (w *writer) bool(b bool) {
	switch {
	case w.Booleans && b:
		w.op(opTrue)
	case w.Booleans:
		w.op(opFalse)
	case b:
		w.op(opScalar)
		w.buf = append(w.buf, 1, '1')
	default:
		w.op(opScalar)
		w.buf = append(w.buf, 0)
	}
}

func (w *writer) int(n int64) {
	switch {
	case n >= math.MinInt8 && n <= math.MaxInt8:
		w.op(opByte)
		w.buf = append(w.buf, byte(n+128))
	case w.Native:
		w.op(opInteger)
		w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(n))
	case n >= math.MinInt32 && n <= math.MaxInt32:
		w.op(opNetInt)
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(n))
	default:
		w.number(strconv.AppendInt(nil, n, 10))
	}
}

func (w *writer) uint(n uint64) {
	if n <= math.MaxInt64 {
		w.int(int64(n))
		return
	}
	w.number(strconv.AppendUint(nil, n, 10))
}

func (w *writer) float(f float64) {
	switch {
	case w.Native:
		w.op(opDouble)
		w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(f))
	case math.IsNaN(f):
		w.number([]byte("NaN"))
	case math.IsInf(f, 1):
		w.number([]byte("Inf"))
	case math.IsInf(f, -1):
		w.number([]byte("-Inf"))
	default:
		w.number(strconv.AppendFloat(nil, f, 'g', -1, 64))
	}
}

// number writes a number that has only a decimal form.
func (w *writer) number(text []byte) {
	w.op(opScalar)
	w.buf = append(append(w.buf, byte(len(text))), text...)
}

func (w *writer) string(s string) error {
	if err := checkLength(s, len(s)); err != nil {
		return err
	}
	short, long := byte(opScalar), byte(opLScalar)
	if w.isText(s) {
		short, long = opUTF8Str, opLUTF8Str
	}
	w.stringHead(short, long, len(s))
	w.buf = append(w.buf, s...)
	return nil
}

// isText reports whether s must be marked as UTF-8.
func (w *writer) isText(s string) bool {
	return !w.ByteStrings && !isASCII(s) && utf8.ValidString(s)
}

func (w *writer) bytes(b []byte) error {
	if err := checkLength(b, len(b)); err != nil {
		return err
	}
	w.stringHead(opScalar, opLScalar, len(b))
	w.buf = append(w.buf, b...)
	return nil
}

// stringHead begins a string of n bytes, with the mark that fits its length.
func (w *writer) stringHead(short, long byte, n int) {
	if n <= math.MaxUint8 {
		w.op(short)
		w.buf = append(w.buf, byte(n))
		return
	}
	w.op(long)
	w.length(n)
}

func (w *writer) vstring(v VString) error {
	if err := checkLength(v, len(v.Source)); err != nil {
		return err
	}
	w.stringHead(opVString, opLVString, len(v.Source))
	w.things-- // the string that follows is numbered instead
	w.buf = append(w.buf, v.Source...)
	return w.string(v.Value)
}
