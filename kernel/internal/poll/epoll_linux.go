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

// epoll waits in an epoll descriptor of its own, which is itself
// waited for in Go's netpoller: no thread blocks, and the descriptor's read
// deadline serves for timers and for waking it.
type epoll struct {
	gate   Gate
	fd     int
	file   *os.File
	raw    syscall.RawConn
	events [512]unix.EpollEvent
	found  int           // events of the last look
	err    syscall.Errno // of the last look
	look   func(uintptr) bool
	armed  bool // a deadline is set, or may be
}

func newEpoll(gate Gate) (Poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &epoll{gate: gate, fd: fd}
	if err := unix.SetNonblock(fd, true); err != nil { // lets os.NewFile give it to the netpoller
		unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	p.file = os.NewFile(uintptr(fd), "epoll")
	if p.raw, err = p.file.SyscallConn(); err == nil {
		err = p.file.SetReadDeadline(time.Time{})
	}
	if err != nil {
		p.file.Close()
		return nil, err
	}
	p.look = func(uintptr) bool { return p.collect() }
	return p, nil
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
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, op, r.FD, &ev))
}

func (p *epoll) Remove(r *Registration) {
	if r.Exclusive && r.Closed {
		return // it is about to be closed, and the system forgets it then
	}
	// If the descriptor was closed elsewhere, the system has removed it already.
	_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, r.FD, &unix.EpollEvent{})
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
	if !p.collect() && d != 0 {
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

// sleep parks the goroutine until a descriptor is ready, d has passed, or Wake is
// called. The deadline is set before the gate is asked: the other way round it
// could undo a Wake.
func (p *epoll) sleep(d time.Duration) error {
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

func (p *epoll) Close() error { return p.file.Close() }
