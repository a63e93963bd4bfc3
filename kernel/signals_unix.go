//go:build unix

package kernel

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// systemSignals brings the operating system's signals into the kernel.
type systemSignals struct {
	ch    chan os.Signal
	done  chan struct{}
	names map[os.Signal]string // those that sessions watch
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
	s.start(k)
	s.system.names[n] = name
	signal.Notify(s.system.ch, n)
}

// release ends that.
func (s *signalTable) release(name string) {
	n, ok := number(name)
	if !ok || s.system == nil || n == unix.SIGCHLD {
		return
	}
	delete(s.system.names, n)
	s.renotify()
}

// renotify tells the system anew which signals are wanted.
func (s *signalTable) renotify() {
	signal.Stop(s.system.ch)
	for n := range s.system.names {
		signal.Notify(s.system.ch, n)
	}
	if len(s.pids) > 0 || len(s.ends) > 0 || s.wantsKnown() {
		signal.Notify(s.system.ch, unix.SIGCHLD)
	}
}

// catchChildren begins to notice that child processes end. One may have ended
// before, so it looks at once.
func (s *signalTable) catchChildren(k *Kernel) {
	s.start(k)
	signal.Notify(s.system.ch, unix.SIGCHLD)
	k.inbox.put(message{run: k.reap})
}

func (s *signalTable) start(k *Kernel) {
	if s.system != nil {
		return
	}
	s.system = &systemSignals{ch: make(chan os.Signal, 64), done: make(chan struct{}), names: map[os.Signal]string{}}
	go func(ch <-chan os.Signal, done chan<- struct{}) {
		defer close(done)
		for n := range ch {
			k.inbox.put(message{run: func() { k.systemSignal(n) }})
		}
	}(s.system.ch, s.system.done)
}

// systemSignal queues a signal that the system has sent.
func (k *Kernel) systemSignal(n os.Signal) {
	if n == unix.SIGCHLD {
		k.reap()
		return
	}
	if k.signals.system == nil {
		return
	}
	if name, ok := k.signals.system.names[n]; ok {
		k.enqueue(k.root, k.root, "_signal", []any{name}, kindSignal)
	}
}

// close stops catching signals.
func (s *signalTable) close() {
	if s.system == nil {
		return
	}
	signal.Stop(s.system.ch)
	close(s.system.ch)
	<-s.system.done
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
