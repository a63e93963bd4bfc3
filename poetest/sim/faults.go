package sim

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"
)

// Faults selects the faults of a world, and how frequent they are. Durations
// are the mean of the random time between two faults of a kind in the whole
// world; 0 means never.
type Faults struct {
	Partitions time.Duration // the network between two hosts is cut, half of the times in one direction only
	Resets     time.Duration // a connection is reset
	Crashes    time.Duration // a host crashes, or its program is killed, and starts again
	Pauses     time.Duration // a host pauses
	ClockJumps time.Duration // a host's time of day is set
	FullDisks  time.Duration // a disk is full for a while
	Children   time.Duration // a child process is killed
	// Longest bounds how long a partition, a pause, a full disk, and the time until
	// a restart last; 0 means 30 s.
	Longest time.Duration
	// Errors is the probability that a read or write of a connection fails, or a
	// call of Host.Files; accept, connect and the start of a process,
	// of which there are fewer, fail 20 times as often.
	Errors float64
	// Short is the probability that a read or a write moves less than it could.
	Short float64
	// Unnoticed is the probability that the notification of a change of a file is
	// late, of a write also lost, or that all that follow are discarded until they
	// are read, which is reported.
	Unnoticed float64
}

// Hostile returns faults of all kinds, every few seconds each.
func Hostile() Faults {
	return Faults{
		Partitions: 10 * time.Second, Resets: 5 * time.Second, Crashes: 20 * time.Second,
		Pauses: 15 * time.Second, ClockJumps: 20 * time.Second, FullDisks: 30 * time.Second, Children: 5 * time.Second,
		Longest: 10 * time.Second, Errors: 0.002, Short: 0.1, Unnoticed: 0.01,
	}
}

// The errors that calls can get.
var (
	readErrors    = []syscall.Errno{syscall.ECONNRESET, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENOBUFS, syscall.EIO}
	writeErrors   = []syscall.Errno{syscall.EPIPE, syscall.ECONNRESET, syscall.ENOBUFS, syscall.ETIMEDOUT, syscall.ENETUNREACH}
	acceptErrors  = []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EPROTO, syscall.EINTR, syscall.EPERM}
	openErrors    = []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EACCES, syscall.EIO}
	statErrors    = []syscall.Errno{syscall.EACCES, syscall.ENOMEM, syscall.EIO, syscall.ESTALE}
	fileErrors    = []syscall.Errno{syscall.EIO, syscall.ESTALE, syscall.ENOMEM}
	forkErrors    = []syscall.Errno{syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.EACCES, syscall.EIO}
	connectErrors = []syscall.Errno{syscall.ECONNREFUSED, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EADDRNOTAVAIL, syscall.EMFILE, syscall.ENOBUFS}
)

// Fault is one thing that went wrong in a run.
type Fault struct {
	At   time.Duration
	What string
	key  uint64
}

// String describes the fault.
func (f Fault) String() string { return fmt.Sprintf("%12v  %s", f.At, f.What) }

// fault reports whether a fault happens that was drawn: not if the run is a shorter
// one without it.
func (w *World) fault(key uint64, what string) bool {
	if w.peace || w.skip[key] {
		return false
	}
	w.faults = append(w.faults, Fault{At: w.now, What: what, key: key})
	return true
}

// callKeys is the number space of faults of calls.
const callKeys = 1 << 32

// callFault draws whether a call fails.
func (w *World) callFault(h *Host, call string, errnos []syscall.Errno) syscall.Errno {
	p := w.config.Faults.Errors
	if call == "accept" || call == "connect" || call == "fork" {
		p = min(1, 20*p) // they are rare
	}
	if p == 0 || w.peace {
		return 0
	}
	w.calls++
	if w.callRand.Float64() >= p {
		return 0
	}
	errno := errnos[w.callRand.IntN(len(errnos))]
	if !w.fault(callKeys+w.calls, fmt.Sprintf("%s of %s fails: %v", call, h.name, errno)) {
		return 0
	}
	return errno
}

// unnoticed draws whether something is wrong with a notification.
func (w *World) unnoticed() bool {
	p := w.config.Faults.Unnoticed
	if p == 0 || w.peace {
		return false
	}
	w.calls++
	return w.callRand.Float64() < p
}

// short draws how much of n bytes a call moves.
func (w *World) short(n int) int {
	if p := w.config.Faults.Short; p == 0 || w.peace || n < 2 || w.callRand.Float64() >= p {
		return n
	}
	return 1 + w.callRand.IntN(n-1)
}

// startFaults begins what goes wrong by itself.
func (w *World) startFaults() {
	f := w.config.Faults
	for i, kind := range []struct {
		every time.Duration
		do    func(key uint64)
		rand  *rand.Rand
	}{
		{f.Partitions, w.partitionFault, w.faultRand}, {f.Resets, w.resetFault, w.faultRand}, {f.Crashes, w.crashFault, w.faultRand},
		{f.Pauses, w.pauseFault, w.faultRand}, {f.ClockJumps, w.clockFault, w.faultRand}, {f.FullDisks, w.diskFault, w.faultRand},
		{f.Children, w.childFault, w.childRand}, // of its own: a world without children stays as it is
	} {
		if kind.every > 0 {
			w.repeat(kind.rand, kind.every, uint64(i)<<24, kind.do)
		}
	}
}

// repeat lets a fault happen again and again.
func (w *World) repeat(r *rand.Rand, every time.Duration, key uint64, do func(key uint64)) {
	w.after(time.Duration(float64(every)*r.ExpFloat64()), func() {
		if w.peace {
			return
		}
		do(key)
		w.repeat(r, every, key+1, do)
	})
}

// lasts draws how long a fault lasts.
func (w *World) lasts() time.Duration {
	longest := w.config.Faults.Longest
	if longest == 0 {
		longest = 30 * time.Second
	}
	return time.Duration(w.faultRand.Int64N(int64(longest)) + 1)
}

func (w *World) someHost() *Host { return w.hosts[w.faultRand.IntN(len(w.hosts))] }

func (w *World) partitionFault(key uint64) {
	a, b, oneWay, d := w.someHost(), w.someHost(), w.faultRand.IntN(2) == 0, w.lasts()
	switch {
	case a == b || !w.fault(key, fmt.Sprintf("partition of %s and %s for %v, one way: %v", a.name, b.name, d, oneWay)):
		return
	case oneWay:
		w.CutOneWay(a, b)
	default:
		w.Partition(a, b)
	}
	w.after(d, func() { w.Heal(a, b) })
}

func (w *World) resetFault(key uint64) {
	h, pick := w.someHost(), w.faultRand.Uint64()
	if len(h.ends) == 0 {
		return
	}
	e := h.ends[pick%uint64(len(h.ends))]
	if !e.closed && e.trouble == nil && w.fault(key, "reset of "+e.local.String()+" to "+e.remote.String()) {
		e.fail(syscall.ECONNRESET)
	}
}

func (w *World) crashFault(key uint64) {
	h, kill, d := w.someHost(), w.faultRand.IntN(2) == 0, w.lasts()
	switch {
	case h.Stable || h.down || !w.fault(key, fmt.Sprintf("crash of %s for %v, of the program alone: %v", h.name, d, kill)):
	case kill:
		h.Kill(d)
	default:
		h.Crash(d)
	}
}

func (w *World) pauseFault(key uint64) {
	if h, d := w.someHost(), w.lasts(); !h.down && w.fault(key, fmt.Sprintf("%s stands still for %v", h.name, d)) {
		h.Pause(d)
	}
}

func (w *World) clockFault(key uint64) {
	h, d := w.someHost(), w.lasts()
	if w.faultRand.IntN(2) == 0 {
		d = -d
	}
	if w.faultRand.IntN(4) == 0 {
		d *= 1000
	}
	if w.fault(key, fmt.Sprintf("the clock of %s jumps by %v", h.name, d)) {
		h.SetClock(d)
	}
}

func (w *World) diskFault(key uint64) {
	if h, d := w.someHost(), w.lasts(); w.fault(key, fmt.Sprintf("the disk of %s is full for %v", h.name, d)) {
		h.Disk.SetFull(true)
		w.after(d, func() { h.Disk.SetFull(false) })
	}
}

func (w *World) childFault(key uint64) {
	pick, running := w.childRand.Uint64(), []*Process(nil)
	for _, h := range w.hosts {
		running = append(running, h.Processes().Running()...)
	}
	if len(running) == 0 {
		return
	}
	if p := running[pick%uint64(len(running))]; w.fault(key, p.String()+" is killed") {
		p.kill(syscall.SIGKILL)
	}
}

// makePeace ends all faults and repairs what they have left.
func (w *World) makePeace() {
	w.logf("all is repaired")
	w.peace = true
	for _, l := range w.links {
		l.cut = false
	}
	for _, h := range w.hosts {
		h.goOn()
		h.Disk.SetFull(false)
		h.Restart()
	}
}
