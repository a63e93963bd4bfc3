//go:build linux

package perl

import (
	"os"

	"golang.org/x/sys/unix"
)

// Seek sets the position of a handle and reports whether it succeeded; whence
// is as in lseek.
func Seek(fh any, offset int, whence int) bool {
	f := F(fh)
	if f.Closed() {
		return false
	}
	if f.mem != nil {
		f.in, f.memAt = nil, offset
		return true
	}
	if whence == 1 {
		offset -= len(f.in)
	}
	f.in, f.eof = nil, false
	_, err := unix.Seek(f.fd, int64(offset), whence)
	return succeeded(err)
}

// Tell returns the position of a handle, or -1 on an error.
func Tell(fh any) int {
	f := F(fh)
	if f.Closed() {
		return -1
	}
	if f.mem != nil {
		return f.memAt - len(f.in)
	}
	n, err := unix.Seek(f.fd, 0, 1)
	if !succeeded(err) {
		return -1
	}
	return int(n) - len(f.in)
}

// Truncate truncates a file, given by handle or by name, to n bytes and reports
// whether it succeeded.
func Truncate(v any, n int) bool {
	if f := F(v); f != nil {
		return succeeded(unix.Ftruncate(f.Fd(), int64(n)))
	}
	return succeeded(os.Truncate(Str(v), int64(n)))
}

// Flock locks or unlocks a file and reports whether it succeeded.
func Flock(fh any, how any) bool { return succeeded(unix.Flock(F(fh).Fd(), Int(how))) }

// Fcntl calls fcntl with an integer argument. It returns "0 but true" for 0,
// and nil on an error.
func Fcntl(fh any, cmd, arg any) any {
	n, err := unix.FcntlInt(uintptr(F(fh).Fd()), Int(cmd), Int(arg))
	if !succeeded(err) {
		return nil
	}
	if n == 0 {
		return "0 but true"
	}
	return n
}
