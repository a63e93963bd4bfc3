//go:build linux

package perl

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// File is a file handle. The zero File is not usable; see NewFile and Open.
type File struct {
	fd      int
	name    string
	class   string
	in      []byte // read and not yet used
	eof     bool
	out     []byte // written and not yet flushed
	buffer  bool   // keep output until Flush
	closed  bool
	lines   int
	held    int
	dir     []string
	dirAt   int
	mem     *Ref // a string in the place of a file
	memAt   int
	memMode byte
	proc    *os.Process
	status  int
	// Native is what another package keeps with the handle; it reads, writes and
	// closes in the place of the descriptor.
	Native NativeHandle
}

// NativeHandle is a handle that another package has opened. Fd returns its
// descriptor, -1 for none.
type NativeHandle interface {
	io.ReadWriteCloser
	Fd() int
}

// Stdin, Stdout and Stderr are the standard handles.
var (
	Stdin  = &File{fd: 0, name: "STDIN", held: 1 << 20}
	Stdout = &File{fd: 1, name: "STDOUT", buffer: true, held: 1 << 20}
	Stderr = &File{fd: 2, name: "STDERR", held: 1 << 20}
	// Selected is the handle to which print without a handle writes. Perl:
	// select.
	Selected = Stdout
	lastFile *File
)

// NewFile returns a handle for an open descriptor, which it owns.
func NewFile(fd int, name string) *File { return &File{fd: fd, name: name} }

// NewNative returns a handle for n, which another package has opened. Close
// closes n.
func NewNative(n NativeHandle, name string) *File { return &File{fd: -1, Native: n, name: name} }

// Retain adds n to the number of hashes and arrays that hold f and returns the
// result.
func (f *File) Retain(n int) int {
	f.held += n
	return f.held
}

// Destroy closes f. It is called when f has lost its last holder.
func (f *File) Destroy() { f.Close() }

// Closed reports whether f has been closed.
func (f *File) Closed() bool { return f == nil || f.closed }

// Fd returns the descriptor, or -1 if f is nil, closed or has none.
func (f *File) Fd() int {
	if f == nil || f.closed {
		return -1
	}
	if f.Native != nil {
		return f.Native.Fd()
	}
	return f.fd
}

// PerlString returns GLOB(0x...), as Perl shows a handle.
func (f *File) PerlString() string {
	switch f.class {
	case "":
	case "File::Temp":
		return f.name
	default:
		return fmt.Sprintf("%s=GLOB(0x%x)", f.class, Address(f))
	}
	return fmt.Sprintf("GLOB(0x%x)", Address(f))
}

// F returns v as a file handle: a handle, a reference to one, or the name of a
// standard handle. It returns nil if v is none of these.
func F(v any) *File {
	switch v := v.(type) {
	case *File:
		return v
	case *Ref:
		return F(v.Get())
	case string:
		switch strings.TrimPrefix(strings.TrimPrefix(v, "*"), "main::") {
		case "STDIN":
			return Stdin
		case "STDOUT":
			return Stdout
		case "STDERR":
			return Stderr
		}
	case interface{ PerlFile() *File }:
		return v.PerlFile()
	}
	return nil
}

// Close closes f and reports whether it succeeded. For a pipe to a process it
// waits for the end of that, sets $? and reports whether the status is 0.
func (f *File) Close() bool {
	if f.Closed() {
		Errno = syscall.EBADF
		return false
	}
	f.Flush()
	f.closed = true
	ok := true
	switch {
	case f.mem != nil:
	case f.Native != nil:
		ok = succeeded(f.Native.Close())
	case f.fd >= 0:
		ok = succeeded(unix.Close(f.fd))
	}
	if f.proc != nil {
		state, err := f.proc.Wait()
		if err == nil {
			ChildStatus = waitStatus(state)
			ok = ChildStatus == 0
		}
	}
	return ok
}

// Close closes a handle and reports whether it succeeded.
func Close(fh any) bool {
	f := F(fh)
	if f == nil {
		Errno = syscall.EBADF
		return false
	}
	return f.Close()
}

// Binmode has no effect, because strings hold bytes.
func Binmode(fh any, layer ...any) bool { return F(fh) != nil }

// Fileno returns the descriptor of a handle, or nil if it has none.
func Fileno(fh any) any {
	if fd := F(fh).Fd(); fd >= 0 {
		return fd
	}
	return nil
}

// Gensym returns a new handle which is not open.
func Gensym() any { return &File{fd: -1, closed: true} }
