package poll

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pollers are those of this system.
var pollers = map[string]func(Gate) (Poller, error){
	"":         newEpoll,
	"epoll":    newEpoll,
	"portable": newPollSet,
}

// epoll has two epoll descriptors. What is registered is watched by the first,
// which is only asked, never waited in. The second watches the first, and is
// itself watched by Go's netpoller: no thread blocks, and the read deadline of the
// second serves for timers and for waking.
//
// The second watches the first only for a kernel that sleeps: without that, the
// system would wake a thread of the netpoller for whatever becomes ready while the
// kernel is at work and is about to ask anyway.
type epoll struct {
	gate   Gate
	fd     int      // watches what is registered
	alarm  int      // watches fd while alarmed
	file   *os.File // of alarm, which it owns
	raw    syscall.RawConn
	events [512]unix.EpollEvent
	found  int           // events of the last look
	err    syscall.Errno // of the last look
	look   func(uintptr) bool
	armed  bool // a deadline is set, or may be

	alarmed bool // alarm watches fd
	busy    int  // looks in a row that found something, at most busyLooks
}

// busyLooks is after how many looks in a row that found something a kernel counts
// as busy. A kernel that sleeps between single events leaves the alarm on, and so
// makes no call for it.
const busyLooks = 8

// unalarmed is the longest sleep, should the alarm not be there.
const unalarmed = 10 * time.Millisecond

func newEpoll(gate Gate) (Poller, error) {
	p := &epoll{gate: gate, fd: -1}
	if err := p.open(); err != nil {
		p.Close()
		return nil, err
	}
	p.look = func(uintptr) bool { return p.collect() }
	return p, nil
}

func (p *epoll) open() (err error) {
	if p.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if p.alarm, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	err = unix.SetNonblock(p.alarm, true) // lets os.NewFile give it to the netpoller
	p.file = os.NewFile(uintptr(p.alarm), "epoll")
	if err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	if err := unix.EpollCtl(p.alarm, unix.EPOLL_CTL_ADD, p.fd, &unix.EpollEvent{}); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	if p.raw, err = p.file.SyscallConn(); err != nil {
		return err
	}
	return p.file.SetReadDeadline(time.Time{})
}

// watch turns the alarm on or off.
func (p *epoll) watch(on bool) {
	var ev unix.EpollEvent
	if on {
		ev.Events = unix.EPOLLIN
	}
	if unix.EpollCtl(p.alarm, unix.EPOLL_CTL_MOD, p.fd, &ev) == nil {
		p.alarmed = on
	}
}

func (p *epoll) Update(r *Registration, before Modes) error {
	ev := unix.EpollEvent{Fd: r.Token, Pad: int32(r.Gen)}
	if r.Armed&Read != 0 {
		ev.Events |= unix.EPOLLIN | unix.EPOLLRDHUP
	}
	if r.Armed&Write != 0 {
		ev.Events |= unix.EPOLLOUT
	}
	if r.Armed&Urgent != 0 {
		ev.Events |= unix.EPOLLPRI
	}
	if r.Edge = r.TCP && r.Armed == Read; r.Edge {
		ev.Events |= unix.EPOLLET | unix.EPOLLPRI
	}
	op := unix.EPOLL_CTL_MOD
	if before == 0 {
		op = unix.EPOLL_CTL_ADD
	}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, op, int(r.FD), &ev))
}

func (p *epoll) Remove(r *Registration) {
	if r.Exclusive && r.Closed {
		return // it is about to be closed, and the system forgets it then
	}
	// If the descriptor was closed elsewhere, the system has removed it already.
	_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, int(r.FD), &unix.EpollEvent{})
}

// collect asks without waiting and reports whether there is an answer. It never
// blocks, so the raw system call is safe and spares the scheduler's
// bookkeeping.
func (p *epoll) collect() bool {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(p.fd),
			uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), 0, 0, 0)
		if errno == syscall.EINTR {
			continue
		}
		p.found, p.err = int(n), errno
		if errno != 0 {
			p.found = 0
		}
		return p.found > 0 || p.err != 0
	}
}

func (p *epoll) Wait(d time.Duration, out []Ready) ([]Ready, error) {
	if p.collect() {
		p.hurry()
	} else if d != 0 {
		if err := p.sleep(d); err != nil {
			return out, err
		}
	}
	if p.err != 0 {
		return out, os.NewSyscallError("epoll_pwait", p.err)
	}
	for i := range p.events[:p.found] {
		ev := &p.events[i]
		out = append(out, Ready{Token: ev.Fd, Gen: uint32(ev.Pad), Modes: modesOf(ev.Events)})
	}
	return out, nil
}

func modesOf(events uint32) (m Modes) {
	trouble := events&(unix.EPOLLERR|unix.EPOLLHUP) != 0
	if trouble || events&(unix.EPOLLIN|unix.EPOLLRDHUP) != 0 {
		m |= Read
	}
	if trouble || events&unix.EPOLLOUT != 0 {
		m |= Write
	}
	if events&unix.EPOLLPRI != 0 {
		m |= Urgent | Sticky
	}
	if trouble || events&unix.EPOLLRDHUP != 0 {
		m |= Sticky
	}
	return m
}

// hurry turns the alarm off for a kernel that is busy. That it is on costs time
// and nothing else, so a failure is no matter.
func (p *epoll) hurry() {
	if p.busy < busyLooks {
		p.busy++
	} else if p.alarmed {
		p.watch(false)
	}
}

// sleep parks the goroutine until a descriptor is ready, d has passed, or Wake is
// called. The deadline is set before the gate is asked: the other way round it
// could undo a Wake.
func (p *epoll) sleep(d time.Duration) error {
	p.busy = 0
	if !p.alarmed {
		p.watch(true)
	}
	if !p.alarmed && (d < 0 || d > unalarmed) {
		d = unalarmed
	}
	if d > 0 {
		p.armed = true
		if err := p.file.SetReadDeadline(time.Now().Add(d)); err != nil {
			return err
		}
	} else if p.armed {
		p.armed = false
		if err := p.file.SetReadDeadline(time.Time{}); err != nil {
			return err
		}
	}
	if !p.gate.Sleep() {
		return nil
	}
	err := p.raw.Read(p.look)
	if err != nil {
		p.armed, p.found, p.err = true, 0, 0
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
		}
	}
	if !p.gate.Awake() {
		p.armed = true // a Wake is setting the deadline, or will
	}
	return err
}

func (p *epoll) Wake() {
	// It can only fail once the poller is closed, and then nothing sleeps.
	_ = p.file.SetReadDeadline(longAgo)
}

func (p *epoll) Close() error {
	var err error
	if p.file != nil {
		err = p.file.Close()
	}
	if p.fd >= 0 {
		err = errors.Join(err, os.NewSyscallError("close", unix.Close(p.fd)))
	}
	return err
}
