package nodetest

import (
	"slices"
	"testing"
	"time"
)

// MeasureCalls measures b.N calls, one after the other, and reports how long
// half of them and 99 of 100 took at most. What was before does not count.
func MeasureCalls(b *testing.B, call func(i int) error) {
	b.Helper()
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		begin := time.Now()
		if err := call(i); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
