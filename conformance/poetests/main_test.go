//go:build unix

package poetests_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gopoe/poe/wheel/run"
)

// table lists POE's tests; see docs/poe-tests.md.
const table = "../../docs/poe-tests.tsv"

var update = flag.Bool("update", false, "write the numbers of assertions into the table")

// children are functions that run in processes of their own, where POE's tests
// fork.
var children *run.Functions

func TestMain(m *testing.M) {
	children = run.Main(programs)
	flag.Parse()
	code := m.Run()
	if code == 0 && wholeRun() {
		if err := compare(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// wholeRun tells whether all tests have run.
func wholeRun() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}

// compare looks whether the table has the numbers of assertions that the tests
// have made.
func compare() error {
	text, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	listed := map[string]bool{}
	var wrong []string
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		made := 0
		for _, name := range strings.Split(cells[3], ", ") {
			if short, ok := strings.CutPrefix(name, "poetests."); ok {
				n, _ := ledger.Load(short)
				count, _ := n.(int)
				made += count
				listed[short] = true
			}
		}
		if want := strconv.Itoa(made); made > 0 && cells[4] != want {
			wrong = append(wrong, fmt.Sprintf("%s has %q assertions, its test has made %s", cells[0], cells[4], want))
			cells[4] = want
			lines[i+1] = strings.Join(cells, "\t")
		}
	}
	if *update && len(wrong) > 0 {
		fmt.Println(strings.Join(wrong, "\n"))
		wrong = nil
		if err := os.WriteFile(table, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			return err
		}
	}
	ledger.Range(func(name, _ any) bool {
		if !listed[name.(string)] {
			wrong = append(wrong, fmt.Sprintf("%s is not listed", name))
		}
		return true
	})
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("%s: go test ./conformance/poetests -update\n%s", table, strings.Join(wrong, "\n"))
}
