package docs_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const poeTestsFile = "poe-tests.tsv"

// poeTest is one of POE's own test files.
type poeTest struct {
	file          string
	offline, full int      // its assertions, as it is run here and when nothing is skipped
	tests         []string // Go tests by package and name; none: it has no meaning in Go, because of note
	assertions    string   // theirs, on one loop; empty if they are not counted
	note          string
}

func readPOETests(t *testing.T) (all []poeTest) {
	text, err := os.ReadFile(poeTestsFile)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i, line := range lines[1:] {
		f := strings.Split(line, "\t")
		require.Len(t, f, 6, "%s:%d", poeTestsFile, i+2)
		offline, err := strconv.Atoi(f[1])
		require.NoError(t, err, f[0])
		full, err := strconv.Atoi(f[2])
		require.NoError(t, err, f[0])
		all = append(all, poeTest{f[0], offline, full, list(f[3]), f[4], f[5]})
	}
	return all
}

// TestPOETestsArePorted checks that every one of POE's tests has Go tests that
// exist, or a reason why there are none. The numbers of assertions are checked
// by the tests themselves.
func TestPOETestsArePorted(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range readPOETests(t) {
		assert.False(t, seen[p.file], "%s is listed twice", p.file)
		seen[p.file] = true
		assert.LessOrEqual(t, p.offline, p.full, p.file)
		if len(p.tests) == 0 {
			assert.NotEmpty(t, p.note, "%s: none, because ...", p.file)
			assert.Empty(t, p.assertions, p.file)
		}
		for _, name := range p.tests {
			pkg, function, _ := strings.Cut(name, ".")
			assert.NotEmpty(t, fileOf(t, pkg, function), "%s: no test %s", p.file, name)
			if pkg == "poetests" {
				n, err := strconv.Atoi(p.assertions)
				assert.True(t, err == nil && n > 0, "%s: go test ./conformance/poetests -update", p.file)
			}
		}
	}
}

// TestLoopTestsAreAllListed compares the table with the loop tests that are
// installed.
func TestLoopTestsAreAllListed(t *testing.T) {
	out, err := exec.Command("perl", "-MPOE::Test::Loops", "-e", `print $INC{"POE/Test/Loops.pm"}`).Output()
	if err != nil {
		t.Skip("needs perl with POE::Test::Loops; the list is checked in")
	}
	files, err := filepath.Glob(strings.TrimSuffix(string(out), ".pm") + "/*.pm")
	require.NoError(t, err)
	var installed, listed []string
	for _, file := range files {
		installed = append(installed, filepath.Base(file))
	}
	for _, p := range readPOETests(t) {
		if name, ok := strings.CutPrefix(p.file, "POE::Test::Loops/"); ok {
			listed = append(listed, name)
		}
	}
	assert.ElementsMatch(t, installed, listed)
}

const poeTestsHead = `# POE's own tests

The tests of POE 1.370, which come with its source, and those of
POE::Test::Loops, which POE runs on every event loop; and for each file the Go
test that checks the same promises, in its own way. They are in
conformance/poetests, those of loops run on every loop that the system has.

The assertions of POE's are counted twice: as the files are run here, with the
network parts off, and when nothing is skipped. Go's are those that the test
makes when it runs, on one loop: one call of an assertion is one. A test in Go
often compares a whole list where POE's compares its elements, and what Perl
finds at run time is often the compiler's here, so the numbers tell how much
there is, not which is better.

This page is made of poe-tests.tsv by ` + "`go test ./docs -update`" + `; the numbers of
Go's assertions are written by ` + "`go test ./conformance/poetests -update`" + ` and
compared whenever that package is tested.

`

func poeTestsPage(all []poeTest) string {
	var b strings.Builder
	b.WriteString(poeTestsHead)
	sum := map[bool]*[4]int{false: {}, true: {}} // of t/, of the loops: files, ported, POE's assertions, Go's
	counted := map[string]bool{}
	for _, p := range all {
		s := sum[strings.HasPrefix(p.file, "POE::")]
		s[0]++
		s[2] += p.offline
		if len(p.tests) == 0 {
			continue
		}
		s[1]++
		if n, err := strconv.Atoi(p.assertions); err == nil && !counted[strings.Join(p.tests, " ")] {
			counted[strings.Join(p.tests, " ")] = true
			s[3] += n
		}
	}
	b.WriteString("| | files | with a Go test | POE's assertions | Go's |\n|---|---|---|---|---|\n")
	for _, loops := range []bool{false, true} {
		s := sum[loops]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", map[bool]string{false: "t/", true: "POE::Test::Loops"}[loops], s[0], s[1], s[2], s[3])
	}
	section := ""
	for _, p := range all {
		if now := filepath.ToSlash(filepath.Dir(p.file)); now != section {
			section = now
			fmt.Fprintf(&b, "\n## %s\n\n| file | assertions | in full | Go test | assertions | |\n|---|---|---|---|---|---|\n", section)
		}
		goTests, note := names(p.tests), p.note
		if len(p.tests) == 0 {
			goTests, note = "none", "because: "+note
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s | %s |\n", filepath.Base(p.file), p.offline, p.full, goTests, p.assertions, escape(note))
	}
	return b.String()
}

// TestPOETestsPage compares the page with the table.
func TestPOETestsPage(t *testing.T) {
	const file = "poe-tests.md"
	want := poeTestsPage(readPOETests(t))
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, want, string(got), "%s: go test ./docs -update", file)
}
