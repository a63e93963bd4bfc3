// Command recording measures what recording costs: the processor time of the
// kernel's thread with a recording, as a ratio to the time without. For each workload
// it makes rounds; in each of them every kind of recording comes once, in an order
// that changes. It prints a table of the ratios of the least times, and the medians of
// the ratios in each round. It needs Linux, and a machine that does nothing else.
//
//	go run ./recording [-rounds 25] [-only echo] [-workload post -recording ring]
//
// With -recording there are no ratios: the workload runs so for each round, for a
// profiler.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
)

// mebi is 1 MiB.
const mebi = 1 << 20

// kinds are the kinds of recordings, the first of which is none.
var kinds = []string{"plain", "ring", "file"}

// newRecording makes a recording of a kind for a workload; it must be released.
func newRecording(kind string, ring int) (r *kernel.Recording, release func(), err error) {
	switch kind {
	case "plain":
		return nil, func() {}, nil
	case "ring":
		return &kernel.Recording{Ring: ring}, func() {}, nil
	case "file":
		f, err := os.CreateTemp("", "recording")
		if err != nil {
			return nil, nil, err
		}
		return &kernel.Recording{Writer: f}, func() { f.Close(); os.Remove(f.Name()) }, nil
	}
	return nil, nil, fmt.Errorf("there is no recording %q: %s", kind, strings.Join(kinds, ", "))
}

func main() {
	rounds := flag.Int("rounds", 25, "of each workload")
	only := flag.String("only", "", "workloads whose names contain this")
	workload := flag.String("workload", "", "the one to run with -recording")
	recording := flag.String("recording", "", "plain, ring or file: no ratios, but one such run for each round")
	flag.Parse()
	var err error
	if *recording != "" {
		err = repeat(*workload, *recording, *rounds)
	} else {
		err = compare(*only, *rounds)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// repeat runs a workload with one kind of recording.
func repeat(name, kind string, rounds int) error {
	for _, w := range workloads {
		if w.name != name {
			continue
		}
		for range rounds {
			took, err := w.measure(kind)
			if err != nil {
				return err
			}
			fmt.Printf("%s, %s: %.1f ns each\n", name, kind, float64(took)/float64(w.n))
		}
		return nil
	}
	return fmt.Errorf("there is no workload %q", name)
}

// compare prints the table of ratios.
func compare(only string, rounds int) error {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(out, "|\t|", strings.Join(kinds[1:], "\t| "), "\t|")
	fmt.Fprintln(out, "|---\t", strings.Repeat("|---\t", len(kinds)-1), "|")
	for _, w := range workloads {
		if !strings.Contains(w.name, only) {
			continue
		}
		times := make([][]float64, len(kinds))
		for round := range rounds {
			if err := w.round(round, times); err != nil {
				return err
			}
		}
		fmt.Fprint(out, "| ", w.name)
		for _, list := range times[1:] {
			fmt.Fprintf(out, "\t| %.3f, %.3f", slices.Min(list)/slices.Min(times[0]), medianRatio(list, times[0]))
		}
		fmt.Fprintln(out, "\t|")
	}
	return out.Flush()
}

// medianRatio returns the median of the ratios of times in the same round.
func medianRatio(times, to []float64) float64 {
	ratios := make([]float64, len(times))
	for i := range times {
		ratios[i] = times[i] / to[i]
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// round runs a workload once with each kind, and adds the times.
func (w *workload) round(round int, times [][]float64) error {
	for i := range kinds {
		i = (i + round) % len(kinds)
		took, err := w.measure(kinds[i])
		if err != nil {
			return fmt.Errorf("%s, %s: %w", w.name, kinds[i], err)
		}
		times[i] = append(times[i], float64(took))
	}
	return nil
}

// measure runs a workload once, on a thread of its own, and returns the time of that.
// Making the kernel is not in it.
func (w *workload) measure(kind string) (took time.Duration, err error) {
	r, release, err := newRecording(kind, w.ring)
	if err != nil {
		return 0, err
	}
	defer release()
	runtime.GC()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		k := kernel.New(kernel.Options{Recording: r})
		var load func() error
		if load, err = w.start(k, w.n); err != nil {
			return
		}
		loaded := make(chan error, 1)
		go func() { loaded <- load() }()
		before := threadTime()
		err = k.Run()
		took = threadTime() - before
		if failed := <-loaded; err == nil {
			err = failed
		}
	}()
	<-done
	return took, err
}

// threadTime is the processor time of the calling thread.
func threadTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
