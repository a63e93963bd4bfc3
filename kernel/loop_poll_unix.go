//go:build unix

package kernel

import (
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// poll waits in poll(2), which every Unix has: the portable loop for
// descriptors. It costs a thread while it waits, and time that grows with the
// number of handles; its timers are rounded up to milliseconds.
type poll struct {
	k    *Kernel
	pipe *wakePipe
	set  []unix.PollFd // the first is the pipe's
	of   []pollTag     // whose the others are
	byFD map[int]int   // places in the set
}

type pollTag struct {
	token int
	gen   uint32
}

func newPoll(k *Kernel) (*poll, error) {
	pipe, err := newWakePipe()
	if err != nil {
		return nil, err
	}
	return &poll{
		k: k, pipe: pipe, byFD: map[int]int{}, of: make([]pollTag, 1),
		set: []unix.PollFd{{Fd: int32(pipe.fd), Events: unix.POLLIN}},
	}, nil
}

func (p *poll) update(h *Handle, before modeSet) error {
	i, known := p.byFD[h.fd]
	if !known {
		i = len(p.set)
		p.byFD[h.fd] = i
		p.set = append(p.set, unix.PollFd{})
		p.of = append(p.of, pollTag{})
	}
	// One that is known but not ours was closed behind our back: its number
	// is ours now.
	p.set[i] = unix.PollFd{Fd: int32(h.fd), Events: pollEvents(h.armed)}
	p.of[i] = pollTag{h.token, p.k.handles.gen(h.token)}
	return nil
}

func (p *poll) remove(h *Handle) {
	if i, known := p.byFD[h.fd]; known && p.of[i] == (pollTag{h.token, p.k.handles.gen(h.token)}) {
		p.drop(i)
	}
}

// drop takes a descriptor out of the set; the last one moves into its place.
func (p *poll) drop(i int) {
	delete(p.byFD, int(p.set[i].Fd))
	last := len(p.set) - 1
	if i != last {
		p.set[i], p.of[i] = p.set[last], p.of[last]
		p.byFD[int(p.set[i].Fd)] = i
	}
	p.set, p.of = p.set[:last], p.of[:last]
}

func (p *poll) wait(d time.Duration, out []readiness) ([]readiness, error) {
	sleeps := d != 0 && p.k.inbox.sleep(p)
	if !sleeps {
		d = 0
	}
	n, err := unix.Poll(p.set, milliseconds(d))
	if sleeps {
		p.k.inbox.awake()
	}
	switch {
	case err == unix.EINTR:
		return out, nil
	case err != nil:
		return out, os.NewSyscallError("poll", err)
	case n > 0:
		out = p.collect(out)
	}
	return out, nil
}

// collect goes from the end, since drop moves the last one.
func (p *poll) collect(out []readiness) []readiness {
	for i := len(p.set) - 1; i > 0; i-- {
		switch re := p.set[i].Revents; {
		case re == 0:
		case re&unix.POLLNVAL != 0:
			p.drop(i) // closed behind our back: forgotten, as epoll does
		default:
			out = append(out, readiness{token: p.of[i].token, gen: p.of[i].gen, modes: modesOfPoll(re)})
		}
	}
	if p.set[0].Revents != 0 {
		p.pipe.drain()
	}
	return out
}

func (p *poll) wake() { p.pipe.wake() }

func (p *poll) close() error { return p.pipe.close() }

// milliseconds rounds up: a timer must not find itself too early.
func milliseconds(d time.Duration) int {
	if d < 0 {
		return -1
	}
	return int(min((int64(d)+int64(time.Millisecond)-1)/int64(time.Millisecond), math.MaxInt32))
}

func pollEvents(m modeSet) (events int16) {
	if m&Read.bit() != 0 {
		events |= unix.POLLIN
	}
	if m&Write.bit() != 0 {
		events |= unix.POLLOUT
	}
	if m&Expedite.bit() != 0 {
		events |= unix.POLLPRI
	}
	return events
}

func modesOfPoll(events int16) (m modeSet) {
	trouble := events&(unix.POLLERR|unix.POLLHUP) != 0
	if trouble || events&unix.POLLIN != 0 {
		m |= Read.bit()
	}
	if trouble || events&unix.POLLOUT != 0 {
		m |= Write.bit()
	}
	if events&unix.POLLPRI != 0 {
		m |= Expedite.bit()
	}
	return m
}
