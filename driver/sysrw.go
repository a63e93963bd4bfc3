// Package driver has the buffered reading and writing of wheels: POE's drivers.
package driver

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"unsafe"

	"github.com/gopoe/poe/internal/configerror"
)

// DefaultBlockSize is the most bytes that a SysRW reads at once, unless
// configured otherwise.
const DefaultBlockSize = 64 << 10

// keepMessages is above which size what is known of messages is freed once they have
// been written, in bytes.
const keepMessages = 1 << 10

// Config configures a SysRW.
type Config struct {
	// BlockSize is the most bytes that are read at once; 0 means
	// DefaultBlockSize. It does not limit writes.
	BlockSize int
}

// ConfigError is the error of [New] about a field of its Config. It is the same
// type in all packages of this module.
type ConfigError = configerror.ConfigError

var errBlockSize = errors.New("must be greater than 0")

// SysRW reads with one call and writes with as few as it can. It holds the
// output that has not been written. One SysRW serves one handle in each
// direction, and one goroutine at a time. The zero SysRW is ready to use, with
// the default block size. POE: POE::Driver::SysRW.
type SysRW struct {
	out         []byte
	done        int    // out[:done] has been written
	size, count uint32 // the last run of messages: the size of each, and how many there are
	more        *more

	read, written uint64 // bytes in all
}

// more is what a SysRW with default settings and little to write does without.
type more struct {
	block int // the most bytes that are read at once, 0 for the default
	lost  int // bytes that were dropped and still count
	older olderRuns
	texts *texts // long texts between the bytes of out; nil before the first one
}

func (d *SysRW) ensureMore() *more {
	if d.more == nil {
		d.more = &more{}
	}
	return d.more
}

// New makes a SysRW. The error is a *[ConfigError] if BlockSize is negative.
func New(c Config) (*SysRW, error) {
	if c.BlockSize < 0 {
		return nil, &ConfigError{Package: "driver", Field: "BlockSize", Err: fmt.Errorf("%d: %w", c.BlockSize, errBlockSize)}
	}
	return &SysRW{more: &more{block: c.BlockSize}}, nil
}

// BlockSize returns the most bytes that are read at once.
func (d *SysRW) BlockSize() int {
	if d.more == nil || d.more.block == 0 {
		return DefaultBlockSize
	}
	return d.more.block
}

// Read reads once into buf, at most a block. If there is nothing to read yet,
// it returns 0 and no error; at the end of the stream the error is io.EOF.
func (d *SysRW) Read(r io.Reader, buf []byte) (int, error) {
	n, err := r.Read(buf[:min(len(buf), d.BlockSize())])
	if n == 0 && wouldBlock(err) {
		return 0, nil
	}
	if n > 0 {
		d.read += uint64(n)
		err = nil // the next call returns it again
	}
	return n, err
}

// BytesRead returns how many bytes have been read in all.
func (d *SysRW) BytesRead() uint64 { return d.read }

// BytesWritten returns how many bytes have been written in all; output that
// waits does not count.
func (d *SysRW) BytesWritten() uint64 { return d.written }

// Get is like Read but allocates the buffer. POE: get.
func (d *SysRW) Get(r io.Reader) ([]byte, error) {
	buf := make([]byte, d.BlockSize())
	n, err := d.Read(r, buf)
	return buf[:n:n], err
}

// Put appends copies of messages to the output and returns how many bytes wait
// to be written. Empty messages are dropped.
func (d *SysRW) Put(messages ...[]byte) int {
	for _, m := range messages {
		d.SetOutput(append(d.Output(), m...))
	}
	return d.OutOctets()
}

// Output returns the output buffer, to which the caller may append before it
// calls SetOutput.
func (d *SysRW) Output() []byte {
	if d.done > 0 {
		d.compact()
	}
	return d.out
}

// compact frees what has been written, once that is as much as what has not.
func (d *SysRW) compact() {
	if d.done >= len(d.out)/2 {
		if d.more != nil {
			d.more.texts.moved(d.done)
		}
		d.out = d.out[:copy(d.out, d.out[d.done:])]
		d.done = 0
	}
}

// SetOutput sets the output buffer to out, which must be the buffer that Output
// returned with one new message appended. An empty message does not count.
func (d *SysRW) SetOutput(out []byte) {
	if size := len(out) - len(d.out); size > 0 {
		d.addMessage(size)
	}
	d.setOutput(out)
}

// SetOutputs is SetOutput for several messages: ends are the lengths of out after
// each of them.
func (d *SysRW) SetOutputs(out []byte, ends []int) {
	from := len(d.out)
	for _, end := range ends {
		if end > from {
			d.addMessage(end - from)
		}
		from = end
	}
	d.setOutput(out)
}

func (d *SysRW) setOutput(out []byte) {
	// The same memory is not stored again: a pointer that is written while
	// garbage is collected costs as much as a short message.
	if len(out) <= cap(d.out) && unsafe.SliceData(out) == unsafe.SliceData(d.out) {
		d.out = d.out[:len(out)]
	} else {
		d.out = out
	}
}

// Flush writes as much as the writer accepts and returns how many bytes are
// left. It is not an error if the writer would block. After an error the bytes
// that are left still count.
func (d *SysRW) Flush(w io.Writer) (left int, err error) { return d.FlushSome(w, -1) }

// FlushSome is Flush, but writes at most the given number of bytes; a negative
// number means no limit.
func (d *SysRW) FlushSome(w io.Writer, most int) (left int, err error) {
	waiting := d.waiting()
	if most < 0 || most > waiting {
		most = waiting
	}
	var n int
	switch {
	case most == 0:
	case d.more != nil && d.more.texts.waiting() > 0:
		n, err = d.writeTexts(w, most)
	default:
		if n, err = d.writeOut(w, most); n < most && err == nil {
			n, err = d.writeMore(w, n, most)
		}
	}
	d.written += uint64(n)
	switch {
	case n < waiting:
		d.removeMessages(n)
	case d.more == nil || d.more.lost == 0:
		d.Discard()
	}
	if err != nil && wouldBlock(err) {
		err = nil
	}
	return d.OutOctets(), err
}

// writeOut writes once, up to so many bytes of out, and returns how many it has
// written.
func (d *SysRW) writeOut(w io.Writer, most int) (n int, err error) {
	n, err = w.Write(d.out[d.done : d.done+most])
	d.done += n
	if n == 0 && err == nil {
		err = io.ErrShortWrite
	}
	return n, err
}

// writeMore continues a writeOut after which n bytes of most have been written.
func (d *SysRW) writeMore(w io.Writer, n, most int) (int, error) {
	for n < most {
		wrote, err := d.writeOut(w, most-n)
		n += wrote
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Discard drops the output, including what [SysRW.Lose] still counts.
func (d *SysRW) Discard() {
	d.done, d.count = 0, 0
	if d.out = d.out[:0]; cap(d.out) >= lentSize {
		d.dropBuffer()
	}
	if m := d.more; m != nil {
		m.lost = 0
		m.older.clear()
		m.texts.discard()
	}
}

// Lose drops the output, which cannot be written any more, but OutOctets
// continues to count it, as in POE: so a producer that stops at a high water
// mark still reaches it.
func (d *SysRW) Lose() {
	m := d.ensureMore()
	m.lost += d.waiting()
	m.texts = nil
	d.dropBuffer()
	d.done = 0
}

// OutOctets returns how many bytes wait to be written, those that Lose has
// dropped included.
func (d *SysRW) OutOctets() int {
	n := len(d.out) - d.done // as waiting: a call of that would keep this from being inlined
	if d.more != nil {
		n += d.more.texts.waiting() + d.more.lost
	}
	return n
}

// waiting returns how many bytes are to be written and not lost.
func (d *SysRW) waiting() int {
	n := len(d.out) - d.done
	if d.more != nil {
		n += d.more.texts.waiting()
	}
	return n
}

func wouldBlock(err error) bool {
	return err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || errors.Is(err, syscall.EAGAIN)
}
