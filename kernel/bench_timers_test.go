package kernel_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// manyTimers is how many timers are pending in the benchmarks of this file; the
// figures are for each of them.
const manyTimers = 100_000

// benchManyTimers sets manyTimers timers, b.N times over, and lets end do away
// with them.
func benchManyTimers(b *testing.B, far time.Duration, end func(k *kernel.Kernel, ids []kernel.AlarmID)) {
	ids := make([]kernel.AlarmID, manyTimers)
	for b.Loop() {
		k := kernel.New()
		session.Create(k, &counter{}, session.States[counter]{
			"_start": func(_ *counter, e kernel.Event) {
				for i := range ids {
					ids[i], _ = e.Kernel.DelaySet("due", far+time.Duration(i*7919%manyTimers)*time.Microsecond)
				}
				end(e.Kernel, ids)
			},
			"due": func(*counter, kernel.Event) {},
		})
		if err := k.Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/manyTimers, "ns/timer")
}

func BenchmarkManyTimersSet(b *testing.B) {
	benchManyTimers(b, time.Hour, func(k *kernel.Kernel, _ []kernel.AlarmID) { k.AlarmRemoveAll() })
}

func BenchmarkManyTimersCancelledAtRandom(b *testing.B) {
	benchManyTimers(b, time.Hour, func(k *kernel.Kernel, ids []kernel.AlarmID) {
		for _, i := range rand.Perm(len(ids)) {
			k.AlarmRemove(ids[i])
		}
	})
}

// BenchmarkManyTimersFired sets them for the past, so that all are due.
func BenchmarkManyTimersFired(b *testing.B) {
	for b.Loop() {
		k := kernel.New()
		session.Create(k, &counter{}, session.States[counter]{
			"_start": func(_ *counter, e kernel.Event) {
				at := time.Now().Add(-time.Hour)
				for i := range manyTimers {
					e.Kernel.AlarmSet("due", at.Add(time.Duration(i*7919%manyTimers)*time.Microsecond))
				}
			},
			"due": func(*counter, kernel.Event) {},
		})
		if err := k.Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/manyTimers, "ns/timer")
}
