//go:build linux

package perl

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Select waits until descriptors are ready or timeout seconds have passed. The
// descriptors are given as bit strings, in which Select leaves those that are
// ready. It returns their number, or -1 on an error. A nil timeout waits
// forever; a nil pointer is an empty set. Perl: select with four arguments.
func Select(r, w, e *any, timeout any) int {
	var fds []unix.PollFd
	add := func(p *any, events int16) {
		if p == nil || *p == nil {
			return
		}
		s := Str(*p)
		for i := range len(s) * 8 {
			if Vec(s, i, 1) == 1 {
				fds = append(fds, unix.PollFd{Fd: int32(i), Events: events})
			}
		}
	}
	add(r, unix.POLLIN)
	add(w, unix.POLLOUT)
	add(e, unix.POLLPRI)
	ms := -1
	if timeout != nil {
		ms = int(Num(timeout) * 1000)
		if Num(timeout) > 0 && ms == 0 {
			ms = 1
		}
	}
	_, err := poll(fds, ms)
	if err == unix.EINTR && sigQueue != nil {
		Errno = unix.EINTR
		return -1
	}
	if err == unix.EINTR {
		err = nil
	}
	if !succeeded(err) {
		return -1
	}
	n := 0
	collect := func(p *any, events int16) {
		if p == nil || *p == nil {
			return
		}
		out := strings.Repeat("\x00", len(Str(*p)))
		for _, fd := range fds {
			if fd.Events == events && fd.Revents != 0 {
				out = SetVec(out, int(fd.Fd), 1, 1)
				n++
			}
		}
		*p = out
	}
	collect(r, unix.POLLIN)
	collect(w, unix.POLLOUT)
	collect(e, unix.POLLPRI)
	return n
}
