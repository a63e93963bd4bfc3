//go:build unix

package kernel

import (
	"errors"
	"os"
	"syscall"
)

// wakePipe wakes a loop that blocks in a system call: the loop watches the
// reading end, and any goroutine may write. The kernel wakes a sleeping loop
// once, so there is never more than a byte or two in it.
type wakePipe struct {
	read, write *os.File
	raw         syscall.RawConn
	fd          int // of the reading end, to be watched
	byte        [1]byte
}

func newWakePipe() (*wakePipe, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &wakePipe{read: r, write: w}
	if p.raw, err = r.SyscallConn(); err == nil {
		err = p.raw.Control(func(fd uintptr) { p.fd = int(fd) }) // Fd would make it blocking
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// wake makes the reading end readable. It is safe on any goroutine, and after
// close: the end then refuses.
func (p *wakePipe) wake() { _, _ = p.write.Write(p.byte[:]) }

// drain empties the pipe. It is called when it is known to be readable, and
// does not wait if it is not.
func (p *wakePipe) drain() {
	var buf [64]byte
	_ = p.raw.Read(func(fd uintptr) bool {
		_, _ = syscall.Read(int(fd), buf[:])
		return true
	})
}

func (p *wakePipe) close() error { return errors.Join(p.read.Close(), p.write.Close()) }
