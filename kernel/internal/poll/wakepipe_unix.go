//go:build unix

package poll

import (
	"errors"
	"os"
	"syscall"
)

// WakePipe wakes a poller that blocks in a system call: the poller watches the
// reading end, and any goroutine may write. A sleeping poller is woken once, so
// there is never more than a byte or two in it.
type WakePipe struct {
	read, write *os.File
	raw         syscall.RawConn
	fd          int // of the reading end, to be watched
	byte        [1]byte
}

// NewWakePipe makes a pipe.
func NewWakePipe() (*WakePipe, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &WakePipe{read: r, write: w}
	if p.raw, err = r.SyscallConn(); err == nil {
		err = p.raw.Control(func(fd uintptr) { p.fd = int(fd) }) // Fd would make it blocking
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// FD returns the descriptor of the reading end.
func (p *WakePipe) FD() int { return p.fd }

// Wake makes the reading end readable. It is safe on any goroutine, and after
// Close: the end then refuses.
func (p *WakePipe) Wake() { _, _ = p.write.Write(p.byte[:]) }

// Drain empties the pipe. It is called when it is known to be readable, and
// does not wait if it is not.
func (p *WakePipe) Drain() {
	var buf [64]byte
	_ = p.raw.Read(func(fd uintptr) bool {
		_, _ = syscall.Read(int(fd), buf[:])
		return true
	})
}

// Close closes both ends.
func (p *WakePipe) Close() error { return errors.Join(p.read.Close(), p.write.Close()) }
