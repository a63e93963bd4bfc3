package recordfile

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"sync/atomic"
	"unsafe"
)

// FrameSize is how long a frame becomes before it is complete; the last record
// may make it longer.
const FrameSize = 64 << 10

// castagnoli is the polynomial of all checks: processors have an instruction for it.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sum continues a CRC-32C.
func Sum(crc uint32, data []byte) uint32 { return crc32.Update(crc, castagnoli, data) }

// appendSum appends a check as a number in five bytes.
func appendSum(b []byte, sum uint32) []byte {
	return binary.BigEndian.AppendUint32(append(b, majorUint<<5|26), sum)
}

// frameSum is the check of a frame, its number included.
func frameSum(number uint64, data []byte) uint32 {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], number)
	return Sum(Sum(0, b[:]), data)
}

// Writer collects records into frames. It is for one goroutine at a time, except
// Unfinished.
type Writer struct {
	// Emit is called with each complete frame, which it owns.
	Emit func(f *Frame)
	// Spare returns memory for a frame, at best FrameMemory; if it is nil or returns
	// nil, the writer allocates that.
	Spare func() []byte

	buf    []byte
	names  map[string]uint64
	frames uint64
	recent [recentNames]recentName
	shared atomic.Pointer[sharedFrame]
}

// sharedFrame is the present frame for another goroutine, which reads no more of it than
// was complete: the writer only appends behind that.
type sharedFrame struct {
	number   uint64
	buf      []byte
	complete atomic.Int64 // bytes of buf
}

// recentName is a name that was written in some frame. Names are mostly constants
// of the program, which the place of their bytes identifies: that is faster than
// a look into the map.
type recentName struct {
	bytes *byte
	size  int
	frame uint64
	n     uint64
}

// recentNames is a power of two.
const recentNames = 64

// NewWriter makes a writer of the recording that has a head.
func NewWriter(emit func(f *Frame), spare func() []byte) *Writer {
	return &Writer{Emit: emit, Spare: spare, names: map[string]uint64{}}
}

// Frame is a complete frame. Its check is made when it is needed: those of a ring
// mostly are dropped before.
type Frame struct {
	number uint64
	buf    []byte // with room for the head
	sealed []byte // as it is in the file, once that is made
}

// Number returns the frame's number in the recording; the first is 0.
func (f *Frame) Number() uint64 { return f.number }

// Len returns the size of the frame in memory.
func (f *Frame) Len() int { return len(f.buf) }

// Memory returns the memory of a frame that is not needed any more.
func (f *Frame) Memory() []byte { return f.buf[:0] }

// Bytes returns the frame as it is in the file. It is not safe for several
// goroutines.
func (f *Frame) Bytes() []byte {
	if f.sealed == nil {
		data := f.buf[frameHead:]
		head := appendHead(make([]byte, 0, frameHead), majorArray, 3)
		head = appendHead(head, majorUint, f.number)
		head = appendSum(head, frameSum(f.number, data))
		head = appendHead(head, majorBytes, uint64(len(data)))
		f.sealed = f.buf[frameHead-len(head):]
		copy(f.sealed, head)
	}
	return f.sealed
}

// frameHead is how long the head of a frame can be: the array's, the number,
// the check and the length of the bytes.
const frameHead = 1 + 9 + 5 + 9

// frameReserve is memory for the last record of a frame. A longer one is moved to
// other memory, unless BeginLong has begun it.
const frameReserve = 4 << 10

// FrameMemory is how much memory a frame gets.
const FrameMemory = FrameSize + frameReserve

// Begin begins a record of a kind, in a new frame if the present one is full. It
// reports whether the frame is new, in which names are written in full.
func (w *Writer) Begin(op byte) (fresh bool) {
	if len(w.buf) >= FrameSize {
		w.Flush()
	}
	if fresh = len(w.buf) == 0; fresh {
		if w.Spare != nil {
			w.buf = w.Spare()
		}
		if w.buf == nil {
			w.buf = make([]byte, 0, FrameMemory)
		}
		w.buf = w.buf[:frameHead]
	}
	w.buf = append(w.buf, op)
	return fresh
}

// BeginLong is Begin for a record of about size bytes, which ends a frame in which it
// has no space.
func (w *Writer) BeginLong(op byte, size int) (fresh bool) {
	if len(w.buf)+size > FrameSize {
		w.Flush()
	}
	return w.Begin(op)
}

// Flush completes the frame, if there is anything in it.
func (w *Writer) Flush() {
	if len(w.buf) == 0 {
		return
	}
	f := &Frame{number: w.frames, buf: w.buf}
	w.frames++
	w.buf = nil
	clear(w.names)
	w.Emit(f)
	w.shared.Store(nil) // after Emit: a frame is always in one of the two places
}

// Share lets Unfinished return the records that were begun.
func (w *Writer) Share() {
	if len(w.buf) == 0 {
		return
	}
	s := w.shared.Load()
	if s == nil || &s.buf[0] != &w.buf[0] { // it is new, or has got other memory
		s = &sharedFrame{number: w.frames, buf: w.buf[:cap(w.buf)]}
		s.complete.Store(int64(len(w.buf)))
		w.shared.Store(s)
		return
	}
	s.complete.Store(int64(len(w.buf)))
}

// Unfinished returns a copy of the present frame as of the last Share, nil if there is
// none. Any goroutine may call it while the memory of frames is not used again. The frame
// may have been emitted meanwhile.
func (w *Writer) Unfinished() *Frame {
	s := w.shared.Load()
	if s == nil {
		return nil
	}
	return &Frame{number: s.number, buf: bytes.Clone(s.buf[:s.complete.Load()])}
}

// Pending returns how many bytes wait for Flush.
func (w *Writer) Pending() int { return len(w.buf) }

// Byte, Uint, Int, Bytes, Fixed and Name append one field of the record.
func (w *Writer) Byte(b byte) { w.buf = append(w.buf, b) }

// Uint appends a number of variable length.
func (w *Writer) Uint(n uint64) { w.buf = binary.AppendUvarint(w.buf, n) }

// Int is Uint for a number that may be negative.
func (w *Writer) Int(n int64) { w.buf = binary.AppendVarint(w.buf, n) }

// Fixed appends four bytes.
func (w *Writer) Fixed(n uint32) { w.buf = binary.LittleEndian.AppendUint32(w.buf, n) }

// Bytes appends a byte string and returns the copy, which can be changed until
// the next field.
func (w *Writer) Bytes(p []byte) []byte {
	w.Uint(uint64(len(p)))
	w.buf = append(w.buf, p...)
	return w.buf[len(w.buf)-len(p):]
}

// Name appends a name: 0 and the name in full when it is new in the frame, else
// its number there, which is returned.
func (w *Writer) Name(name string) (number uint64) {
	first := unsafe.StringData(name)
	slot := &w.recent[(uintptr(unsafe.Pointer(first))>>2^uintptr(len(name)))%recentNames]
	if slot.n > 0 && slot.bytes == first && slot.size == len(name) && slot.frame == w.frames {
		w.Uint(slot.n)
		return slot.n
	}
	n, known := w.names[name]
	*slot = recentName{first, len(name), w.frames, n}
	if !known {
		slot.n = uint64(len(w.names) + 1)
	}
	w.Uint(n)
	if !known {
		w.names[name] = uint64(len(w.names) + 1)
		w.Bytes([]byte(name))
	}
	return slot.n
}
