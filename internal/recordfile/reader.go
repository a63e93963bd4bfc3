package recordfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Error describes what is wrong with a recording, and where.
type Error struct {
	Offset int64 // in the file, in bytes
	Err    error
}

// Error has the offset in front.
func (e *Error) Error() string { return fmt.Sprintf("recording: at byte %d: %v", e.Offset, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// The kinds of what is wrong, which [Error] wraps.
var (
	ErrForeign = errForeign
	ErrCut     = fmt.Errorf("the recording is cut short: %w", io.ErrUnexpectedEOF)
	ErrDamaged = errors.New("the recording is damaged")
)

// Reader reads a recording record by record. Its methods return zero values
// after the first fault, which Err returns.
type Reader struct {
	Head Head

	in     *bufio.Reader
	offset int64 // of what in returns next
	frame  []byte
	start  int64 // offset of the frame's bytes
	at     int
	frames uint64
	first  uint64
	names  []string
	err    error
}

// NewReader reads the head. The error is an *Error.
func NewReader(r io.Reader) (*Reader, error) {
	rd := &Reader{in: bufio.NewReaderSize(r, FrameSize)}
	if err := rd.readHead(); err != nil {
		return nil, err
	}
	return rd, nil
}

// fault makes an error of the file the reader's own.
func (r *Reader) fault(offset int64, err error) error {
	if r.err == nil {
		r.err = &Error{Offset: offset, Err: err}
	}
	return r.err
}

func (r *Reader) readHead() error {
	magic, err := r.in.Peek(len(selfDescribed))
	switch {
	case string(magic) != selfDescribed[:len(magic)] || len(magic) == 0:
		return r.fault(0, ErrForeign)
	case err != nil:
		return r.fault(int64(len(magic)), ErrCut)
	}
	_, _ = r.in.Discard(len(magic))
	r.offset = int64(len(magic))
	if n, err := r.head(majorArray); err != nil || n != 2 {
		return r.fault(int64(len(magic)), ErrForeign)
	}
	crc, err := r.head(majorUint)
	if err != nil {
		return err
	}
	n, err := r.head(majorBytes)
	if err != nil {
		return err
	}
	data, err := r.take(n)
	if err != nil {
		return err
	}
	if uint64(Sum(0, data)) != crc {
		return r.fault(int64(len(magic)), fmt.Errorf("%w: the check of the head does not agree", ErrDamaged))
	}
	if r.Head, err = readHead(data); err != nil {
		return r.fault(int64(len(magic)), err)
	}
	return nil
}

// head reads the head of a CBOR item from the file.
func (r *Reader) head(major byte) (uint64, error) {
	start := r.offset
	first, err := r.take(1)
	if err != nil {
		return 0, err
	}
	size := 0
	switch short := first[0] & 31; {
	case first[0]>>5 != major || short > 27:
		return 0, r.fault(start, ErrDamaged)
	case short < 24:
		return uint64(short), nil
	default:
		size = 1 << (short - 24)
	}
	b, err := r.take(uint64(size))
	if err != nil {
		return 0, err
	}
	n := uint64(0)
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n, nil
}

// take reads n bytes of the file. It asks for no more memory than the file has.
func (r *Reader) take(n uint64) ([]byte, error) {
	if n > 1<<40 {
		return nil, r.fault(r.offset, ErrDamaged)
	}
	if n <= FrameSize {
		b := make([]byte, n)
		got, err := io.ReadFull(r.in, b)
		r.offset += int64(got)
		if err != nil {
			return nil, r.readFault(err)
		}
		return b, nil
	}
	var b bytes.Buffer
	got, err := io.CopyN(&b, r.in, int64(n))
	r.offset += got
	if err != nil {
		return nil, r.readFault(err)
	}
	return b.Bytes(), nil
}

func (r *Reader) readFault(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = ErrCut
	}
	return r.fault(r.offset, err)
}

// More reports whether another record follows, and reads the next frame if need
// be. At the end of the file and after a fault it returns false.
func (r *Reader) More() bool {
	for r.err == nil && r.at == len(r.frame) {
		if _, err := r.in.Peek(1); err == io.EOF {
			return false
		}
		r.nextFrame()
	}
	return r.err == nil
}

func (r *Reader) nextFrame() {
	start := r.offset
	if n, err := r.head(majorArray); err != nil || n != 3 {
		_ = r.fault(start, ErrDamaged)
		return
	}
	number, err := r.head(majorUint)
	if err != nil {
		return
	}
	crc, err := r.head(majorUint)
	if err != nil {
		return
	}
	size, err := r.head(majorBytes)
	if err != nil {
		return
	}
	offset := r.offset
	data, err := r.take(size)
	switch {
	case err != nil:
		return
	case uint64(frameSum(number, data)) != crc:
		_ = r.fault(start, fmt.Errorf("%w: the check of frame %d does not agree", ErrDamaged, number))
		return
	case r.frames == 0:
		r.first = number
	case number != r.frames:
		_ = r.fault(start, fmt.Errorf("%w: frame %d is where frame %d should be", ErrDamaged, number, r.frames))
		return
	}
	r.frames = number + 1
	r.frame, r.start, r.at = data, offset, 0
	r.names = r.names[:0]
}

// First returns the number of the first frame that was read: more than 0 in a
// recording whose beginning was dropped.
func (r *Reader) First() uint64 { return r.first }

// Offset returns the place in the file of what is read next.
func (r *Reader) Offset() int64 { return r.start + int64(r.at) }

// Err returns the first fault, an *Error, or nil.
func (r *Reader) Err() error { return r.err }

// Damaged notes that what was read makes no sense.
func (r *Reader) Damaged(what string) {
	_ = r.fault(r.Offset(), fmt.Errorf("%w: %s", ErrDamaged, what))
}

// Peek returns the kind of the next record; 0 if there is none.
func (r *Reader) Peek() byte {
	if !r.More() {
		return 0
	}
	return r.frame[r.at]
}

// Byte reads a field as Writer.Byte has written it; the methods below do the same
// for theirs.
func (r *Reader) Byte() byte {
	if b := r.field(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *Reader) field(n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(len(r.frame)-r.at) {
		r.Damaged("a record goes beyond its frame")
		return nil
	}
	b := r.frame[r.at : r.at+int(n) : r.at+int(n)]
	r.at += int(n)
	return b
}

// Uint reads what Writer.Uint has written; after an error it is 0.
func (r *Reader) Uint() uint64 { return number(r, binary.Uvarint) }

// Int reads what Writer.Int has written; after an error it is 0.
func (r *Reader) Int() int64 { return number(r, binary.Varint) }

// number reads a number, 0 after an error.
func number[T uint64 | int64](r *Reader, decode func([]byte) (T, int)) T {
	if r.err != nil {
		return 0
	}
	n, size := decode(r.frame[r.at:])
	if size <= 0 {
		r.Damaged("a number is cut short")
		return 0
	}
	r.at += size
	return n
}

// Fixed reads four bytes; after an error it is 0.
func (r *Reader) Fixed() uint32 {
	if b := r.field(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// Bytes returns bytes that hold until the frame has been read.
func (r *Reader) Bytes() []byte { return r.field(r.Uint()) }

// Count reads the number of things that follow, each of at least one byte.
func (r *Reader) Count() int {
	n := r.Uint()
	if n > uint64(len(r.frame)-r.at) {
		r.Damaged("more is announced than the frame has")
		return 0
	}
	return int(n)
}

// Name reads what Writer.Name has written; after an error it is empty.
func (r *Reader) Name() string {
	name, _ := r.name()
	return name
}

// name also returns the name's number in the frame.
func (r *Reader) name() (string, uint64) {
	n := r.Uint()
	switch {
	case r.err != nil:
		return "", 0
	case n == 0:
		name := string(r.Bytes())
		r.names = append(r.names, name)
		return name, uint64(len(r.names))
	case n > uint64(len(r.names)):
		r.Damaged("a name has a number that was not given")
		return "", 0
	}
	return r.names[n-1], n
}
