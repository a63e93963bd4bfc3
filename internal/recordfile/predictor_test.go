package recordfile_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/recording"
)

// occurrence is an event of a run.
type occurrence struct {
	name string
	key  recordfile.Key
}

// write records a run, as a kernel does, with a new frame after every size events, and
// returns how many events have a record.
func write(file *bytes.Buffer, run []occurrence, size int) (records int) {
	head := recordfile.NewHead()
	file.Write(head.Bytes())
	w := recordfile.NewWriter(func(f *recordfile.Frame) { file.Write(f.Bytes()) }, nil)
	var guess recordfile.Predictor
	since := uint64(0)
	for i, e := range run {
		if i%size == size-1 {
			w.Flush()
		}
		if e.key != recordfile.ReadyKey && guess.Hit(e.name, e.key) || guess.HitText(e.name, e.key) {
			since++
			continue
		}
		w.Begin(recordfile.KindEvent)
		w.Uint(since)
		guess.Learn(w.Surprise(e.name, e.key), since)
		since = 1
		records++
	}
	w.Begin(recordfile.KindEnd)
	w.Uint(uint64(len(run)))
	w.Fixed(0)
	w.Flush()
	return records
}

// repeat is a run in which the same events come again and again.
func repeat(events []occurrence, n int) (run []occurrence) {
	for range n {
		run = append(run, events...)
	}
	return run
}

func session(name string, n uint64) occurrence { return occurrence{name, recordfile.SessionKey(n)} }

// Events that come as they have come before have no record.
func TestPredictedEventsHaveNoRecord(t *testing.T) {
	ready := func(name string, n int) []occurrence {
		return repeat([]occurrence{{name, recordfile.ReadyKey}}, n)
	}
	for _, c := range []struct {
		name   string
		run    []occurrence
		atMost int
	}{
		{"the same", repeat([]occurrence{session("tick", 1)}, 1000), 1},
		{"two that alternate", repeat([]occurrence{session("ball", 1), session("ball", 2)}, 500), 3},
		{"a cycle", repeat([]occurrence{session("a", 1), session("b", 1), session("a", 2), session("c", 3)}, 250), 8},
		{"batches", repeat(append(ready("readable", 50), ready("writable", 50)...), 10), 20},
	} {
		var file bytes.Buffer
		if n := write(&file, c.run, 1<<20); n > c.atMost {
			t.Errorf("%s: %d records of %d events, want %d at most", c.name, n, len(c.run), c.atMost)
		}
	}
}

// A reader finds the events that were recorded, whatever they are.
func TestPredictorsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	names := []string{"a", "b", "readable", "writable", ""}
	for range 500 {
		var run []occurrence
		sessions := 1 + rng.Uint64N(100)
		for range 1 + rng.IntN(20) {
			var piece []occurrence
			for range 1 + rng.IntN(6) {
				e := session(names[rng.IntN(len(names))], rng.Uint64N(sessions))
				if rng.IntN(4) == 0 {
					e.key = recordfile.ReadyKey
				}
				if rng.IntN(4) == 0 {
					e.name = strings.Clone(e.name)
				}
				piece = append(piece, e)
			}
			run = append(run, repeat(piece, 1+rng.IntN(10))...)
		}
		var file bytes.Buffer
		write(&file, run, 2+rng.IntN(50))
		n := 0
		for e, err := range recording.Events(&file) {
			if err != nil {
				t.Fatal(err)
			}
			if want := run[n].key.Mark(run[n].name); e.String() != want.String() {
				t.Fatalf("event %d is %v, not %v", n, e, want)
			}
			n++
		}
		if n != len(run) {
			t.Fatalf("%d events of %d", n, len(run))
		}
	}
}
