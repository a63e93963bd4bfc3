//go:build linux

package perl

import (
	"math"
	"os"
	"os/signal"
	"strings"
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

// SetSignal sets the handler of a signal, or __WARN__ or __DIE__, and returns
// v. Perl: $SIG{name} = v.
func SetSignal(name string, v any) any {
	switch name {
	case "__WARN__":
		WarnHook = v
	case "__DIE__":
		DieHook = v
	default:
		setSignal(name, v)
	}
	return Signals.Set(name, v)
}

func setSignal(name string, v any) {
	sig := unix.SignalNum("SIG" + name)
	if sig == 0 {
		return
	}
	if v != nil && Str(v) == "IGNORE" {
		signal.Ignore(sig)
		delete(queuedSignals, sig)
		return
	}
	if v == nil || Str(v) == "DEFAULT" {
		signal.Reset(sig)
		delete(queuedSignals, sig)
		return
	}
	if OnSignal != nil && sig != unix.SIGALRM {
		OnSignal(name, sig, v)
		return
	}
	queueSignal(sig)
}

// OnSignal, if not nil, is called when a handler for a system signal is set. A
// kernel then calls the handler between events.
var OnSignal func(name string, sig syscall.Signal, handler any)

// Kill sends a signal, given by name or number, to processes and returns the
// number of those which it reached. It dies if the name is unknown. A name with
// a leading minus addresses process groups.
func Kill(sig any, pids ...any) int {
	name := Str(sig)
	n := syscall.Signal(Int(sig))
	if !LooksLikeNumber(name) {
		neg := strings.HasPrefix(name, "-")
		n = unix.SignalNum("SIG" + strings.TrimPrefix(strings.TrimPrefix(name, "-"), "SIG"))
		if n == 0 && !strings.HasSuffix(name, "ZERO") {
			Die("Unrecognized signal name \"%s\"", name)
		}
		if neg {
			for i := range pids {
				pids[i] = -Int(pids[i])
			}
		}
	}
	count := 0
	for _, pid := range pids {
		if succeeded(syscall.Kill(Int(pid), n)) {
			count++
			if Int(pid) == os.Getpid() && n != 0 && OnSignal == nil {
				awaitOwnSignal(n)
			}
		}
	}
	return count
}

// Alarm arranges for the process to get the signal ALRM after v seconds, which
// calls $SIG{ALRM}. It replaces the previous alarm and returns the seconds that
// were left of that, rounded up. If v is 0, it only cancels. Perl: alarm.
func Alarm(v any) int {
	left := 0
	if alarmTimer != nil && alarmTimer.Stop() {
		left = int(math.Ceil(time.Until(alarmEnd).Seconds()))
	}
	if s := Num(v); s > 0 {
		alarmEnd = time.Now().Add(Seconds(v))
		alarmTimer = time.AfterFunc(Seconds(v), func() { _ = syscall.Kill(os.Getpid(), syscall.SIGALRM) })
	}
	return left
}

var (
	alarmTimer *time.Timer
	alarmEnd   time.Time
)
