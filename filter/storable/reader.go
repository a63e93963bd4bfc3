package storable

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gopoe/poe/internal/membudget"
)

// reader is the state of one Unmarshal: a cursor, the machine that wrote the
// payload, and what has been read so far, by number.
type reader struct {
	data []byte
	pos  int
	owed int // bytes that the containers being read need at least, see claim

	order   binary.ByteOrder
	net     bool
	intSize int // of a native integer
	dblSize int // of a native floating point number
	strings StringMode

	noCycles bool

	maxItems, items int
	maxDepth, depth int
	memory          membudget.Budget

	things  []thing
	classes []string
	keys    *keyCache
}

// header reads what precedes the first value: an optional file magic, the
// version, and in native order the properties of the writing machine.
func (r *reader) header() error {
	if bytes.HasPrefix(r.data, []byte(oldFileMagic)) {
		return r.versionError("a file of Storable 0.6 or older")
	}
	if bytes.HasPrefix(r.data, []byte(fileMagic)) {
		r.pos = len(fileMagic)
	}
	b, err := r.take(2)
	if err != nil {
		return err
	}
	if major := b[0] >> 1; major != majorVersion {
		r.pos -= 2
		return r.versionError(fmt.Sprintf("major version %d, not %d", major, majorVersion))
	}
	r.net = b[0]&1 == 1
	r.order = binary.BigEndian
	if r.net {
		return nil
	}
	return r.machine(b[1])
}

// machine reads the header of a payload in native order.
func (r *reader) machine(minor byte) error {
	n, err := r.byte()
	if err != nil {
		return err
	}
	name, err := r.take(int(n))
	if err != nil {
		return err
	}
	switch string(name) {
	case "1234", "12345678":
		r.order = binary.LittleEndian
	case "4321", "87654321":
		r.order = binary.BigEndian
	default:
		return r.versionError(fmt.Sprintf("byte order %q", name))
	}
	r.intSize = int(n)
	sizes, err := r.take(3) // of int, long and pointer
	if err != nil {
		return err
	}
	if sizes[0] != 4 {
		return r.versionError(fmt.Sprintf("int of %d bytes", sizes[0]))
	}
	r.dblSize = 8
	if minor >= 2 {
		size, err := r.byte()
		if err != nil {
			return err
		}
		r.dblSize = int(size)
	}
	return nil
}

func (r *reader) byte() (byte, error) {
	if r.pos >= len(r.data) {
		return 0, r.truncated()
	}
	b := r.data[r.pos]
	r.pos++
	return b, nil
}

// take returns the next n bytes, which are a part of the payload.
func (r *reader) take(n int) ([]byte, error) {
	if n > len(r.data)-r.pos {
		return nil, r.truncated()
	}
	if err := r.charge(perString + n); err != nil {
		return nil, err
	}
	b := r.data[r.pos : r.pos+n]
	r.pos += n
	return b, nil
}

// length reads a four-byte length.
func (r *reader) length() (int, error) {
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	n := r.order.Uint32(b)
	if n > maxLen {
		return 0, r.errorf("negative length %d", int32(n))
	}
	return int(n), nil
}

// shortLength reads a length or an index of one byte, or of four if large.
func (r *reader) shortLength(large bool) (int, error) {
	if large {
		return r.length()
	}
	b, err := r.byte()
	return int(b), err
}

// bytes reads a length and as many bytes.
func (r *reader) bytes(large bool) ([]byte, error) {
	n, err := r.shortLength(large)
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

// claim accounts for a container of n parts that take at least size bytes
// each, before anything is allocated for it: the payload must have enough bytes for
// them and for all that the containers around this one still need. So the sum
// of what hostile lengths can make us allocate is bounded by the payload,
// however deep they nest.
func (r *reader) claim(n, size int) error {
	if n > (len(r.data)-r.pos-r.owed)/size {
		return r.truncated()
	}
	r.owed += n * size
	memory := membudget.Slice(n)
	if size > 1 {
		memory = membudget.Map(n)
	}
	if err := r.charge(memory + n*perThing); err != nil {
		return err
	}
	return r.count(n)
}

// What a value takes in memory apart from its bytes and parts, at the most: its
// entry among the things, and the header of a string or a reference.
const (
	perThing  = 32
	perString = 24
)

// charge accounts for n bytes of memory.
func (r *reader) charge(n int) error {
	if !r.memory.Charge(n) {
		return limitError("MaxMemory", r.memory.Max(), r.pos)
	}
	return nil
}

// count adds n values to those read.
func (r *reader) count(n int) error {
	if n > r.maxItems-r.items {
		return limitError("MaxItems", r.maxItems, r.pos)
	}
	r.items += n
	return nil
}

// enter begins a value inside a value; the caller counts depth down again.
func (r *reader) enter() error {
	if r.depth >= r.maxDepth {
		return limitError("MaxDepth", r.maxDepth, r.pos)
	}
	r.depth++
	if err := r.charge(perThing + perString); err != nil {
		return err
	}
	return r.count(1)
}

func (r *reader) errorf(format string, args ...any) error {
	return &SyntaxError{Offset: r.pos, Msg: fmt.Sprintf(format, args...)}
}

func (r *reader) truncated() error {
	return &SyntaxError{Offset: r.pos, Msg: "truncated", Err: io.ErrUnexpectedEOF}
}

func (r *reader) versionError(msg string) error {
	return &SyntaxError{Offset: r.pos, Msg: msg, Err: ErrVersion}
}
