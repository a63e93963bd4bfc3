//go:build linux

package perl

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func (f *File) rawRead(p []byte) (int, error) {
	if f.Native != nil {
		n, err := f.Native.Read(p)
		if err == io.EOF {
			err = nil
		}
		return n, err
	}
	for {
		if sigQueue != nil {
			_, _ = poll([]unix.PollFd{{Fd: int32(f.fd), Events: unix.POLLIN}}, -1)
		}
		n, err := unix.Read(f.fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// ReadLine reads and returns the next line, which $/ ends, or nil at the end.
func ReadLine(fh any) any {
	f := F(fh)
	if f.Closed() {
		return nil
	}
	lastFile = f
	sep := "\n"
	if InputRecordSeparator != nil {
		sep = Str(InputRecordSeparator)
	}
	for {
		if InputRecordSeparator != nil {
			s := sep
			if s == "" {
				s = "\n\n"
				f.in = bytes.TrimLeft(f.in, "\n")
			}
			if i := bytes.Index(f.in, []byte(s)); i >= 0 {
				return f.take(i + len(s))
			}
		}
		if !f.fill() {
			if len(f.in) == 0 {
				return nil
			}
			return f.take(len(f.in))
		}
	}
}

func (f *File) take(n int) string {
	line := string(f.in[:n])
	f.in = f.in[n:]
	f.lines++
	return line
}

// fill reads more and reports whether there was any.
func (f *File) fill() bool {
	if f.mem != nil {
		s := Str(f.mem.Get())
		if f.memAt >= len(s) {
			f.eof = true
			return false
		}
		f.in = append(f.in, s[f.memAt:]...)
		f.memAt = len(s)
		return true
	}
	buf := make([]byte, 8192)
	n, err := f.rawRead(buf)
	if err == unix.EAGAIN && f.Native == nil {
		SetOSError(err)
		return false
	}
	if !succeeded(err) || n == 0 {
		f.eof = true
		return false
	}
	f.in = append(f.in, buf[:n]...)
	return true
}

// ReadLines reads and returns all remaining lines.
func ReadLines(fh any) []any {
	var out []any
	for {
		line := ReadLine(fh)
		if line == nil {
			return out
		}
		out = append(out, line)
	}
}

// InputLine returns the number of the line that was read last. Perl: $. as a
// variable.
func InputLine() any {
	if lastFile == nil {
		return nil
	}
	return lastFile.lines
}

func lastRead() string {
	if lastFile == nil || lastFile.lines == 0 || lastFile.closed {
		return ""
	}
	return fmt.Sprintf(", <%s> line %d", If(lastTested.name == "STDIN", "STDIN", "$fh"), lastFile.lines)
}

// Eof reports whether a handle is closed or at its end. It may wait for input.
func Eof(fh any) bool {
	f := F(fh)
	return f.Closed() || len(f.in) == 0 && !f.fill()
}

// Getc reads and returns the next byte, or nil at the end.
func Getc(fh any) any {
	f := F(fh)
	if f.Closed() || len(f.in) == 0 && !f.fill() {
		return nil
	}
	s := string(f.in[:1])
	f.in = f.in[1:]
	return s
}

// Read reads up to n bytes through the buffer, until it has them or the input
// ends, and returns them; nil on an error.
func Read(fh any, n int) any {
	f := F(fh)
	if f.Closed() {
		Errno = syscall.EBADF
		return nil
	}
	for len(f.in) < n && f.fill() {
	}
	n = min(n, len(f.in))
	s := string(f.in[:n])
	f.in = f.in[n:]
	return s
}

// ReadInto reads up to n bytes through the buffer, stores them in *p at an
// offset and returns their number, 0 at the end and nil on an error. Perl:
// read.
func ReadInto(fh any, p *any, n, offset int) any {
	return into(p, Read(fh, n), offset)
}

func into(p *any, data any, offset int) any {
	if data == nil {
		return nil
	}
	old := Str(*p)
	if offset < 0 {
		offset += len(old)
	}
	if offset > len(old) {
		old += strings.Repeat("\x00", offset-len(old))
	}
	*p = old[:offset] + Str(data)
	return len(Str(data))
}

// SysreadInto reads up to n bytes, at most 16 MiB, with one system call, stores
// them in *p at an offset and returns their number, 0 at the end and nil on an
// error. Perl: sysread.
func SysreadInto(fh any, p *any, n, offset int) any {
	f := F(fh)
	if f.Closed() {
		Errno = syscall.EBADF
		return nil
	}
	buf := make([]byte, min(max(n, 0), 1<<24))
	got, err := f.rawRead(buf)
	if !succeeded(err) {
		return nil
	}
	return into(p, string(buf[:got]), offset)
}

// Input returns the handle from which <> reads: the next file of @ARGV which
// can be opened, else standard input.
func Input() any {
	if argv != nil && !Eof(argv) {
		return argv
	}
	for Args.Len() > 0 {
		var f any
		if Open(&f, "<", Args.Shift()) {
			argv = F(f)
			return argv
		}
	}
	if argv == nil {
		argv = Stdin
	}
	return argv
}

var argv *File
