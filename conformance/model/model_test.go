//go:build linux

package model

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	first  = flag.Uint64("first", 1, "the first seed that is compared with real POE")
	seeds  = flag.Int("seeds", 200, "how many seeds are compared with real POE")
	update = flag.Bool("update", false, "let real POE print the traces in testdata anew")
)

// families are the programs that are compared, by what they are about.
var families = []struct {
	name     string
	generate func(seed uint64) program
	kept     int      // how many seeds have the trace that real POE printed in testdata
	lines    []string // which some of those traces have
}{
	{"kernel", generate, 60, []string{"  stop", "run returned", "run died boom ", "hang"}},
	{"handles", generateHandles, 60, []string{"run returned", "  read again", "  pause_read yes", "  resume_write no"}},
	{"machines", generateMachines, 60, []string{"run returned", "run died no state", "run died no entry", "run died empty stack", "run died no handler"}},
}

func tracePath(family string, seed int) string {
	return filepath.Join("testdata", fmt.Sprintf("%s-%03d.trace", family, seed))
}

// TestTraces runs generated programs and compares with traces in testdata.
func TestTraces(t *testing.T) {
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			if *update {
				var programs []program
				for seed := 1; seed <= f.kept; seed++ {
					programs = append(programs, f.generate(uint64(seed)))
				}
				for i, trace := range underPOE(t, programs) {
					if err := os.WriteFile(tracePath(f.name, i+1), []byte(trace), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			for seed := 1; seed <= f.kept; seed++ {
				want, err := os.ReadFile(tracePath(f.name, seed))
				if err != nil {
					t.Fatal(err)
				}
				if got := interpret(f.generate(uint64(seed))); !agree(string(want), got) {
					t.Errorf("seed %d: %s\n(if the generator was changed, run with -update)", seed, diff(string(want), got))
				}
			}
		})
	}
}

// TestGeneratorCoverage makes sure that each operation is carried out by some
// of the kept programs, and each end is met.
func TestGeneratorCoverage(t *testing.T) {
	done := map[string]bool{}
	for _, f := range families {
		met := map[string]bool{}
		for seed := 1; seed <= f.kept; seed++ {
			in := newInterpreter(f.generate(uint64(seed)))
			for name, do := range in.ops {
				in.ops[name] = func(c *context, a op) string { done[name] = true; return do(c, a) }
			}
			for line := range strings.Lines(in.interpret()) {
				met[strings.TrimRight(line, "0123456789\n")] = true
			}
		}
		for _, line := range f.lines {
			if !met[line] {
				t.Errorf("no kept trace about %s has the line %q", f.name, line)
			}
		}
	}
	for name := range newInterpreter(program{}).ops {
		if !done[name] {
			t.Errorf("no kept program carries out %s", name)
		}
	}
}

// underPOE runs programs under real POE and returns their traces.
func underPOE(t *testing.T, programs []program) []string {
	t.Helper()
	var in, out, errs bytes.Buffer
	encoder := json.NewEncoder(&in)
	for _, p := range programs {
		if err := encoder.Encode(p); err != nil {
			t.Fatal(err)
		}
	}
	perl := exec.Command("perl", "poe.pl")
	perl.Stdin, perl.Stdout, perl.Stderr = &in, &out, &errs
	if err := perl.Run(); err != nil {
		t.Fatalf("perl: %v\n%s", err, errs.String())
	}
	traces := strings.SplitAfter(out.String(), "== end\n")
	if len(traces) != len(programs)+1 {
		t.Fatalf("%d traces of %d programs\n%s", len(traces)-1, len(programs), errs.String())
	}
	for i := range traces {
		traces[i] = strings.TrimSuffix(traces[i], "== end\n")
	}
	return traces[:len(programs)]
}

// TestAgainstPOE runs generated programs here and under real POE.
func TestAgainstPOE(t *testing.T) {
	if exec.Command("perl", "-MPOE", "-e", "POE::Kernel->run").Run() != nil {
		t.Skip("no perl with POE here; TestTraces compares with traces that real POE has printed")
	}
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			programs := make([]program, *seeds)
			for i := range programs {
				programs[i] = f.generate(*first + uint64(i))
			}
			broken := 0
			for i, want := range underPOE(t, programs) {
				if breakdown.MatchString(want) {
					broken++
				}
				t.Run(fmt.Sprint(*first+uint64(i)), func(t *testing.T) {
					got := interpret(programs[i])
					// When urgent bytes arrive is the system's choice: real POE prints
					// several traces of such a program, and one of them is ours.
					for again := 0; again < 20 && !agree(want, got) && slices.Contains(programs[i].Handles, "tcp"); again++ {
						want, got = underPOE(t, programs[i:i+1])[0], interpret(f.generate(*first+uint64(i)))
					}
					if !agree(want, got) {
						t.Error(diff(want, got))
					}
				})
			}
			t.Logf("%d of %d programs broke POE", broken, len(programs))
		})
	}
}

// breakdown is what real POE dies of when its own books are in disorder: when
// the last session makes another one in its _stop, or one is made after a
// timeslice in which all have stopped.
var breakdown = regexp.MustCompile(`(?m)^((run|  slice) died please report this stacktrace|interpreter died: )`)

// agree tells whether two traces are the same. Where real POE breaks down they
// need only be the same up to there.
func agree(want, got string) bool {
	if at := breakdown.FindStringIndex(want); at != nil {
		return strings.HasPrefix(got, want[:at[0]])
	}
	return want == got || want == twoErrors.ReplaceAllString(got, "$1$2") || want == twoErrors.ReplaceAllString(got, "$1$3")
}

// twoErrors is a run that died of one exception while it dealt with another.
// Real POE joins their texts, in either order; the traces have the first line.
var twoErrors = regexp.MustCompile(`(?m)^((?:run|  slice) died )(.*) \(thrown while handling: (.*)\)$`)

// diff shows where two traces part.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < max(len(w), len(g)); i++ {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			from := max(0, i-12)
			return fmt.Sprintf("line %d\n  POE: %s\n  Go:  %s\nbefore that:\n%s", i+1, a, b, strings.Join(w[from:min(i, len(w))], "\n"))
		}
	}
	return "no difference"
}
