package kernel

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// selectLoop is a loop backend on select(2), the worked example of
// docs/extending.md. It watches descriptors below 1,024 only, as select does.
type selectLoop struct {
	k       *Kernel
	pipe    *wakePipe
	handles map[int]*Handle // by descriptor
}

func newSelectLoop(k *Kernel) (*selectLoop, error) {
	pipe, err := newWakePipe()
	if err != nil {
		return nil, err
	}
	return &selectLoop{k: k, pipe: pipe, handles: map[int]*Handle{}}, nil
}

func (l *selectLoop) update(h *Handle, _ modeSet) error {
	if h.fd >= unix.FD_SETSIZE {
		return unix.EINVAL
	}
	l.handles[h.fd] = h
	return nil
}

func (l *selectLoop) remove(h *Handle) {
	if l.handles[h.fd] == h {
		delete(l.handles, h.fd)
	}
}

func (l *selectLoop) wait(d time.Duration, out []readiness) ([]readiness, error) {
	sleeps := d != 0 && l.k.inbox.sleep(l)
	if sleeps {
		defer l.k.inbox.awake()
	} else {
		d = 0
	}
	var sets [modes]unix.FdSet
	sets[Read].Set(l.pipe.fd)
	last := l.pipe.fd
	for fd, h := range l.handles {
		last = max(last, fd)
		for m := Read; m < modes; m++ {
			if h.armed&m.bit() != 0 {
				sets[m].Set(fd)
			}
		}
	}
	var timeout *unix.Timeval // nil waits forever
	if d >= 0 {
		tv := unix.NsecToTimeval(int64(d + time.Microsecond - 1)) // never too early
		timeout = &tv
	}
	_, err := unix.Select(last+1, &sets[Read], &sets[Write], &sets[Expedite], timeout)
	switch {
	case err == unix.EINTR:
		return out, nil
	case err != nil:
		return out, os.NewSyscallError("select", err)
	}
	if sets[Read].IsSet(l.pipe.fd) {
		l.pipe.drain()
	}
	for fd, h := range l.handles {
		var ready modeSet
		for m := Read; m < modes; m++ {
			if h.armed&m.bit() != 0 && sets[m].IsSet(fd) {
				ready |= m.bit()
			}
		}
		if ready != 0 {
			out = append(out, readiness{token: h.token, gen: l.k.handles.gen(h.token), modes: ready})
		}
	}
	return out, nil
}

func (l *selectLoop) wake() { l.pipe.wake() }

func (l *selectLoop) close() error { return l.pipe.close() }

// UseSelectLoop makes a kernel wait in a selectLoop, for the tests.
func UseSelectLoop(k *Kernel) error {
	l, err := newSelectLoop(k)
	if err != nil {
		return err
	}
	k.loop = l
	return nil
}
