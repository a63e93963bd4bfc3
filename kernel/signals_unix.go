//go:build unix

package kernel

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// systemSignals brings the operating system's signals into the kernel: each by a
// channel of its own, so that one can be let go without missing others.
type systemSignals struct {
	caught map[os.Signal]*caughtSignal
}

type caughtSignal struct {
	name string // empty if no session watches it: SIGCHLD
	ch   chan os.Signal
	done chan struct{}
}

// number finds the system's signal of that name.
func number(name string) (syscall.Signal, bool) {
	n := unix.SignalNum("SIG" + name)
	return n, n != 0 && n != unix.SIGKILL && n != unix.SIGSTOP
}

// catch begins to catch a signal, if it is one of the system's. CHLD is
// different: what sessions see of it is what happens to the
// children that the kernel knows.
func (s *signalTable) catch(k *Kernel, name string) {
	n, ok := number(name)
	if n == unix.SIGCHLD {
		s.catchKnown(k)
		return
	}
	if !ok {
		return
	}
	s.notify(k, n, name)
}

// release ends that.
func (s *signalTable) release(name string) {
	n, ok := number(name)
	if !ok || s.system == nil || n == unix.SIGCHLD {
		return
	}
	s.system.drop(n)
}

// catchChildren begins to notice that child processes end. One may have ended
// before, so it looks at once.
func (s *signalTable) catchChildren(k *Kernel) {
	s.notify(k, unix.SIGCHLD, "")
	k.inbox.put(message{run: k.reap})
}

func (s *signalTable) notify(k *Kernel, n os.Signal, name string) {
	if s.system == nil {
		s.system = &systemSignals{caught: map[os.Signal]*caughtSignal{}}
	}
	if s.system.caught[n] != nil {
		return
	}
	c := &caughtSignal{name: name, ch: make(chan os.Signal, 16), done: make(chan struct{})}
	s.system.caught[n] = c
	signal.Notify(c.ch, n)
	go func() {
		defer close(c.done)
		for range c.ch {
			k.inbox.put(message{run: func() { k.systemSignal(n, c) }})
		}
	}()
}

// drop stops catching a signal.
func (s *systemSignals) drop(n os.Signal) {
	c := s.caught[n]
	if c == nil {
		return
	}
	signal.Stop(c.ch)
	close(c.ch)
	<-c.done
	delete(s.caught, n)
}

// systemSignal queues a signal that the system has sent, unless nobody wants it
// any more.
func (k *Kernel) systemSignal(n os.Signal, c *caughtSignal) {
	switch {
	case n == unix.SIGCHLD:
		k.reap()
	case k.signals.system != nil && k.signals.system.caught[n] == c:
		k.enqueue(k.root, k.root, "_signal", []any{c.name}, kindSignal)
	}
}

// close stops catching signals.
func (s *signalTable) close() {
	if s.system == nil {
		return
	}
	for n := range s.system.caught {
		s.system.drop(n)
	}
	s.system = nil
}

// waitFor takes the status of a process, if it has ended. One that somebody
// else has waited for counts as ended, with status -1.
func waitFor(pid int) (WaitStatus, bool) {
	var status unix.WaitStatus
	for {
		got, err := unix.Wait4(pid, &status, unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return -1, true
		}
		return WaitStatus(status), got == pid && (status.Exited() || status.Signaled())
	}
}
