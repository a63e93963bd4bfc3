// Package driver reads and writes for wheels: POE's drivers.
package driver

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/gopoe/poe/internal/configerror"
)

// DefaultBlockSize is how much SysRW reads at most at once, in bytes.
const DefaultBlockSize = 64 << 10

// keepOutput is the capacity above which an empty output buffer is let go.
const keepOutput = 64 << 10

// Config configures a SysRW.
type Config struct {
	// BlockSize is how many bytes are read at most at once; 0 means
	// DefaultBlockSize. Writing is not cut.
	BlockSize int
}

// ConfigError is the error of [New] about a field of its Config. It is the same
// type in all packages of this module.
type ConfigError = configerror.ConfigError

var errBlockSize = errors.New("must be greater than 0")

// SysRW reads with one call and writes with as few as it can. It holds the
// output that has not been written. One SysRW serves one handle in each
// direction. The zero SysRW is ready to use, with the default block size.
// POE: POE::Driver::SysRW.
type SysRW struct {
	block int
	out   []byte
	ends  []int // of the messages in out
	done  int   // out[:done] has been written
	first int   // ends[first:] are the messages that have not been written

	read, written uint64 // bytes in all
}

// New makes a SysRW.
func New(c Config) (*SysRW, error) {
	if c.BlockSize < 0 {
		return nil, &ConfigError{Package: "driver", Field: "BlockSize", Err: fmt.Errorf("%d: %w", c.BlockSize, errBlockSize)}
	}
	return &SysRW{block: c.BlockSize}, nil
}

// BlockSize is how much is read at most at once.
func (d *SysRW) BlockSize() int {
	if d.block == 0 {
		return DefaultBlockSize
	}
	return d.block
}

// Read reads once, no more than a block, into buf. With nothing there it
// returns 0 and no error; the end of the stream is io.EOF.
func (d *SysRW) Read(r io.Reader, buf []byte) (int, error) {
	n, err := r.Read(buf[:min(len(buf), d.BlockSize())])
	if n == 0 && wouldBlock(err) {
		return 0, nil
	}
	if n > 0 {
		d.read += uint64(n)
		err = nil // it comes again
	}
	return n, err
}

// BytesRead is how many bytes have been read in all.
func (d *SysRW) BytesRead() uint64 { return d.read }

// BytesWritten is how many bytes have been written in all. What Put has taken
// and Flush has not written does not count.
func (d *SysRW) BytesWritten() uint64 { return d.written }

// Get is Read for those who do not have a buffer. POE: get.
func (d *SysRW) Get(r io.Reader) ([]byte, error) {
	buf := make([]byte, d.BlockSize())
	n, err := d.Read(r, buf)
	return buf[:n:n], err
}

// Put adds messages to the output and returns how many bytes are to be
// written. Empty ones are dropped.
func (d *SysRW) Put(messages ...[]byte) int {
	d.Output() // drops what has been written
	for _, m := range messages {
		if len(m) > 0 {
			d.out = append(d.out, m...)
			d.ends = append(d.ends, len(d.out))
		}
	}
	return d.OutOctets()
}

// Output lends the output buffer and the ends of its messages to one who adds
// to them; SetOutput gives them back.
func (d *SysRW) Output() (out []byte, ends []int) {
	if d.done > 0 && d.done >= len(d.out)/2 {
		d.compact()
	}
	return d.out, d.ends
}

// SetOutput takes the buffer that Output has lent, with more at its end.
func (d *SysRW) SetOutput(out []byte, ends []int) {
	// The same memory is not stored again: a pointer that is written while
	// garbage is collected costs as much as a short message.
	if len(out) <= cap(d.out) && same(out, d.out) {
		d.out = d.out[:len(out)]
	} else {
		d.out = out
	}
	if len(ends) <= cap(d.ends) && same(ends, d.ends) {
		d.ends = d.ends[:len(ends)]
	} else {
		d.ends = ends
	}
}

// same tells whether two slices begin at the same place.
func same[T any](a, b []T) bool { return cap(a) > 0 && cap(b) > 0 && &a[:1][0] == &b[:1][0] }

// compact moves what is left to the front.
func (d *SysRW) compact() {
	d.out = d.out[:copy(d.out, d.out[d.done:])]
	n := copy(d.ends, d.ends[d.first:])
	d.ends = d.ends[:n]
	for i := range d.ends {
		d.ends[i] -= d.done
	}
	d.done, d.first = 0, 0
}

// Flush writes as much as there is room for and returns how many bytes are
// left. No room is no error. After an error the rest is still counted.
func (d *SysRW) Flush(w io.Writer) (left int, err error) { return d.FlushSome(w, -1) }

// FlushSome is Flush, but writes no more than so many bytes; below 0 is no
// limit.
func (d *SysRW) FlushSome(w io.Writer, most int) (left int, err error) {
	end := len(d.out)
	if most >= 0 {
		end = min(end, d.done+most)
	}
	for d.done < end && err == nil {
		var n int
		n, err = w.Write(d.out[d.done:end])
		d.done += n
		d.written += uint64(n)
		if n == 0 && err == nil {
			err = io.ErrShortWrite
		}
	}
	if d.done == len(d.out) {
		d.Discard()
	}
	for d.first < len(d.ends) && d.ends[d.first] <= d.done {
		d.first++
	}
	if wouldBlock(err) {
		err = nil
	}
	return d.OutOctets(), err
}

// Discard forgets the output.
func (d *SysRW) Discard() {
	d.out, d.ends, d.done, d.first = d.out[:0], d.ends[:0], 0, 0
	if cap(d.out) > keepOutput {
		d.out, d.ends = nil, nil
	}
}

// OutOctets is how many bytes are still to be written.
func (d *SysRW) OutOctets() int { return len(d.out) - d.done }

// OutMessages is how many messages are still to be written, the one being
// written included. POE: get_out_messages_buffered.
func (d *SysRW) OutMessages() int { return len(d.ends) - d.first }

func wouldBlock(err error) bool {
	return err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || errors.Is(err, syscall.EAGAIN)
}
