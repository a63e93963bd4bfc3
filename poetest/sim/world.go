package sim

import (
	"container/heap"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gopoe/poe/internal/goroutine"
)

// never is a time that does not come.
const never = time.Duration(math.MaxInt64)

// World is one simulated world.
type World struct {
	config  Config
	seed    uint64
	now     time.Duration
	hosts   []*Host
	running *Host // whose program runs now
	links   map[[2]*Host]*Link
	events  eventHeap
	seq     uint64
	conns   int

	user, netRand, faultRand, callRand, orderRand, procRand, childRand *rand.Rand

	peace  bool
	skip   map[uint64]bool // faults that do not happen in this run
	calls  uint64
	faults []Fault

	always     []property
	eventually []property
	happened   map[string]bool // what Sometimes has seen
	hoped      []string        // what Sometimes was asked for, in order

	log    []string
	digest uint64 // of all that has happened
	record *recordings
	slices uint64

	goroutine uint64 // which runs the world
}

// newWorld makes a world with nothing in it.
func newWorld(c Config, seed uint64, skip map[uint64]bool) *World {
	source := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }
	return &World{
		config: c, seed: seed, skip: skip, links: map[[2]*Host]*Link{}, happened: map[string]bool{},
		goroutine: goroutine.ID(),
		user:      source(1), netRand: source(2), faultRand: source(3), callRand: source(4), orderRand: source(5), procRand: source(6), childRand: source(7),
	}
}

// Seed returns the world's seed.
func (w *World) Seed() uint64 { return w.seed }

// Rand returns the source of random numbers for the function that builds the
// world.
func (w *World) Rand() *rand.Rand { return w.user }

// Now returns the virtual time that has passed.
func (w *World) Now() time.Duration {
	if h := w.running; h != nil {
		now, _ := asked(h, "time", func() (time.Duration, error) { return w.now, nil })
		return now
	}
	return w.now
}

// Hosts returns the hosts in the order in which they were made.
func (w *World) Hosts() []*Host { return w.hosts }

// Faults returns how many faults have happened.
func (w *World) Faults() int { return len(w.faults) }

// Peace reports whether faults are over and Config.Settle has begun.
func (w *World) Peace() bool { return w.peace }

// After calls f after d, outside of any kernel, for example to post to one or
// to break a link.
func (w *World) After(d time.Duration, f func()) {
	w.after(d, func() {
		f()
		for _, h := range w.hosts {
			h.woken = true
		}
	})
}

// event is something that happens at a time.
type event struct {
	at  time.Duration
	seq uint64
	do  func()
}

type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(event)) }
func (h *eventHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*h = old[:len(old)-1]
	return last
}

func (w *World) at(at time.Duration, do func()) {
	w.seq++
	heap.Push(&w.events, event{max(at, w.now), w.seq, do})
}

func (w *World) after(d time.Duration, do func()) { w.at(w.now+max(0, d), do) }

// maxSlices is how many turns the kernels may take without time passing.
const maxSlices = 50000

// runUntil lets time pass.
func (w *World) runUntil(end time.Duration) {
	for {
		w.runHosts()
		w.checkAlways()
		next := end
		if len(w.events) > 0 {
			next = min(next, w.events[0].at)
		}
		for _, h := range w.hosts {
			next = min(next, h.due())
		}
		if next >= end {
			w.now = end
			return
		}
		w.now = max(w.now, next)
		for len(w.events) > 0 && w.events[0].at <= w.now {
			e := heap.Pop(&w.events).(event)
			e.do()
		}
	}
}

// runHosts runs the kernels, in random order, until none has anything to do now.
func (w *World) runHosts() {
	for turns := 0; ; turns++ {
		var ready [16]*Host
		runnable := ready[:0]
		for _, h := range w.hosts {
			if h.runnable() {
				runnable = append(runnable, h)
			}
		}
		if len(runnable) == 0 {
			return
		}
		h := runnable[0]
		if len(runnable) > 1 {
			h = runnable[w.orderRand.IntN(len(runnable))]
		}
		if turns > maxSlices {
			w.Fail(fmt.Errorf("%s spins: it has always something to do, and no time passes", h.name))
		}
		w.slices++
		h.slice()
	}
}

// table is for the digest of what happens.
var table = crc64.MakeTable(crc64.ECMA)

// note adds something that happens to the digest.
func (w *World) note(what string, a, b uint64) {
	var p [24]byte
	binary.LittleEndian.PutUint64(p[:], uint64(w.now))
	binary.LittleEndian.PutUint64(p[8:], a)
	binary.LittleEndian.PutUint64(p[16:], b)
	w.digest = crc64.Update(crc64.Update(w.digest, table, p[:]), table, []byte(what))
}

// maxLog is how much of the log is kept: the last lines show what has led to a
// failure.
const maxLog = 60

// Logf writes a line to the log of the world, the end of which is part of the
// report of a failure.
func (w *World) Logf(format string, args ...any) { w.logf(format, args...) }

func (w *World) logf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.note(text, 0, 0)
	if len(w.log) >= maxLog {
		w.log = append(w.log[:0], w.log[maxLog/2:]...)
	}
	w.log = append(w.log, fmt.Sprintf("%12v  %s", w.now, text))
}

// hostLog puts the warnings of a kernel into the log of the world.
type hostLog struct {
	h     *Host
	attrs []slog.Attr
}

// Enabled reports whether warnings are asked for.
func (l *hostLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle writes a warning.
func (l *hostLog) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", l.h.name, r.Message)
	for _, a := range l.attrs {
		fmt.Fprintf(&b, " %s", a)
	}
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&b, " %s", a)
		return true
	})
	l.h.w.logf("%s", b.String())
	return nil
}

// WithAttrs adds attributes.
func (l *hostLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &hostLog{l.h, append(l.attrs[:len(l.attrs):len(l.attrs)], attrs...)}
}

// WithGroup ignores groups.
func (l *hostLog) WithGroup(string) slog.Handler { return l }
