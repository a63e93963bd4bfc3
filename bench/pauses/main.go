// Command pauses measures how long a kernel with many sessions alive keeps
// events waiting: a session yields to itself without end, with an argument so
// that there is garbage to collect, and notes how long each turn took. The same
// is done before by a bare loop, which shows what the machine alone does.
// The figures are printed as JSON.
//
//	pauses [-sessions 100000] [-d 5s]
package main

import (
	"encoding/json"
	"flag"
	"log"
	"math"
	"os"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// gaps is how long turns took.
type gaps struct {
	Turns   int     `json:"turns"`
	Over1ms int     `json:"over_1ms"`
	Longest float64 `json:"longest_us"`
	P9999   float64 `json:"p9999_us"` // 99.99 % of all turns took no longer

	last    time.Time
	buckets [256]int // by quarters of powers of two of nanoseconds
}

func (g *gaps) note() {
	now := time.Now()
	if !g.last.IsZero() {
		gap := now.Sub(g.last)
		g.Turns++
		if gap > time.Millisecond {
			g.Over1ms++
		}
		g.Longest = max(g.Longest, float64(gap)/1e3)
		g.buckets[int(4*math.Log2(float64(gap)+1))]++
	}
	g.last = now
}

func (g *gaps) end() {
	seen := 0
	for i, n := range g.buckets {
		if seen += n; float64(seen) >= 0.9999*float64(g.Turns) {
			g.P9999 = math.Exp2(float64(i+1)/4) / 1e3
			return
		}
	}
}

// report is what is printed.
type report struct {
	Sessions  int     `json:"sessions"`
	Seconds   float64 `json:"seconds"`
	Kernel    gaps    `json:"kernel"`
	Machine   gaps    `json:"machine"` // a bare loop
	Collected uint64  `json:"collections"`
	GCPause   float64 `json:"longest_gc_pause_us"` // upper bound of the bucket it fell into
}

func main() {
	sessions := flag.Int("sessions", 100_000, "how many sessions are alive")
	d := flag.Duration("d", 5*time.Second, "how long to measure, each")
	flag.Parse()
	r := &report{Sessions: *sessions, Seconds: d.Seconds()}
	for end := time.Now().Add(*d); time.Now().Before(end); {
		r.Machine.note()
	}
	r.Machine.end()
	if err := r.measure(*d); err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		log.Fatal(err)
	}
}

// garbage is what every turn leaves behind, so that there are collections.
const garbage = 256

type idle struct{ fired int }

var idleStates = session.States[idle]{
	"_start": func(_ *idle, e kernel.Event) { e.Kernel.Delay("far", time.Hour) },
	"far":    func(h *idle, _ kernel.Event) { h.fired++ },
}

func (r *report) measure(d time.Duration) error {
	k := kernel.New()
	for range r.Sessions {
		if _, err := session.Create(k, &idle{}, idleStates); err != nil {
			return err
		}
	}
	var before collections
	var end time.Time
	step := func(e kernel.Event) {
		r.Kernel.note()
		if r.Kernel.last.After(end) {
			r.Collected, r.GCPause = readCollections().since(before)
			e.Kernel.Stop()
			return
		}
		e.Kernel.Yield("step", make([]byte, garbage))
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			runtime.GC()
			before, end = readCollections(), time.Now().Add(d)
			e.Kernel.Yield("step")
		},
		"step": step,
	})
	if err != nil {
		return err
	}
	err = k.Run()
	r.Kernel.end()
	return err
}

// collections are the garbage collector's own figures.
type collections struct {
	cycles uint64
	pauses *metrics.Float64Histogram
}

func readCollections() collections {
	s := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(s)
	return collections{s[0].Value.Uint64(), s[1].Value.Float64Histogram()}
}

// since returns how often was collected since before, and the longest pause in
// microseconds.
func (c collections) since(before collections) (cycles uint64, longest float64) {
	for i, n := range c.pauses.Counts {
		if n > before.pauses.Counts[i] {
			longest = c.pauses.Buckets[i+1] * 1e6
		}
	}
	return c.cycles - before.cycles, longest
}
