package kernel

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// openLoop opens the loop of that name; empty is epoll.
func openLoop(k *Kernel, name string) (loop, error) {
	switch name {
	case "", "epoll":
		return newEpoll(k)
	case "portable":
		return newPoll(k)
	}
	return nil, fmt.Errorf("no loop named %q on this system", name)
}

// epoll waits in an epoll descriptor of the kernel's own, which is itself
// waited for in Go's netpoller: no thread blocks, and the descriptor's read
// deadline serves for timers and for waking it.
type epoll struct {
	k      *Kernel
	fd     int
	file   *os.File
	raw    syscall.RawConn
	events [512]unix.EpollEvent
	found  int           // events of the last look
	err    syscall.Errno // of the last look
	look   func(uintptr) bool
	armed  bool // a deadline is set, or may be
}

func newEpoll(k *Kernel) (*epoll, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &epoll{k: k, fd: fd}
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

func (p *epoll) update(h *Handle, before modeSet) error {
	ev := unix.EpollEvent{Fd: int32(h.token), Pad: int32(p.k.handles.gen(h.token))}
	if h.armed&Read.bit() != 0 {
		ev.Events |= unix.EPOLLIN | unix.EPOLLRDHUP
	}
	if h.armed&Write.bit() != 0 {
		ev.Events |= unix.EPOLLOUT
	}
	if h.armed&Expedite.bit() != 0 {
		ev.Events |= unix.EPOLLPRI
	}
	if h.edge = h.tcp && h.armed == Read.bit(); h.edge {
		ev.Events |= unix.EPOLLET | unix.EPOLLPRI
	}
	op := unix.EPOLL_CTL_MOD
	if before == 0 {
		op = unix.EPOLL_CTL_ADD
	}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, op, h.fd, &ev))
}

func (p *epoll) remove(h *Handle) {
	if h.exclusive && h.closed {
		return // it is about to be closed, and the system forgets it then
	}
	// A descriptor that was closed behind our back is gone already.
	_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, h.fd, &unix.EpollEvent{})
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

func (p *epoll) wait(d time.Duration, out []readiness) ([]readiness, error) {
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
		out = append(out, readiness{token: int(ev.Fd), gen: uint32(ev.Pad), modes: modesOf(ev.Events)})
	}
	return out, nil
}

func modesOf(events uint32) (m modeSet) {
	trouble := events&(unix.EPOLLERR|unix.EPOLLHUP) != 0
	if trouble || events&(unix.EPOLLIN|unix.EPOLLRDHUP) != 0 {
		m |= Read.bit()
	}
	if trouble || events&unix.EPOLLOUT != 0 {
		m |= Write.bit()
	}
	if events&unix.EPOLLPRI != 0 {
		m |= Expedite.bit() | sticky
	}
	if trouble || events&unix.EPOLLRDHUP != 0 {
		m |= sticky
	}
	return m
}

// sleep parks the goroutine until a handle is ready, d has passed, or wake is
// called. The deadline is set before the inbox is told: the other way round it
// could undo a wake.
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
	if !p.k.inbox.sleep(p) {
		return nil
	}
	err := p.raw.Read(p.look)
	if err != nil {
		p.armed, p.found, p.err = true, 0, 0
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
		}
	}
	if !p.k.inbox.awake() {
		p.armed = true // a wake is setting the deadline, or will
	}
	return err
}

func (p *epoll) wake() {
	// It can only fail once the loop is closed, and then nothing sleeps.
	_ = p.file.SetReadDeadline(longAgo)
}

func (p *epoll) close() error { return p.file.Close() }
