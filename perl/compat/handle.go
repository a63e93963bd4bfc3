//go:build linux

package compat

import (
	"errors"
	"maps"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
)

func isNoStart(err error) bool { return errors.Is(err, kernel.ErrNoStart) }

// files are the handles of Perl for those of the kernel. Those of closed handles are
// removed when there are as many as filesLimit.
var (
	files      = map[*kernel.Handle]*perl.File{}
	filesLimit = 64
)

func fileOf(h *kernel.Handle) *perl.File {
	f := files[h]
	if f == nil {
		f = perl.NewNative(h, "socket")
		register(h, f)
	}
	return f
}

func register(h *kernel.Handle, f *perl.File) {
	if len(files) >= filesLimit {
		maps.DeleteFunc(files, func(h *kernel.Handle, _ *perl.File) bool { return h.Fd() < 0 })
		filesLimit = max(64, 2*len(files))
	}
	files[h] = f
}

// adopt returns the kernel's handle for one of Perl: from then on it reads and
// writes for both.
func adopt(f *perl.File) (*kernel.Handle, error) {
	if f.Closed() {
		return nil, syscall.EBADF
	}
	if h, isHandle := f.Native.(*kernel.Handle); isHandle {
		return h, nil
	}
	if f.Fd() <= 2 {
		return dup(f)
	}
	h, err := kernel.FD(f.Fd())
	if err != nil {
		return nil, err
	}
	f.Native = h
	register(h, f)
	return h, nil
}

// std are the kernel's handles of the standard streams.
var std = map[int]*kernel.Handle{}

func dup(f *perl.File) (*kernel.Handle, error) {
	if f.Fd() <= 2 && std[f.Fd()] != nil {
		return std[f.Fd()], nil
	}
	fd, err := unix.FcntlInt(uintptr(f.Fd()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	h, err := kernel.FD(fd)
	if err == nil && f.Fd() <= 2 {
		std[f.Fd()] = h
		register(h, f)
	}
	return h, err
}

// forWheel returns the handle for a wheel: a descriptor of its own if the program
// keeps f, else f's, which the wheel closes.
func forWheel(v any) *kernel.Handle {
	f := perl.F(v)
	if f == nil || f.Closed() {
		return nil
	}
	if f.Fd() <= 2 {
		f.Flush()
		fd, err := unix.FcntlInt(uintptr(f.Fd()), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return nil
		}
		h, err := kernel.FD(fd)
		if err != nil {
			return nil
		}
		return h
	}
	if f.Retain(0) > 0 {
		h, err := dup(f)
		if err == nil {
			register(h, f)
			return h
		}
	}
	h, err := adopt(f)
	if err != nil {
		perl.SetOSError(err)
		return nil
	}
	return h
}

func init() {
	perl.Package("POE::Pipe::OneWay", perl.Subs{"new": func(perl.Want, ...any) []any {
		var r, w any
		if !perl.Pipe(&r, &w) {
			return nil
		}
		return perl.L(r, w)
	}})
	perl.Package("POE::Pipe::TwoWay", perl.Subs{"new": func(perl.Want, ...any) []any {
		var a, b any
		if !perl.Socketpair(&a, &b, unix.AF_UNIX, unix.SOCK_STREAM, 0) {
			return nil
		}
		return perl.L(a, a, b, b)
	}})
	perl.Package("IO::Socket::UNIX", perl.Subs{"new": func(_ perl.Want, args ...any) []any {
		return perl.L(perl.NewUnixSocket(args[0], perl.From(args, 1)...))
	}})
	perl.Package("IO::Socket::INET", perl.Subs{"new": func(_ perl.Want, args ...any) []any {
		return perl.L(perl.NewInetSocket(args[0], perl.From(args, 1)...))
	}})
}
