//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package kernel

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// openLoop opens the loop of that name; empty is kqueue.
func openLoop(k *Kernel, name string) (loop, error) {
	switch name {
	case "", "kqueue":
		return newKqueue(k)
	case "portable":
		return newPoll(k)
	}
	return nil, fmt.Errorf("no loop named %q on this system", name)
}

// kqueue waits in kevent(2). Unlike an epoll descriptor, that of a kqueue
// cannot be waited for in Go's netpoller, so it costs a thread while it waits.
// A pipe wakes it, since not every system has EVFILT_USER.
type kqueue struct {
	k       *Kernel
	fd      int
	pipe    *wakePipe
	handles map[int]*Handle // by descriptor: the system has no room for more
	changes [modes]unix.Kevent_t
	events  [256]unix.Kevent_t
}

func newKqueue(k *Kernel) (*kqueue, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Kqueue()
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	p := &kqueue{k: k, fd: fd, handles: map[int]*Handle{}}
	if p.pipe, err = newWakePipe(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	unix.SetKevent(&p.changes[0], p.pipe.fd, unix.EVFILT_READ, unix.EV_ADD)
	if err := p.change(1); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *kqueue) update(h *Handle, before modeSet) error {
	if before == 0 {
		if err := p.admit(h); err != nil {
			return err
		}
		p.handles[h.fd] = h
	}
	err := p.adjust(h, before)
	if err != nil && before == 0 {
		p.remove(h) // some of it may have been done
	}
	if errors.Is(err, syscall.EPIPE) {
		// A pipe without a reader cannot be watched for writing: always
		// ready, and the next write says why.
		return syscall.EPERM
	}
	return err
}

func (p *kqueue) adjust(h *Handle, before modeSet) error {
	n := 0
	for m := Read; m < modes; m++ {
		on := h.armed&m.bit() != 0
		if on == (before&m.bit() != 0) {
			continue
		}
		if err := p.prepare(&p.changes[n], h.fd, m, on); err != nil {
			return err
		}
		n++
	}
	return p.change(n)
}

// admit refuses, with EPERM, what the kernel has to treat as always ready. The
// system would watch a file, but be silent at its end.
func (p *kqueue) admit(h *Handle) error {
	var st unix.Stat_t
	if err := unix.Fstat(h.fd, &st); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR, unix.S_IFBLK:
		return syscall.EPERM
	case unix.S_IFCHR: // a terminal can be watched, other devices perhaps not
		unix.SetKevent(&p.changes[0], h.fd, unix.EVFILT_READ, unix.EV_ADD)
		if p.change(1) != nil {
			return syscall.EPERM
		}
		unix.SetKevent(&p.changes[0], h.fd, unix.EVFILT_READ, unix.EV_DELETE)
		return p.change(1)
	}
	return nil
}

// prepare fills in one change of what the system watches.
func (p *kqueue) prepare(ev *unix.Kevent_t, fd int, m Mode, on bool) error {
	filter := 0
	switch m {
	case Read:
		filter = unix.EVFILT_READ
	case Write:
		filter = unix.EVFILT_WRITE
	case Expedite:
		if filter = urgentFilter; filter == 0 {
			return fmt.Errorf("watching for urgent data: %w", syscall.ENOTSUP)
		}
	}
	flags := unix.EV_DELETE
	if on {
		flags = unix.EV_ADD
	}
	unix.SetKevent(ev, fd, filter, flags)
	if m == Expedite {
		ev.Fflags = urgentNote
	}
	return nil
}

// change applies the first n changes.
func (p *kqueue) change(n int) error {
	for {
		_, err := unix.Kevent(p.fd, p.changes[:n], nil, nil)
		if err != unix.EINTR {
			return os.NewSyscallError("kevent", err)
		}
	}
}

func (p *kqueue) remove(h *Handle) {
	if p.handles[h.fd] != h {
		return // closed behind our back, and another handle has the number
	}
	delete(p.handles, h.fd)
	for m := Read; m < modes; m++ {
		// Those that were not watched are refused, and so are those of a
		// descriptor that was closed behind our back: it is all the same.
		if p.prepare(&p.changes[0], h.fd, m, false) == nil {
			_ = p.change(1)
		}
	}
}

func (p *kqueue) wait(d time.Duration, out []readiness) ([]readiness, error) {
	sleeps := d != 0 && p.k.inbox.sleep(p)
	if !sleeps {
		d = 0
	}
	var limit *unix.Timespec
	if d >= 0 {
		t := unix.NsecToTimespec(int64(d))
		limit = &t
	}
	n, err := unix.Kevent(p.fd, nil, p.events[:], limit)
	if sleeps {
		p.k.inbox.awake()
	}
	if err == unix.EINTR {
		return out, nil
	}
	if err != nil {
		return out, os.NewSyscallError("kevent", err)
	}
	for i := range p.events[:n] {
		out = p.collect(&p.events[i], out)
	}
	return out, nil
}

// collect turns an event into readiness. Trouble needs no care: the system
// reports it to each mode that is watched.
func (p *kqueue) collect(ev *unix.Kevent_t, out []readiness) []readiness {
	fd := int(ev.Ident)
	if fd == p.pipe.fd {
		p.pipe.drain()
		return out
	}
	h := p.handles[fd]
	if h == nil {
		return out
	}
	m := Expedite
	switch int64(ev.Filter) {
	case unix.EVFILT_READ:
		m = Read
	case unix.EVFILT_WRITE:
		m = Write
	}
	if h.armed != m.bit() { // reads and writes of one handle come as two events
		for i := range out {
			if out[i].token == h.token {
				out[i].modes |= m.bit()
				return out
			}
		}
	}
	return append(out, readiness{token: h.token, gen: p.k.handles.gen(h.token), modes: m.bit()})
}

func (p *kqueue) wake() { p.pipe.wake() }

func (p *kqueue) close() error {
	err := unix.Close(p.fd)
	if e := p.pipe.close(); err == nil {
		err = e
	}
	return err
}
