// Command cost prints what it costs to observe a kernel: the processor time of an
// event without an observer, with a metrics.Collector that takes the times of one
// event in 64, with one that takes all, and with an inspector.
//
//	cost [-time DURATION]
//
// All variants are measured in one run of each program, which goes from one to the
// next every few milliseconds. The median of what a number of events took counts: so
// other programs on the machine disturb the comparison little.
package main

import (
	"flag"
	"fmt"
	"log"
	"log/slog"
	"runtime"
	"time"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/metrics"
)

// variants are the columns: what is attached to the kernel.
var variants = []struct {
	name   string
	attach func(k *kernel.Kernel) (detach func() error)
}{
	{"off", func(*kernel.Kernel) func() error { return func() error { return nil } }},
	{"sampled", func(k *kernel.Kernel) func() error { return metrics.New(k, metrics.Config{Sample: 64}).Close }},
	{"full", func(k *kernel.Kernel) func() error { return metrics.New(k, metrics.Config{Sample: 1}).Close }},
	{"inspector, sampled", func(k *kernel.Kernel) func() error { return inspect.New(k, inspect.Config{Sample: 64}).Close }},
	{"inspector", func(k *kernel.Kernel) func() error { return inspect.New(k, inspect.Config{}).Close }},
}

// A workload makes a program that calls the meter after every size of its
// events, and ends once that returns false.
type workload struct {
	name string
	size int
	make func(k *kernel.Kernel, size int, m *meter) error
}

var workloads = []workload{
	{"yield", 20_000, yield},
	{"post to another session", 20_000, post},
	{"call", 40_000, call},
	{"echo of 64 bytes, 50 clients", 4 * clients, echo},
}

func main() {
	length := flag.Duration("time", 10*time.Second, "how long each program runs")
	flag.Parse()
	runtime.LockOSThread() // its processor time is what is measured
	fmt.Print("| |")
	for _, v := range variants {
		fmt.Printf(" %s |", v.name)
	}
	fmt.Print("\n|---|")
	for range variants {
		fmt.Print("---:|")
	}
	for _, w := range workloads {
		medians, err := measure(w, *length)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("\n| %s |", w.name)
		for i, took := range medians {
			if i == 0 {
				fmt.Printf(" %d ns |", int(took)/w.size)
				continue
			}
			fmt.Printf(" %+d ns, × %.2f |", int(took-medians[0])/w.size, float64(took)/float64(medians[0]))
		}
	}
	fmt.Println()
}

// measure runs a program and returns the median of the processor times that size
// events took, for each variant.
func measure(w workload, length time.Duration) ([]time.Duration, error) {
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	m := newMeter(k, time.Now().Add(length))
	if err := w.make(k, w.size, m); err != nil {
		return nil, err
	}
	if err := k.Run(); err != nil {
		return nil, err
	}
	return m.medians(), nil
}
