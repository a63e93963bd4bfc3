package kernel

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel/internal/poll"
)

// selectLoop is a loop backend on select(2), the worked example of
// docs/extending.md. It watches descriptors below 1,024 only, as select does.
type selectLoop struct {
	gate    poll.Gate
	pipe    *poll.WakePipe
	watched map[int]*poll.Registration // by descriptor
}

func newSelectLoop(gate poll.Gate) (*selectLoop, error) {
	pipe, err := poll.NewWakePipe()
	if err != nil {
		return nil, err
	}
	return &selectLoop{gate: gate, pipe: pipe, watched: map[int]*poll.Registration{}}, nil
}

func (l *selectLoop) Update(r *poll.Registration, _ poll.Modes) error {
	if r.FD >= unix.FD_SETSIZE {
		return unix.EINVAL
	}
	l.watched[int(r.FD)] = r
	return nil
}

func (l *selectLoop) Remove(r *poll.Registration) {
	if l.watched[int(r.FD)] == r {
		delete(l.watched, int(r.FD))
	}
}

func (l *selectLoop) Wait(d time.Duration, out []poll.Ready) ([]poll.Ready, error) {
	sleeps := d != 0 && l.gate.Sleep()
	if sleeps {
		defer l.gate.Awake()
	} else {
		d = 0
	}
	var sets [modes]unix.FdSet
	sets[Read].Set(l.pipe.FD())
	last := l.pipe.FD()
	for fd, r := range l.watched {
		last = max(last, fd)
		for m := Read; m < modes; m++ {
			if r.Armed&m.bit() != 0 {
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
	if sets[Read].IsSet(l.pipe.FD()) {
		l.pipe.Drain()
	}
	for fd, r := range l.watched {
		var ready poll.Modes
		for m := Read; m < modes; m++ {
			if r.Armed&m.bit() != 0 && sets[m].IsSet(fd) {
				ready |= m.bit()
			}
		}
		if ready != 0 {
			out = append(out, poll.Ready{Token: r.Token, Gen: r.Gen, Modes: ready})
		}
	}
	return out, nil
}

func (l *selectLoop) Wake() { l.pipe.Wake() }

func (l *selectLoop) Close() error { return l.pipe.Close() }

// UseSelectLoop makes a kernel wait in a selectLoop, for the tests.
func UseSelectLoop(k *Kernel) error {
	l, err := newSelectLoop(&k.inbox)
	if err != nil {
		return err
	}
	k.loop = l
	return nil
}
