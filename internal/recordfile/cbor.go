package recordfile

import (
	"encoding/binary"
	"math"
)

// The major types of CBOR, RFC 8949, 3.1.
const (
	majorUint   = 0
	majorNegint = 1
	majorBytes  = 2
	majorText   = 3
	majorArray  = 4
	majorMap    = 5
	majorTag    = 6
	majorSimple = 7
)

// The simple values that are used, with their major type.
const (
	cborFalse   = majorSimple<<5 | 20
	cborTrue    = majorSimple<<5 | 21
	cborNull    = majorSimple<<5 | 22
	cborFloat64 = majorSimple<<5 | 27
)

// appendHead appends the head of a CBOR item in its shortest form.
func appendHead(b []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

func appendText(b []byte, s string) []byte {
	return append(appendHead(b, majorText, uint64(len(s))), s...)
}

func appendBytes(b, data []byte) []byte {
	return append(appendHead(b, majorBytes, uint64(len(data))), data...)
}

func appendInt(b []byte, n int64) []byte {
	if n < 0 {
		return appendHead(b, majorNegint, uint64(-1-n))
	}
	return appendHead(b, majorUint, uint64(n))
}

func appendFloat(b []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, cborFloat64), math.Float64bits(f))
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, cborTrue)
	}
	return append(b, cborFalse)
}

// item is the head of a CBOR item that was read: n is the number, length or
// count that it carries. first is its first byte.
type item struct {
	first byte
	n     uint64
}

func (i item) major() byte { return i.first >> 5 }

// cborReader reads items from memory. The first fault stays.
type cborReader struct {
	data  []byte
	at    int
	fault string
}

func (r *cborReader) fail(what string) {
	if r.fault == "" {
		r.fault = what
	}
}

// take returns the next n bytes.
func (r *cborReader) take(n uint64) []byte {
	if r.fault != "" || n > uint64(len(r.data)-r.at) {
		r.fail("an item is cut short")
		return nil
	}
	b := r.data[r.at : r.at+int(n)]
	r.at += int(n)
	return b
}

// next reads the head of an item. Lengths that are not given are not used here.
func (r *cborReader) next() item {
	b := r.take(1)
	if b == nil {
		return item{first: cborNull}
	}
	it := item{first: b[0]}
	switch short := b[0] & 31; {
	case short < 24:
		it.n = uint64(short)
	case short <= 27:
		for _, c := range r.take(1 << (short - 24)) {
			it.n = it.n<<8 | uint64(c)
		}
	default:
		r.fail("an item has a form that recordings do not have")
	}
	return it
}

// want reads the head of an item of a major type and returns what it carries.
func (r *cborReader) want(major byte, what string) uint64 {
	it := r.next()
	if it.major() != major {
		r.fail(what + " is expected")
		return 0
	}
	return it.n
}

// count reads the number of items of an array or a map, each of which takes one
// byte at least.
func (r *cborReader) count(major byte, what string) int {
	n := r.want(major, what)
	if n > uint64(len(r.data)-r.at) {
		r.fail(what + " has more items than there is data")
		return 0
	}
	return int(n)
}

func (r *cborReader) text() string   { return string(r.take(r.want(majorText, "text"))) }
func (r *cborReader) bytes() []byte  { return r.take(r.want(majorBytes, "a byte string")) }
func (r *cborReader) array() int     { return r.count(majorArray, "a list") }
func (r *cborReader) uint() uint64   { return r.want(majorUint, "a number") }
func (r *cborReader) boolean() bool  { return r.next().first == cborTrue }
func (r *cborReader) float() float64 { return math.Float64frombits(r.floatBits()) }

func (r *cborReader) floatBits() uint64 {
	it := r.next()
	if it.first != cborFloat64 {
		r.fail("a floating-point number is expected")
	}
	return it.n
}

func (r *cborReader) int() int64 {
	it := r.next()
	switch {
	case it.major() > majorNegint || it.n > math.MaxInt64:
		r.fail("an integer is expected")
		return 0
	case it.major() == majorNegint:
		return -1 - int64(it.n)
	}
	return int64(it.n)
}

// null reads null if it comes next, and reports whether it has.
func (r *cborReader) null() bool {
	if r.fault == "" && r.at < len(r.data) && r.data[r.at] == cborNull {
		r.at++
		return true
	}
	return false
}
