package metrics_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/metrics"
	"github.com/gopoe/poe/session"
)

// BenchmarkObserved is an event that a session posts to itself, with nothing
// attached, sampled, and with all times taken.
func BenchmarkObserved(b *testing.B) {
	for _, test := range []struct {
		name   string
		sample int
	}{{"off", 0}, {"sampled", 64}, {"full", 1}} {
		b.Run(test.name, func(b *testing.B) {
			k := kernel.New()
			if test.sample > 0 {
				metrics.New(k, metrics.Config{Sample: test.sample})
			}
			left := b.N
			_, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
				"next": func(e kernel.Event) {
					if left--; left > 0 {
						e.Kernel.Yield("next")
					}
				},
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := k.Run(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
