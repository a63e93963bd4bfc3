package kernel_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// benchRecorded compares a kernel that records into a ring with one that does
// not.
func benchRecorded(b *testing.B, run func(b *testing.B, k *kernel.Kernel)) {
	b.Run("plain", func(b *testing.B) { run(b, kernel.New()) })
	b.Run("ring", func(b *testing.B) {
		run(b, kernel.New(kernel.Options{Recording: &kernel.Recording{Ring: 16 << 20}}))
	})
}

func BenchmarkRecordedYield(b *testing.B) {
	benchRecorded(b, func(b *testing.B, k *kernel.Kernel) {
		session.Create(k, &counter{left: b.N}, yieldStates)
		benchRun(b, k)
	})
}

// BenchmarkRecordedPost posts between two sessions, so that no event is like the
// one before it.
func BenchmarkRecordedPost(b *testing.B) {
	benchRecorded(b, func(b *testing.B, k *kernel.Kernel) {
		states := session.States[counter]{
			"_start": func(c *counter, e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "bench") },
			"ping": func(c *counter, e kernel.Event) {
				if c.left--; c.left > 0 {
					e.Kernel.Post(c.to, "ping")
				} else {
					e.Kernel.Stop()
				}
			},
		}
		one, two := &counter{left: b.N/2 + 1}, &counter{left: b.N/2 + 1}
		first, _ := session.Create(k, one, states)
		second, _ := session.Create(k, two, states)
		one.to, two.to = second.ID(), first.ID()
		k.Post(first.ID(), "ping")
		benchRun(b, k)
	})
}

func BenchmarkRecordedCall(b *testing.B) {
	benchRecorded(b, func(b *testing.B, k *kernel.Kernel) {
		callee, _ := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.AliasSet("callee") },
			"add":    func(e kernel.Event) { e.Return(1) },
		})
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("calls") },
			"calls": func(e kernel.Event) {
				for range b.N {
					e.Kernel.Call(callee.ID(), "add")
				}
			},
		})
		benchRun(b, k)
	})
}
