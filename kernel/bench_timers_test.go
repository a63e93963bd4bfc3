package kernel_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// BenchmarkTimers sets timers, moves, cancels and fires them, among as many
// others, in an order that is neither that of their times nor of their making.
// The figures are for one timer; what they gain with the number is the logarithm
// and, much more, memory that is in no cache.
func BenchmarkTimers(b *testing.B) {
	for _, n := range []int{1000, 100_000, 1_000_000} {
		order := rand.New(rand.NewPCG(1, 2)).Perm(n)
		at := func(i int) time.Duration { return time.Hour + time.Duration(order[i])*time.Microsecond }
		for _, c := range []struct {
			name string
			work func(k *kernel.Kernel, ids []kernel.AlarmID)
		}{
			{"set", nil},
			{"moved", func(k *kernel.Kernel, ids []kernel.AlarmID) {
				for _, i := range order {
					k.DelayAdjust(ids[i], at(n-1-i))
				}
			}},
			{"cancelled", func(k *kernel.Kernel, ids []kernel.AlarmID) {
				for _, i := range order {
					k.AlarmRemove(ids[i])
				}
			}},
		} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) { benchTimerTable(b, n, at, c.work) })
		}
		b.Run(fmt.Sprintf("fired/%d", n), func(b *testing.B) { benchFired(b, n, order) })
	}
}

// benchTimerTable sets n timers and measures that, or what work does with them.
func benchTimerTable(b *testing.B, n int, at func(i int) time.Duration, work func(k *kernel.Kernel, ids []kernel.AlarmID)) {
	ids := make([]kernel.AlarmID, n)
	for range b.N {
		k := kernel.New()
		session.Create(k, &counter{}, session.States[counter]{
			"_start": func(_ *counter, e kernel.Event) {
				if work != nil {
					b.StopTimer()
				}
				for i := range ids {
					ids[i], _ = e.Kernel.DelaySet("due", at(i))
				}
				if work != nil {
					b.StartTimer()
					work(e.Kernel, ids)
				}
				b.StopTimer()
				e.Kernel.AlarmRemoveAll()
				b.StartTimer()
			},
			"due": func(*counter, kernel.Event) {},
		})
		if err := k.Run(); err != nil {
			b.Fatal(err)
		}
	}
	perTimer(b, n)
}

// benchFired sets n timers for the past and measures how long they take to fire.
func benchFired(b *testing.B, n int, order []int) {
	for range b.N {
		b.StopTimer()
		k := kernel.New()
		session.Create(k, &counter{}, session.States[counter]{
			"_start": func(_ *counter, e kernel.Event) {
				past := time.Now().Add(-time.Hour)
				for _, i := range order {
					e.Kernel.AlarmSet("due", past.Add(time.Duration(i)*time.Microsecond))
				}
			},
			"due": func(*counter, kernel.Event) {},
		})
		b.StartTimer()
		if err := k.Run(); err != nil {
			b.Fatal(err)
		}
	}
	perTimer(b, n)
}

func perTimer(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/timer")
}
