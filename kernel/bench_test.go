package kernel_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// counter is the heap of the sessions that are measured.
type counter struct {
	left int
	to   kernel.Dest
	args []any
}

// benchRun runs a kernel that is set up, and nothing else, on the clock.
func benchRun(b *testing.B, k *kernel.Kernel) {
	b.ReportAllocs()
	b.ResetTimer()
	if err := k.Run(); err != nil {
		b.Fatal(err)
	}
}

var yieldStates = session.States[counter]{
	"_start": func(c *counter, e kernel.Event) { e.Kernel.Yield("step", c.args...) },
	"step": func(c *counter, e kernel.Event) {
		if c.left--; c.left > 0 {
			e.Kernel.Yield("step", c.args...)
		}
	},
}

func BenchmarkYield(b *testing.B) {
	k := kernel.New()
	session.Create(k, &counter{left: b.N}, yieldStates)
	benchRun(b, k)
}

func BenchmarkYieldTwoArgs(b *testing.B) {
	k := kernel.New()
	session.Create(k, &counter{left: b.N}, session.States[counter]{
		"_start": yieldStates["_start"],
		"step": func(c *counter, e kernel.Event) {
			if c.left--; c.left > 0 {
				e.Kernel.Yield("step", c.left, "two")
			}
		},
	})
	benchRun(b, k)
}

func BenchmarkYieldWithAHandleWatched(b *testing.B) {
	k := kernel.New()
	rd, wr, err := kernel.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer wr.Close()
	session.Create(k, &counter{left: b.N}, session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) {
			e.Kernel.SelectRead(rd, "readable")
			e.Kernel.Yield("step")
		},
		"step": func(c *counter, e kernel.Event) {
			if c.left--; c.left > 0 {
				e.Kernel.Yield("step")
			} else {
				rd.Close()
			}
		},
	})
	benchRun(b, k)
}

func BenchmarkYieldWithATimerPending(b *testing.B) {
	k := kernel.New()
	session.Create(k, &counter{left: b.N}, session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) { e.Kernel.Delay("never", time.Hour); e.Kernel.Yield("step") },
		"step": func(c *counter, e kernel.Event) {
			if c.left--; c.left > 0 {
				e.Kernel.Yield("step")
			} else {
				e.Kernel.DelayClear("never")
			}
		},
	})
	benchRun(b, k)
}

// benchPost plays ball between two sessions.
func benchPost(b *testing.B, byAlias bool) {
	k := kernel.New()
	left := b.N
	var ids [2]kernel.ID
	for i := range ids {
		var to kernel.Dest = kernel.Alias(fmt.Sprint("player", 1-i))
		s, err := session.Create(k, &counter{}, session.States[counter]{
			"_start": func(_ *counter, e kernel.Event) { e.Kernel.AliasSet(fmt.Sprint("player", i)) },
			"ball": func(_ *counter, e kernel.Event) {
				if left--; left <= 0 {
					return
				}
				if byAlias {
					e.Kernel.Post(to, "ball")
				} else {
					e.Kernel.Post(ids[1-i], "ball")
				}
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		ids[i] = s.ID()
	}
	k.Post(ids[0], "ball")
	benchRun(b, k)
}

func BenchmarkPostByID(b *testing.B)    { benchPost(b, false) }
func BenchmarkPostByAlias(b *testing.B) { benchPost(b, true) }

// BenchmarkPostBurst queues a thousand events at a time, to one session and to
// many.
func BenchmarkPostBurst(b *testing.B) {
	for _, sessions := range []int{1, 1000} {
		b.Run(fmt.Sprint("to ", sessions), func(b *testing.B) {
			k := kernel.New()
			ids := make([]kernel.ID, sessions)
			sink := session.States[counter]{
				"_start": func(_ *counter, e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "bench") },
				"note":   func(*counter, kernel.Event) {},
			}
			for i := range ids {
				s, _ := session.Create(k, &counter{}, sink)
				ids[i] = s.ID()
			}
			session.Create(k, &counter{left: b.N}, session.States[counter]{
				"_start": yieldStates["_start"],
				"step": func(c *counter, e kernel.Event) {
					for i := 0; i < 1000 && c.left > 0; i++ {
						c.left--
						e.Kernel.Post(ids[i%len(ids)], "note")
					}
					if c.left > 0 {
						e.Kernel.Yield("step")
						return
					}
					e.Kernel.Stop()
				},
			})
			benchRun(b, k)
		})
	}
}

func BenchmarkCall(b *testing.B) {
	k := kernel.New()
	other, _ := session.Create(k, &counter{}, session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) { e.Kernel.AliasSet("other") },
		"asked":  func(_ *counter, e kernel.Event) { e.Return(nil) },
	})
	to := other.ID()
	session.Create(k, &counter{}, session.States[counter]{"_start": func(_ *counter, e kernel.Event) {
		b.ReportAllocs()
		for b.Loop() {
			e.Kernel.Call(to, "asked")
		}
	}})
	if err := k.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRing sends one event round a ring of sessions.
func BenchmarkRing(b *testing.B) {
	k := kernel.New()
	left := b.N
	var ring []kernel.ID
	hop := session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "ring") },
		"hop": func(c *counter, e kernel.Event) {
			if left--; left > 0 {
				e.Kernel.Post(ring[c.left], "hop")
			} else {
				e.Kernel.Stop()
			}
		},
	}
	for i := range 10_000 {
		s, _ := session.Create(k, &counter{left: (i + 1) % 10_000}, hop)
		ring = append(ring, s.ID())
	}
	k.Post(ring[0], "hop")
	benchRun(b, k)
}

var emptyStates = session.States[counter]{"_start": func(*counter, kernel.Event) {}}

func BenchmarkSessionCreateDestroy(b *testing.B) {
	k := kernel.New()
	session.Create(k, &counter{left: b.N}, session.States[counter]{
		"_start": yieldStates["_start"],
		"step": func(c *counter, e kernel.Event) {
			session.Create(e.Kernel, &counter{}, emptyStates)
			if c.left--; c.left > 0 {
				e.Kernel.Yield("step")
			}
		},
	})
	benchRun(b, k)
}

// BenchmarkSessionMemory reports how much memory a session takes that waits, with
// its heap, which is 48 bytes, and with the text of its alias.
func BenchmarkSessionMemory(b *testing.B) {
	referred := session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "bench") },
	}
	alias := session.States[counter]{
		"_start": func(c *counter, e kernel.Event) {
			e.Kernel.AliasSet(fmt.Sprint("session ", c.left))
			e.Kernel.Delay("far", time.Hour)
		},
		"far": func(*counter, kernel.Event) {},
	}
	for _, c := range []struct {
		name   string
		n      int
		states session.States[counter]
	}{
		{"reference", 100_000, referred}, {"alias and timer", 100_000, alias}, {"alias and timer", 1_000_000, alias},
	} {
		b.Run(fmt.Sprintf("%s/%d", c.name, c.n), func(b *testing.B) { benchMemory(b, c.n, c.states) })
	}
}

func benchMemory(b *testing.B, n int, states session.States[counter]) {
	var before, after runtime.MemStats
	for b.Loop() {
		k := kernel.New()
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range n {
			session.Create(k, &counter{left: i}, states)
		}
		session.Create(k, &counter{}, session.States[counter]{
			"_start": func(_ *counter, e kernel.Event) { e.Kernel.Delay("measure", time.Millisecond) },
			"measure": func(_ *counter, e kernel.Event) {
				runtime.GC()
				runtime.ReadMemStats(&after)
				e.Kernel.Stop()
			},
		})
		if err := k.Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/session")
}

// benchTimers runs one handler that works on timers, among a thousand others
// that are pending.
func benchTimers(b *testing.B, work func(k *kernel.Kernel)) {
	k := kernel.New()
	session.Create(k, &counter{}, session.States[counter]{"_start": func(_ *counter, e kernel.Event) {
		for i := range 1000 {
			e.Kernel.DelaySet("pending", time.Hour+time.Duration(i)*time.Second)
		}
		b.ReportAllocs()
		work(e.Kernel)
		e.Kernel.AlarmRemoveAll()
	}})
	if err := k.Run(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkTimerSet(b *testing.B) {
	benchTimers(b, func(k *kernel.Kernel) {
		for b.Loop() {
			k.DelaySet("set", time.Hour)
		}
	})
}

func BenchmarkTimerSetAndCancel(b *testing.B) {
	benchTimers(b, func(k *kernel.Kernel) {
		for b.Loop() {
			id, _ := k.DelaySet("set", time.Minute)
			k.AlarmRemove(id)
		}
	})
}

func BenchmarkTimerPushedBack(b *testing.B) {
	benchTimers(b, func(k *kernel.Kernel) {
		k.Delay("dog", time.Minute)
		for b.Loop() {
			k.Delay("dog", time.Minute)
		}
	})
}

func BenchmarkTimerAdjusted(b *testing.B) {
	benchTimers(b, func(k *kernel.Kernel) {
		id, _ := k.DelaySet("dog", time.Minute)
		for b.Loop() {
			k.DelayAdjust(id, time.Minute)
		}
	})
}

// BenchmarkTimerFired sets a timer that is due at once and waits for it, among
// a thousand others.
func BenchmarkTimerFired(b *testing.B) {
	k := kernel.New()
	session.Create(k, &counter{left: b.N}, session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) {
			for i := range 1000 {
				e.Kernel.DelaySet("pending", time.Hour+time.Duration(i)*time.Second)
			}
			e.Kernel.Delay("tick", 0)
		},
		"tick": func(c *counter, e kernel.Event) {
			if c.left--; c.left > 0 {
				e.Kernel.Delay("tick", 0)
			} else {
				e.Kernel.AlarmRemoveAll()
			}
		},
	})
	benchRun(b, k)
}

// BenchmarkOutsidePost posts from another goroutine: as fast as it can, which
// now and then wakes the kernel, or a thousand at a time while a handler runs.
func BenchmarkOutsidePost(b *testing.B) {
	for name, bulk := range map[string]int{"racing": math.MaxInt, "bulk": 1000} {
		b.Run(name, func(b *testing.B) {
			k := kernel.New()
			asked, posted := make(chan struct{}), make(chan struct{})
			s, _ := session.Create(k, &counter{left: b.N}, session.States[counter]{
				"_start": func(_ *counter, e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "bench") },
				"note": func(c *counter, e kernel.Event) {
					if c.left--; c.left == 0 {
						e.Kernel.Stop()
					}
				},
				"await": func(*counter, kernel.Event) { asked <- struct{}{}; <-posted },
			})
			to, outside := s.ID(), k.Outside()
			go func() {
				for left := b.N; left > 0; left -= bulk {
					if bulk < b.N {
						outside.Post(to, "await")
						<-asked
					}
					for range min(bulk, left) {
						outside.Post(to, "note")
					}
					if bulk < b.N {
						posted <- struct{}{}
					}
				}
			}()
			benchRun(b, k)
		})
	}
}

// BenchmarkForcedStop stops sessions that have events queued for themselves
// and for each other.
func BenchmarkForcedStop(b *testing.B) {
	k := kernel.New()
	ids := make([]kernel.ID, b.N)
	fill := session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "bench") },
		"fill":   func(c *counter, e kernel.Event) { e.Kernel.Yield("never"); e.Kernel.Post(c.to, "never") },
	}
	for i := range ids {
		h := &counter{}
		s, _ := session.Create(k, h, fill)
		ids[i] = s.ID()
		h.to = ids[i/2]
	}
	for _, id := range ids {
		k.Call(id, "fill")
	}
	b.ReportAllocs()
	b.ResetTimer()
	k.Stop()
}
