package main

import (
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

// meter goes from one variant to the next, and notes what each has taken.
type meter struct {
	k       *kernel.Kernel
	until   time.Time
	took    [][]time.Duration // by variant
	variant int
	cycle   []int // the variants that are to follow
	warm    bool  // the variant has had a tick that does not count
	detach  func() error
	began   time.Duration // by threadTime
	other   time.Duration // what was used since for what is not the kernel's
}

func newMeter(k *kernel.Kernel, until time.Time) *meter {
	debug.SetGCPercent(-1) // it collects between the variants
	m := &meter{k: k, until: until, took: make([][]time.Duration, len(variants))}
	m.next()
	m.began = threadTime()
	return m
}

// next makes it another variant's turn. Each has one in every cycle, in a random order.
func (m *meter) next() {
	if len(m.cycle) == 0 {
		m.cycle = rand.Perm(len(variants))
		runtime.GC()
	}
	m.variant, m.cycle = m.cycle[0], m.cycle[1:]
	m.detach = variants[m.variant].attach(m.k)
}

// tick notes a time and reports whether to continue.
func (m *meter) tick() bool {
	took := threadTime() - m.began - m.other
	if m.warm = !m.warm; !m.warm { // before, it had things to set up
		m.took[m.variant] = append(m.took[m.variant], took)
		must(m.detach())
		if len(m.cycle) == 0 && time.Now().After(m.until) {
			return false
		}
		m.next()
	}
	m.other = 0
	m.began = threadTime()
	return true
}

// uncounted calls f, the time of which is not the kernel's.
func (m *meter) uncounted(f func()) {
	began := threadTime()
	f()
	m.other += threadTime() - began
}

// medians are of what the variants have taken.
func (m *meter) medians() []time.Duration {
	all := make([]time.Duration, len(m.took))
	for i, took := range m.took {
		slices.Sort(took)
		all[i] = took[len(took)/2]
	}
	return all
}
