//go:build linux

package perl

import (
	"io"
	"syscall"

	"golang.org/x/sys/unix"
)

// The separators are $, $\ $/ and $" in this order. ChildStatus is the wait
// status $?.
var (
	OutputFieldSeparator  any
	OutputRecordSeparator any
	InputRecordSeparator  any = "\n"
	ListSeparator         any = " "
	ChildStatus           int // $?
)

// SetAutoflush disables the output buffer of f if on is true; only standard
// output has one. Perl: $| of the handle.
func (f *File) SetAutoflush(on any) {
	if f == Stdout {
		f.buffer = !True(on)
	}
	if !f.buffer {
		f.Flush()
	}
}

// Flush writes buffered output to the descriptor.
func (f *File) Flush() {
	for len(f.out) > 0 {
		n, err := f.rawWrite(f.out)
		if err != nil {
			break
		}
		f.out = f.out[n:]
	}
	f.out = nil
}

// FlushAll flushes standard output, the only standard handle that is buffered.
func FlushAll() { Stdout.Flush() }

func (f *File) rawWrite(p []byte) (int, error) {
	if f.Native != nil {
		return f.Native.Write(p)
	}
	for {
		n, err := unix.Write(f.fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// Print writes the arguments, separated by $, and followed by $\, and reports
// whether it succeeded.
func (f *File) Print(args ...any) bool {
	sep, end := "", ""
	if OutputFieldSeparator != nil {
		sep = Str(OutputFieldSeparator)
	}
	if OutputRecordSeparator != nil {
		end = Str(OutputRecordSeparator)
	}
	return f.WriteString(Join(sep, args...) + end)
}

// WriteString writes s and reports whether it succeeded.
func (f *File) WriteString(s string) bool {
	if f.Closed() {
		Errno = syscall.EBADF
		return false
	}
	if f.mem != nil {
		f.mem.Set(Str(f.mem.Get()) + s)
		return true
	}
	if len(f.in) > 0 && f.Native == nil { // a file is written where it has been read to
		if _, err := unix.Seek(f.fd, int64(-len(f.in)), io.SeekCurrent); err == nil {
			f.in = nil
		}
	}
	f.out = append(f.out, s...)
	if f.buffer && len(f.out) < 8192 {
		return true
	}
	for len(f.out) > 0 {
		n, err := f.rawWrite(f.out)
		if err == unix.EAGAIN {
			if !wait(f.Fd(), unix.POLLOUT, -1) {
				break
			}
			continue
		}
		if err != nil {
			SetOSError(err)
			f.out = nil
			return false
		}
		f.out = f.out[n:]
	}
	f.out = nil
	return true
}

func wait(fd int, events int16, timeout int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
	n, err := unix.Poll(fds, timeout)
	return err == unix.EINTR || n > 0
}

// Say is like Print but appends a newline.
func (f *File) Say(args ...any) bool { return f.Print(append(args[:len(args):len(args)], "\n")...) }

// PrintTo prints to fh, a handle or an object with a method print, and reports
// whether it succeeded.
func PrintTo(fh any, args ...any) bool {
	if f := F(fh); f != nil {
		return f.Print(args...)
	}
	if fh != nil && (Class(fh) != "" || FindMethod(Str(fh), "print") != nil) {
		return True(Call(fh, "print", args...))
	}
	Errno = syscall.EBADF
	return false
}

// Print prints to the selected handle and reports whether it succeeded.
func Print(args ...any) bool { return Selected.Print(args...) }

// Syswrite writes s with one system call and returns the number of bytes
// written, or nil on an error.
func Syswrite(fh any, s string) any {
	f := F(fh)
	if f.Closed() {
		Errno = syscall.EBADF
		return nil
	}
	if s == "" {
		return 0
	}
	n, err := f.rawWrite([]byte(s))
	if !succeeded(err) {
		return nil
	}
	return n
}

// Autoflush returns $|: 1 if the selected handle is not buffered, else 0.
func Autoflush() int { return If(Selected.buffer, 0, 1) }

// SelectHandle makes fh, if it is given, the selected handle and returns the
// previous one. Perl: select with at most one argument.
func SelectHandle(fh ...any) any {
	old := Selected
	if len(fh) > 0 {
		if f := F(fh[0]); f != nil {
			Selected = f
		}
	}
	return old
}
