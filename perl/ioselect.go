//go:build linux

package perl

import (
	"time"

	"golang.org/x/sys/unix"
)

// selection is an object of IO::Select: handles in the order in which they were
// added.
type selection struct{ handles []any }

// PerlClass returns the name of the class in Perl.
func (s *selection) PerlClass() string { return "IO::Select" }

func init() {
	Package("IO::Select", Subs{"new": func(_ Want, args ...any) []any {
		s := &selection{}
		s.add(From(args, 1))
		return L(s)
	}})
}

// PerlCall calls a method of IO::Select and reports whether there is one.
func (s *selection) PerlCall(method string, w Want, args []any) ([]any, bool) {
	out, ok := s.call(method, args)
	if w == Scalar && (method == "handles" || method == "can_read" || method == "can_write" || method == "has_exception") {
		if len(out) == 0 {
			return L(nil), ok
		}
		return L(len(out)), ok
	}
	return out, ok
}

func (s *selection) call(method string, args []any) ([]any, bool) {
	switch method {
	case "add":
		s.add(args)
		return L(len(args)), true
	case "remove":
		return L(s.remove(args)), true
	case "handles":
		return Cat(s.handles), true
	case "count":
		return L(len(s.handles)), true
	case "exists":
		if s.index(At(args, 0)) < 0 {
			return L(nil), true
		}
		return L(At(args, 0)), true
	case "can_read":
		return s.ready(unix.POLLIN, At(args, 0)), true
	case "can_write":
		return s.ready(unix.POLLOUT, At(args, 0)), true
	case "has_exception":
		return s.ready(unix.POLLPRI, At(args, 0)), true
	}
	return nil, false
}

func (s *selection) add(handles []any) {
	for _, h := range handles {
		if s.index(h) < 0 {
			s.handles = append(s.handles, h)
		}
	}
}

func (s *selection) remove(handles []any) int {
	n := 0
	for _, h := range handles {
		if i := s.index(h); i >= 0 {
			s.handles = append(s.handles[:i:i], s.handles[i+1:]...)
			n++
		}
	}
	return n
}

// index returns the place of a handle with the same descriptor, or -1.
func (s *selection) index(h any) int {
	for i, other := range s.handles {
		if Same(Fileno(other), Fileno(h)) {
			return i
		}
	}
	return -1
}

// ready waits until one of the handles is ready, or as many seconds as timeout says,
// nil forever, and returns those that are.
func (s *selection) ready(events int16, timeout any) []any {
	fds := make([]unix.PollFd, len(s.handles))
	for i, h := range s.handles {
		fds[i] = unix.PollFd{Fd: int32(Int(Fileno(h))), Events: events}
	}
	wait := -1
	if timeout != nil {
		wait = int(time.Duration(Num(timeout)*1e9) / time.Millisecond)
	}
	if _, err := unix.Poll(fds, wait); !succeeded(err) {
		return nil
	}
	var out []any
	for i, h := range s.handles {
		if fds[i].Revents&(events|unix.POLLHUP|unix.POLLERR) != 0 {
			out = append(out, h)
		}
	}
	return out
}
