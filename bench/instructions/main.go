// Command instructions counts the processor's instructions for what the library
// does all the time, such as handling an event or answering a line, and fails
// if one of the counts is above its ceiling. Unlike times they hardly depend on
// the machine and on what else it does.
//
//	go run ./instructions [-update]
//
// Valgrind's callgrind counts them. Instructions of the system are not among
// them: for what system calls cost, see command compare. Counts of another
// version of Go than that which the ceilings are of are printed and not
// compared.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/version"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// margin is by how much a count may be above what was recorded. Two runs differ
// by up to 2 % where sockets take part, and otherwise by much less.
const margin = 1.05

// margins are those of workloads that depend on the system more than that: how
// many reads a line of 16 KiB takes is up to its version.
var margins = map[string]float64{"long-lines": 1.15}

func marginOf(workload string) float64 { return cmp.Or(margins[workload], margin) }

// ceilings is the recorded file.
type ceilings struct {
	Go string `json:"go"` // the version without its last number
	// Counts are instructions for each time that a workload does its work.
	Counts map[string]float64 `json:"instructions"`
}

// count is what was counted for a workload.
type count struct {
	name string
	each float64
}

func main() {
	update := flag.Bool("update", false, "record the counts")
	file := flag.String("file", "instructions/ceilings.json", "what is recorded")
	runs := flag.Int("runs", 3, "of so many runs the least counts")
	flag.Parse()
	if err := run(*file, *runs, *update); err != nil {
		log.Fatal(err)
	}
}

func run(file string, runs int, update bool) error {
	counts, err := measure(runs)
	if err != nil {
		return err
	}
	goes := version.Lang(runtime.Version())
	if update {
		return record(file, goes, counts)
	}
	recorded, err := load(file)
	if err != nil {
		return err
	}
	failed := compare(recorded, counts)
	if recorded.Go != goes {
		fmt.Printf("%s is of %s and this is %s: nothing is compared, record the counts with -update\n", file, recorded.Go, goes)
		return nil
	}
	return failed
}

// measure returns the least counts of some runs.
func measure(runs int) ([]count, error) {
	dir, err := os.MkdirTemp("", "instructions")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "program")
	build := exec.Command("go", "build", "-o", program, "./instructions/program")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOAMD64=v1")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the program: %w\n%s", err, out)
	}
	var least []count
	for i := range max(1, runs) {
		counts, err := once(program, filepath.Join(dir, fmt.Sprint("run", i)))
		if err != nil {
			return nil, err
		}
		for j := range least {
			counts[j].each = min(counts[j].each, least[j].each)
		}
		least = counts
	}
	return least, nil
}

// once runs the program. Go then uses none of the instructions that only some
// processors have, no second thread for the handlers, and collects no garbage.
func once(program, dumps string) ([]count, error) {
	c := exec.Command("valgrind", "--tool=callgrind", "--dump-before=main.mark", "--callgrind-out-file="+dumps, program)
	c.Env = append(os.Environ(), "GODEBUG=cpu.all=off,asyncpreemptoff=1", "GOGC=off", "GOMAXPROCS=1")
	var out, failed bytes.Buffer
	c.Stdout, c.Stderr = &out, &failed
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("valgrind: %w\n%s", err, &failed)
	}
	var counts []count
	for line := range strings.Lines(out.String()) {
		var name string
		var n float64
		if _, err := fmt.Sscan(line, &name, &n); err != nil {
			return nil, fmt.Errorf("the program printed %q: %w", line, err)
		}
		// A dump is made at each mark; every second one is of a workload.
		total, err := total(fmt.Sprintf("%s.%d", dumps, 2*len(counts)+2))
		if err != nil {
			return nil, err
		}
		counts = append(counts, count{name, float64(total) / n})
	}
	return counts, nil
}

// total returns the instructions of a dump.
func total(dump string) (int64, error) {
	f, err := os.Open(dump)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if sum, ok := strings.CutPrefix(lines.Text(), "totals: "); ok {
			return strconv.ParseInt(sum, 10, 64)
		}
	}
	return 0, errors.Join(lines.Err(), fmt.Errorf("%s has no totals", dump))
}

func load(file string) (c ceilings, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

func record(file, goes string, counts []count) error {
	c := ceilings{goes, map[string]float64{}}
	for _, n := range counts {
		c.Counts[n.name] = float64(int(n.each + 0.5))
	}
	data, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}

// compare prints all counts, and returns as an error those that are too high or
// not recorded.
func compare(recorded ceilings, counts []count) error {
	var failed []error
	fmt.Printf("%-12s %10s %10s %7s\n", "", "now", "recorded", "ratio")
	for _, c := range counts {
		was, ok := recorded.Counts[c.name]
		fmt.Printf("%-12s %10.0f %10.0f %7.3f\n", c.name, c.each, was, c.each/was)
		switch {
		case !ok:
			failed = append(failed, fmt.Errorf("%s: not recorded, see -update", c.name))
		case c.each > was*marginOf(c.name):
			failed = append(failed, fmt.Errorf("%s: %.0f instructions, %.0f were recorded; if that is meant, -update records it", c.name, c.each, was))
		case c.each < was/marginOf(c.name):
			fmt.Printf("%s: less than was recorded; -update lowers the ceiling\n", c.name)
		}
	}
	return errors.Join(failed...)
}
