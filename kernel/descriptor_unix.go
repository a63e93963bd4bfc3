//go:build unix

package kernel

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/gopoe/poe/kernel/internal/fd"
	"github.com/gopoe/poe/kernel/internal/poll"
)

// FD makes a handle of a descriptor, which it sets to non-blocking mode and
// owns.
func FD(n int) (*Handle, error) { return newDescriptor(n, nil, fmt.Sprintf("fd %d", n)) }

func fileHandle(f *os.File) (*Handle, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, callError("File", f.Name(), err)
	}
	n := -1
	if err := raw.Control(func(fd uintptr) { n = int(fd) }); err != nil {
		return nil, callError("File", f.Name(), err)
	}
	return newDescriptor(n, f, f.Name())
}

func newPipe() (read, write *Handle, err error) {
	r, w, err := fd.Pipe()
	if err != nil {
		return nil, nil, &OpError{Op: "pipe", Err: err}
	}
	if read, err = newDescriptor(r, nil, "pipe (read)"); err != nil {
		return nil, nil, err
	}
	write, err = newDescriptor(w, nil, "pipe (write)")
	return read, write, err
}

// SocketPair makes two sockets that are connected with each other.
func SocketPair() (a, b *Handle, err error) { return handlePair("socketpair", newSocketPair) }

func newSocketPair() (a, b *Handle, err error) {
	first, second, err := fd.SocketPair()
	if err != nil {
		return nil, nil, &OpError{Op: "socketpair", Err: err}
	}
	if a, err = newDescriptor(first, nil, "socket pair (first)"); err != nil {
		return nil, nil, err
	}
	b, err = newDescriptor(second, nil, "socket pair (second)")
	return a, b, err
}

// descriptor is the source of a handle that is a descriptor of the system.
type descriptor struct{ fd.FD }

func newDescriptor(n int, file *os.File, name string) (*Handle, error) {
	if t := tapeOf(); t != nil {
		return t.newHandle(file, func() (*Handle, error) { return openDescriptor(n, file, name) })
	}
	return openDescriptor(n, file, name)
}

func openDescriptor(n int, file *os.File, name string) (*Handle, error) {
	d, err := fd.New(n, file)
	if err != nil {
		return nil, callError("FD", name, err)
	}
	return descriptorHandle(d, name), nil
}

// descriptorHandle makes the handle of a descriptor, all in one piece of memory.
func descriptorHandle(d fd.FD, name string) *Handle {
	all := &struct {
		Handle
		descriptor
		more handleMore
	}{descriptor: descriptor{d}}
	all.reg = poll.Registration{FD: int32(d.Int()), Token: -1}
	all.source, all.Handle.more = &all.descriptor, &all.more
	all.more.name = name
	return &all.Handle
}

// connectionHandle is descriptorHandle for a connection that was accepted, with
// the watcher of its first wheel in the same piece of memory.
func connectionHandle(d fd.FD, tcp bool) *Handle {
	all := &struct {
		Handle
		descriptor
		watcher
	}{descriptor: descriptor{d}}
	all.reg = poll.Registration{FD: int32(d.Int()), Token: -1, Exclusive: true, TCP: tcp}
	all.source, all.spare = &all.descriptor, &all.watcher
	return &all.Handle
}

// Close closes the descriptor.
func (d *descriptor) Close() error {
	err := d.FD.Close()
	if errno, ok := err.(syscall.Errno); ok {
		return &OpError{Op: "close", Err: errno}
	}
	return err
}

// Ready is not asked: the poller knows.
func (d *descriptor) Ready() ReadySet { return ReadySet{} }

// Bind is not called: the poller watches descriptors.
func (d *descriptor) Bind(func()) {}

// Accept returns a handle of the next connection.
func (d *descriptor) Accept() (*Handle, net.Addr, error) {
	conn, from, err := d.FD.Accept()
	if err != nil {
		return nil, nil, err
	}
	return connectionHandle(conn, d.AcceptsTCP()), from, nil
}
