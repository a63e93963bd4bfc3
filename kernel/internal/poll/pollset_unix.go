//go:build unix

package poll

import (
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pollSet waits in poll(2), which every Unix has: the portable poller. It costs a thread while it waits, and time that grows with the
// number of descriptors; its timers are rounded up to milliseconds.
type pollSet struct {
	gate Gate
	pipe *WakePipe
	set  []unix.PollFd // the first is the pipe's
	of   []pollTag     // to whom the others belong
	byFD map[int32]int // places in the set
}

type pollTag struct {
	token int32
	gen   uint32
}

func newPollSet(gate Gate) (Poller, error) {
	pipe, err := NewWakePipe()
	if err != nil {
		return nil, err
	}
	return &pollSet{
		gate: gate, pipe: pipe, byFD: map[int32]int{}, of: make([]pollTag, 1),
		set: []unix.PollFd{{Fd: int32(pipe.FD()), Events: unix.POLLIN}},
	}, nil
}

func (p *pollSet) Update(r *Registration, _ Modes) error {
	i, known := p.byFD[r.FD]
	if !known {
		i = len(p.set)
		p.byFD[r.FD] = i
		p.set = append(p.set, unix.PollFd{})
		p.of = append(p.of, pollTag{})
	}
	// An entry of another registration was closed elsewhere, and its number
	// is used anew.
	p.set[i] = unix.PollFd{Fd: r.FD, Events: pollEvents(r.Armed)}
	p.of[i] = pollTag{r.Token, r.Gen}
	return nil
}

func (p *pollSet) Remove(r *Registration) {
	if i, known := p.byFD[r.FD]; known && p.of[i] == (pollTag{r.Token, r.Gen}) {
		p.drop(i)
	}
}

// drop takes a descriptor out of the set; the last one moves into its place.
func (p *pollSet) drop(i int) {
	delete(p.byFD, p.set[i].Fd)
	last := len(p.set) - 1
	if i != last {
		p.set[i], p.of[i] = p.set[last], p.of[last]
		p.byFD[p.set[i].Fd] = i
	}
	p.set, p.of = p.set[:last], p.of[:last]
}

func (p *pollSet) Wait(d time.Duration, out []Ready) ([]Ready, error) {
	sleeps := d != 0 && p.gate.Sleep()
	if !sleeps {
		d = 0
	}
	n, err := unix.Poll(p.set, milliseconds(d))
	if sleeps {
		p.gate.Awake()
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
func (p *pollSet) collect(out []Ready) []Ready {
	for i := len(p.set) - 1; i > 0; i-- {
		switch re := p.set[i].Revents; {
		case re == 0:
		case re&unix.POLLNVAL != 0:
			p.drop(i) // closed elsewhere: forgotten, as epoll does
		default:
			out = append(out, Ready{Token: p.of[i].token, Gen: p.of[i].gen, Modes: modesOfPoll(re)})
		}
	}
	if p.set[0].Revents != 0 {
		p.pipe.Drain()
	}
	return out
}

func (p *pollSet) Wake() { p.pipe.Wake() }

func (p *pollSet) Close() error { return p.pipe.Close() }

// milliseconds rounds up: a timer must not find itself too early.
func milliseconds(d time.Duration) int {
	if d < 0 {
		return -1
	}
	return int(min((int64(d)+int64(time.Millisecond)-1)/int64(time.Millisecond), math.MaxInt32))
}

func pollEvents(m Modes) (events int16) {
	if m&Read != 0 {
		events |= unix.POLLIN
	}
	if m&Write != 0 {
		events |= unix.POLLOUT
	}
	if m&Urgent != 0 {
		events |= unix.POLLPRI
	}
	return events
}

func modesOfPoll(events int16) (m Modes) {
	trouble := events&(unix.POLLERR|unix.POLLHUP) != 0
	if trouble || events&unix.POLLIN != 0 {
		m |= Read
	}
	if trouble || events&unix.POLLOUT != 0 {
		m |= Write
	}
	if events&unix.POLLPRI != 0 {
		m |= Urgent
	}
	return m
}
