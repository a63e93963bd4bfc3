//go:build unix

package readwrite_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// BenchmarkLine is one line through two wheels: put, written, read, decoded,
// handed out.
func BenchmarkLine(b *testing.B) {
	for name, input := range map[string]func(arrived func()) readwrite.Events{
		"bytes": func(arrived func()) readwrite.Events {
			return readwrite.Funcs{Bytes: func(*readwrite.Wheel, []byte) { arrived() }}
		},
		"text": func(arrived func()) readwrite.Events {
			return readwrite.Funcs{Text: func(*readwrite.Wheel, string) { arrived() }}
		},
		"names": func(func()) readwrite.Events { return readwrite.Names{Input: "line"} },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			near, far := pair(b)
			k := kernel.New()
			var in, out *readwrite.Wheel
			n := 0
			arrived := func() {
				if n++; n >= b.N {
					in.Close()
					out.Close()
					return
				}
				if n%100 == 0 {
					putMany(out, min(100, b.N-n))
				}
			}
			_, err := session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					in = newWheel(b, k, readwrite.Config{Handle: near, Events: input(arrived)})
					out = newWheel(b, k, readwrite.Config{Handle: far})
					putMany(out, min(100, b.N))
				},
				"line": func(kernel.Event) { arrived() },
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			if err := k.Run(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func putMany(w *readwrite.Wheel, n int) {
	for range n {
		w.PutText("a line of some length, as lines are")
	}
}
