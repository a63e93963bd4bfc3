//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package poll

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pollers are those of this system.
var pollers = map[string]func(Gate) (Poller, error){
	"":         newKqueue,
	"kqueue":   newKqueue,
	"portable": newPollSet,
}

// kqueue waits in kevent(2). Unlike an epoll descriptor, that of a kqueue
// cannot be waited for in Go's netpoller, so it costs a thread while it waits.
// A pipe wakes it, since not every system has EVFILT_USER.
type kqueue struct {
	gate    Gate
	fd      int
	pipe    *WakePipe
	watched map[int]*Registration // by descriptor, which is all that an event names
	changes [3]unix.Kevent_t
	events  [256]unix.Kevent_t
}

func newKqueue(gate Gate) (Poller, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Kqueue()
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	p := &kqueue{gate: gate, fd: fd, watched: map[int]*Registration{}}
	if p.pipe, err = NewWakePipe(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	unix.SetKevent(&p.changes[0], p.pipe.FD(), unix.EVFILT_READ, unix.EV_ADD)
	if err := p.change(1); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *kqueue) Update(r *Registration, before Modes) error {
	if before == 0 {
		if err := p.admit(int(r.FD)); err != nil {
			return err
		}
		p.watched[int(r.FD)] = r
	}
	err := p.adjust(r, before)
	if err != nil && before == 0 {
		p.Remove(r) // some of it may have been done
	}
	if errors.Is(err, syscall.EPIPE) {
		// A pipe without a reader cannot be watched for writing: always
		// ready, and the next write says why.
		return syscall.EPERM
	}
	return err
}

func (p *kqueue) adjust(r *Registration, before Modes) error {
	n := 0
	for m := Read; m < endOfModes; m <<= 1 {
		on := r.Armed&m != 0
		if on == (before&m != 0) {
			continue
		}
		if err := p.prepare(&p.changes[n], int(r.FD), m, on); err != nil {
			return err
		}
		n++
	}
	return p.change(n)
}

// admit refuses, with EPERM, what the kernel has to treat as always ready. The
// system would watch a file, but be silent at its end.
func (p *kqueue) admit(fd int) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR, unix.S_IFBLK:
		return syscall.EPERM
	case unix.S_IFCHR: // a terminal can be watched, other devices perhaps not
		unix.SetKevent(&p.changes[0], fd, unix.EVFILT_READ, unix.EV_ADD)
		if p.change(1) != nil {
			return syscall.EPERM
		}
		unix.SetKevent(&p.changes[0], fd, unix.EVFILT_READ, unix.EV_DELETE)
		return p.change(1)
	}
	return nil
}

// prepare fills in one change of what the system watches.
func (p *kqueue) prepare(ev *unix.Kevent_t, fd int, m Modes, on bool) error {
	filter := 0
	switch m {
	case Read:
		filter = unix.EVFILT_READ
	case Write:
		filter = unix.EVFILT_WRITE
	case Urgent:
		if filter = urgentFilter; filter == 0 {
			return fmt.Errorf("watching for urgent data: %w", syscall.ENOTSUP)
		}
	}
	flags := unix.EV_DELETE
	if on {
		flags = unix.EV_ADD
	}
	unix.SetKevent(ev, fd, filter, flags)
	if m == Urgent {
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

func (p *kqueue) Remove(r *Registration) {
	if p.watched[int(r.FD)] != r {
		return // closed elsewhere, and another descriptor has the number
	}
	delete(p.watched, int(r.FD))
	for m := Read; m < endOfModes; m <<= 1 {
		// Those that were not watched are refused, and so are those of a
		// descriptor that was closed elsewhere, which makes no difference.
		if p.prepare(&p.changes[0], int(r.FD), m, false) == nil {
			_ = p.change(1)
		}
	}
}

func (p *kqueue) Wait(d time.Duration, out []Ready) ([]Ready, error) {
	sleeps := d != 0 && p.gate.Sleep()
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
		p.gate.Awake()
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
func (p *kqueue) collect(ev *unix.Kevent_t, out []Ready) []Ready {
	fd := int(ev.Ident)
	if fd == p.pipe.FD() {
		p.pipe.Drain()
		return out
	}
	r := p.watched[fd]
	if r == nil {
		return out
	}
	m := Urgent
	switch int64(ev.Filter) {
	case unix.EVFILT_READ:
		m = Read
	case unix.EVFILT_WRITE:
		m = Write
	}
	if r.Armed != m { // reads and writes of one descriptor come as two events
		for i := range out {
			if out[i].Token == r.Token {
				out[i].Modes |= m
				return out
			}
		}
	}
	return append(out, Ready{Token: r.Token, Gen: r.Gen, Modes: m})
}

func (p *kqueue) Wake() { p.pipe.Wake() }

func (p *kqueue) Close() error {
	err := unix.Close(p.fd)
	if e := p.pipe.Close(); err == nil {
		err = e
	}
	return err
}
