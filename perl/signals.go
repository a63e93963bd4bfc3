//go:build linux

package perl

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// sigQueue has the signals whose handlers are to run; nil as long as no handler is set.
// In a program with a kernel it has SIGALRM alone: the kernel takes the others.
var sigQueue chan os.Signal

// queuedSignals are those that sigQueue gets.
var queuedSignals = map[syscall.Signal]bool{}

// queueSignal makes a handler run when the program waits: in sleep, select, a read or a
// kill of itself.
func queueSignal(sig syscall.Signal) {
	if sigQueue == nil {
		sigQueue = make(chan os.Signal, 64)
	}
	queuedSignals[sig] = true
	signal.Notify(sigQueue, sig)
}

// runSignal calls the handler of a signal.
func runSignal(s os.Signal) {
	sig, ok := s.(syscall.Signal)
	if !ok {
		return
	}
	name := unix.SignalName(sig)[len("SIG"):]
	if h := Signals.Get(name); True(h) {
		CodeOf(h).Fn(Void, name)
	}
}

// pause sleeps, and reports whether a signal has ended it; its handler has run.
func pause(d time.Duration) bool {
	if sigQueue == nil {
		time.Sleep(d)
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case s := <-sigQueue:
		runSignal(s)
		return true
	case <-timer.C:
		return false
	}
}

// signalPoll is how long a wait for handles lasts before it looks for signals again.
const signalPoll = 20 * time.Millisecond

// poll is the system's poll which lets handlers of signals run. As there, a signal ends
// it with EINTR; a negative timeout is none.
func poll(fds []unix.PollFd, ms int) (int, error) {
	if sigQueue == nil {
		return unix.Poll(fds, ms)
	}
	end := time.Now().Add(time.Duration(ms) * time.Millisecond)
	for {
		step := signalPoll
		if ms >= 0 {
			step = min(step, max(0, time.Until(end)))
		}
		n, err := unix.Poll(fds, int(step.Milliseconds()))
		if n != 0 || err != nil && err != unix.EINTR {
			return n, err
		}
		select {
		case s := <-sigQueue:
			runSignal(s)
			return -1, unix.EINTR
		default:
		}
		if ms >= 0 && !time.Now().Before(end) {
			return 0, nil
		}
		if step < time.Millisecond {
			time.Sleep(step)
		}
	}
}

// awaitOwnSignal runs the handlers of signals until that of sig has run, which the
// program has sent to itself: the system delivers it, later on a busy machine.
func awaitOwnSignal(sig syscall.Signal) {
	if !queuedSignals[sig] {
		return
	}
	for {
		select {
		case s := <-sigQueue:
			if runSignal(s); s == sig {
				return
			}
		case <-time.After(5 * time.Second):
			return // it is blocked
		}
	}
}
