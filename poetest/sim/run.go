package sim

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Config configures worlds. The zero value is one seed, a minute, in which no
// faults happen, and half a minute to settle.
type Config struct {
	// Seeds is how many worlds are run, First the seed of the first one. The
	// environment variables SIM_SEEDS and SIM_FIRST override them, and
	// SIM_SEED=N runs only the world of seed N.
	Seeds int
	First uint64
	// Duration is the virtual time in which faults happen, Settle the virtual
	// time without faults after it, before [World.Eventually] is checked.
	Duration, Settle time.Duration
	// Net is the network between hosts, unless SetLink says otherwise.
	Net Net
	// Faults are the faults that happen.
	Faults Faults
	// Strict makes kernels strict, see kernel.Options. With it a world takes
	// two to three times as long.
	Strict bool
	// Check makes every Check-th seed run twice, to check that it does the same
	// both times; 0 means every 50th, a negative number none.
	Check int
	// Shrink is the most further runs that search for a smaller set of faults
	// with which a failing seed still fails; 0 means 200, a negative number
	// none.
	Shrink int

	recordings string // the directory for those of the hosts
}

func (c Config) withDefaults() Config {
	if c.Seeds <= 0 {
		c.Seeds = 1
	}
	if n, err := strconv.Atoi(os.Getenv("SIM_SEEDS")); err == nil && n > 0 {
		c.Seeds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("SIM_FIRST"), 10, 64); err == nil {
		c.First = n
	}
	c.recordings = os.Getenv("SIM_RECORDING")
	if c.Duration == 0 {
		c.Duration = time.Minute
	}
	if c.Settle == 0 {
		c.Settle = 30 * time.Second
	}
	if c.Check == 0 {
		c.Check = 50
	}
	if c.Shrink == 0 {
		c.Shrink = 200
	}
	return c
}

// Run builds and runs a world for each seed. The first one that fails, fails
// the test, with its seed and the command to repeat it, the smallest set of
// faults found with which it still fails, the end of its log, and where the
// recordings of that run are, one of each host and life: HOST.rec, HOST.2.rec.
// They are for [Replay], and for poe replay -list and -diff. With
// SIM_RECORDING=DIR every run is recorded there.
func Run(t testing.TB, c Config, build func(w *World)) {
	t.Helper()
	c = c.withDefaults()
	if text := os.Getenv("SIM_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("sim: SIM_SEED=%s: %v", text, err)
		}
		c.First, c.Seeds = seed, 1
	}
	seen := map[string]bool{}
	for i := range uint64(c.Seeds) {
		seed := c.First + i
		o := runSeed(c, seed, nil, build)
		if o.failure != nil {
			t.Fatal(report(t.Name(), c, o, build))
		}
		for name, happened := range o.happened {
			seen[name] = seen[name] || happened
		}
		if c.Check > 0 && i%uint64(c.Check) == 0 {
			if again := runSeed(c, seed, nil, build); again.digest != o.digest || again.failure != nil {
				t.Fatalf("sim: seed %d does not do the same twice: the program depends on something that the world does not know (%v)", seed, again.failure)
			}
		}
	}
	if c.Seeds < 20 {
		return
	}
	for name, happened := range seen {
		if !happened {
			t.Errorf("sim: %q has not happened with any of %d seeds", name, c.Seeds)
		}
	}
}

// outcome is what a run came to.
type outcome struct {
	seed     uint64
	skip     map[uint64]bool // faults that were left out
	failure  *Failure
	at       time.Duration
	faults   []Fault
	log      []string
	digest   uint64
	happened map[string]bool
	unsaved  error // why there are no recordings
}

// runSeed builds a world and runs it to its end.
func runSeed(c Config, seed uint64, skip map[uint64]bool, build func(w *World)) (o outcome) {
	w := newWorld(c, seed, skip)
	w.record = newRecordings(c.recordings)
	o.seed, o.skip = seed, skip
	defer func() {
		o.at, o.faults, o.log, o.digest, o.happened = w.now, w.faults, w.log, w.digest, w.happened
		o.unsaved = w.record.save()
		for _, h := range w.hosts {
			h.clean()
		}
	}()
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case *Failure:
			o.failure = thrown
		default:
			o.failure = &Failure{Err: fmt.Errorf("panic: %v\n%s", thrown, debug.Stack())}
		}
	}()
	build(w)
	w.startFaults()
	w.runUntil(c.Duration)
	w.makePeace()
	w.runUntil(c.Duration + c.Settle)
	w.checkEventually()
	return o
}

// keep runs the smallest case once more with recordings, and says where they are.
func keep(c Config, o outcome, build func(w *World)) string {
	var err error
	if c.recordings == "" {
		if c.recordings, err = os.MkdirTemp("", fmt.Sprintf("sim-seed-%d-", o.seed)); err != nil {
			return "its hosts are not recorded: " + err.Error()
		}
	}
	again := runSeed(c, o.seed, o.skip, build)
	switch {
	case again.unsaved != nil:
		return "its hosts are not recorded: " + again.unsaved.Error()
	case again.digest != o.digest:
		return "its hosts are not recorded: with the recordings it does something else"
	}
	return "its hosts are recorded in " + c.recordings + ", for sim.Replay and poe replay -list"
}

// report describes a failing seed.
func report(test string, c Config, o outcome, build func(w *World)) string {
	all := len(o.faults)
	small, runs := shrink(c, o, build)
	var b strings.Builder
	fmt.Fprintf(&b, "sim: seed %d fails after %v of virtual time: %v\n", o.seed, o.at, o.failure)
	fmt.Fprintf(&b, "  run it again: SIM_SEED=%d go test -run '^%s$'\n", o.seed, strings.ReplaceAll(test, "/", "$/^"))
	fmt.Fprintf(&b, "  it also fails with %d of its %d faults (found in %d runs), after %v: %v\n", len(small.faults), all, runs, small.at, small.failure)
	for _, f := range small.faults {
		fmt.Fprintf(&b, "    %v\n", f)
	}
	fmt.Fprintf(&b, "  %s\n", keep(c, small, build))
	b.WriteString("  the end of its log:\n")
	for _, line := range small.log {
		fmt.Fprintf(&b, "    %s\n", line)
	}
	return b.String()
}
