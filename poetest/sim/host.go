package sim

import (
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Host is one machine of a world: a kernel, an address, and a disk. Crash and
// restart replace the kernel; the address and the disk stay.
type Host struct {
	// Kernel is the present kernel; a restart after a crash replaces it.
	Kernel *kernel.Kernel
	// Disk keeps its files, as far as they were synchronised, when the host
	// crashes.
	Disk *Disk
	// Stable excludes the host from crashes by faults.
	Stable bool
	// MayEnd allows the kernel to end because its last session has stopped.
	// Otherwise that fails the run.
	MayEnd bool

	w         *World
	name      string
	addr      netip.Addr
	boot      func(h *Host)
	clock     *hostClock
	life      int // how often it has started
	down      bool
	ended     bool
	woken     bool // something has come since the kernel was idle
	turns     uint64
	pausedTil time.Duration
	stood     time.Duration // for how long it stands still in all, until pausedTil
	skew      time.Duration
	listeners map[int]*listener
	packets   map[int]*packetSocket
	ends      []*end
	port      int
	past      []*kernel.Kernel // kernels that have crashed
	programs  map[string]Program
	processes map[int]*Process // that run, or were not waited for
	lastPID   int
	pipes     []*pipeEnd
	dials     uint64 // calls of Dial in this life
	dialing   map[uint64]func(*kernel.Handle, error)
	replayed  bool // there is no world around it
}

// Host adds a host and starts it: boot makes the sessions of its program on
// h.Kernel, now and after every restart. The names of hosts must differ.
func (w *World) Host(name string, boot func(h *Host)) *Host {
	for _, other := range w.hosts {
		if other.name == name {
			panic(fmt.Sprintf("sim: a second host %q", name))
		}
	}
	n := len(w.hosts) + 1
	h := &Host{
		w: w, name: name, boot: boot,
		addr:      netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}),
		listeners: map[int]*listener{}, processes: map[int]*Process{}, lastPID: firstPID - 1,
	}
	h.Disk = newDisk(h)
	w.hosts = append(w.hosts, h)
	h.start()
	return h
}

// Name returns the host's name, which is also its address for Dial.
func (h *Host) Name() string { return h.name }

// World returns the host's world.
func (h *Host) World() *World { return h.w }

// Addr returns the host's IP address.
func (h *Host) Addr() netip.Addr { return h.addr }

// Up reports whether the host runs.
func (h *Host) Up() bool { return !h.down }

// Lives returns how often the host has started.
func (h *Host) Lives() int {
	n, _ := asked(h, "lives", func() (int, error) { return h.life, nil })
	return n
}

// Turns returns how many turns the host's kernels have run. A property that looks at
// nothing but what the host's program has need not look again before there was one.
func (h *Host) Turns() uint64 { return h.turns }

// asked is what the host's program asks the world while it runs; a recording of the
// host has the answer.
func asked[T any](h *Host, what string, answer func() (T, error)) (T, error) {
	if h.w.running != h {
		return answer() // a property asks
	}
	return kernel.Recorded(h.Kernel, "world: "+what, answer)
}

// run runs something of the host's program.
func (h *Host) run(f func()) {
	defer func(before *Host) { h.w.running = before }(h.w.running)
	h.w.running = h
	f()
}

func (h *Host) start() {
	h.life++
	h.down, h.ended, h.woken = false, false, true
	h.packets, h.port = map[int]*packetSocket{}, 32767
	h.dials, h.dialing = 0, map[uint64]func(*kernel.Handle, error){}
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%d %s %d", h.w.seed, h.name, h.life)
	seed := hash.Sum64()
	h.clock = &hostClock{w: h.w, h: h, seed: seed, order: rand.New(rand.NewPCG(seed, 2))}
	h.Kernel = kernel.New(kernel.Options{
		Name: h.name, Clock: h.clock, Strict: h.w.config.Strict, Logger: slog.New(&hostLog{h: h}),
		Recording: h.w.recordingFor(h),
	})
	h.run(func() { h.boot(h) })
}

// Crash ends the host at once: its kernel, its child processes and everything in
// memory are lost, no handler runs, and peers are not notified. What was not synchronised to its
// disk is lost from a random byte on. The host restarts after the time restart,
// unless that is negative. On a host that is down Crash does nothing.
func (h *Host) Crash(restart time.Duration) {
	if h.down {
		return
	}
	h.w.logf("%s crashes", h.name)
	h.Disk.crash()
	h.lose(true, restart)
}

// Kill ends the host's program at once, as the signal KILL does: the machine
// remains, so that peers get resets, the disk has all that was written, and child
// processes go on.
func (h *Host) Kill(restart time.Duration) {
	if h.down {
		return
	}
	h.w.logf("the program of %s is killed", h.name)
	h.lose(false, restart)
}

// lose is the end of the program, or of the machine.
func (h *Host) lose(machine bool, restart time.Duration) {
	var kept []*end
	if !machine {
		h.leaveListeners()
	}
	for _, e := range h.ends {
		switch {
		case machine:
			e.vanish()
		case e.heldByProcess():
			kept = append(kept, e)
		default:
			e.killed()
		}
	}
	h.down, h.ends = true, kept
	h.loseProcesses(machine)
	if machine {
		h.listeners = map[int]*listener{}
	}
	h.Disk.forget()
	h.past = append(h.past, h.Kernel)
	if restart >= 0 {
		h.w.after(restart, h.Restart)
	}
}

// Restart starts a host that is down.
func (h *Host) Restart() {
	if !h.down {
		return
	}
	h.w.logf("%s starts", h.name)
	h.start()
}

// Pause stops the host for d, as a virtual machine that is moved: nothing runs,
// and what arrives waits.
func (h *Host) Pause(d time.Duration) {
	h.w.logf("%s stands still for %v", h.name, d)
	before := max(h.pausedTil, h.w.now)
	h.pausedTil = max(before, h.w.now+d)
	h.stood += h.pausedTil - before
}

// StoodStill returns for how long the host has stood still so far.
func (h *Host) StoodStill() time.Duration { return h.stood - max(0, h.pausedTil-h.w.now) }

// goOn ends a pause.
func (h *Host) goOn() { h.stood, h.pausedTil = h.StoodStill(), 0 }

// SetClock moves the host's time of day by d; timers set by Delay are not
// affected.
func (h *Host) SetClock(d time.Duration) {
	h.w.logf("the clock of %s jumps by %v", h.name, d)
	h.skew += d
	h.woken = true
}

// runnable reports whether the kernel has something to do now.
func (h *Host) runnable() bool {
	return !h.down && !h.ended && h.w.now >= h.pausedTil && (h.woken || h.clock.next <= h.w.now)
}

// due is when the kernel has something to do if nothing comes.
func (h *Host) due() time.Duration {
	switch {
	case h.down || h.ended:
		return never
	case h.woken:
		return max(h.w.now, h.pausedTil)
	}
	return max(h.clock.next, h.pausedTil)
}

// slice runs one turn of the kernel.
func (h *Host) slice() {
	h.turns++
	h.clock.idle = false
	var more bool
	var err error
	h.run(func() { more, err = h.Kernel.RunOneTimeslice() })
	if h.clock.idle {
		h.woken = false
	} else {
		h.clock.next = h.w.now
	}
	switch {
	case err != nil:
		h.w.Fail(fmt.Errorf("the kernel of %s has ended: %w", h.name, err))
	case !more:
		h.ended = true
		h.loseProcesses(false)
		if !h.MayEnd {
			h.w.Fail(fmt.Errorf("the last session of %s has stopped", h.name))
		}
	}
}

// wake marks the host as one that something has come for.
func (h *Host) wake() { h.woken = true }

// clean ends the kernels, so that nothing of them is left.
func (h *Host) clean() {
	for _, e := range h.ends {
		e.vanish()
	}
	for _, p := range h.everyProcess() {
		p.kill(syscall.SIGKILL)
	}
	for _, k := range append(h.past, h.Kernel) {
		endKernel(k)
	}
}

// endKernel runs a kernel to its end. What its handlers say about it matters
// no longer.
func endKernel(k *kernel.Kernel) {
	defer func() { _ = recover() }()
	k.Stop()
	for range 1000 {
		if more, err := k.RunOneTimeslice(); err != nil || !more {
			return
		}
	}
}
