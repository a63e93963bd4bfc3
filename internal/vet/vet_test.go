package vet_test

import (
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/gopoe/poe/internal/vet"
)

// check runs all analyzers over packages and returns what they report, as
// "file:line: message".
func check(t *testing.T, patterns ...string) []string {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Tests: false}, patterns...)
	require.NoError(t, err)
	require.Zero(t, packages.PrintErrors(pkgs))
	graph, err := checker.Analyze(vet.Analyzers, pkgs, nil)
	require.NoError(t, err)
	var all []string
	for action := range graph.All() {
		require.NoError(t, action.Err)
		if !action.IsRoot {
			continue
		}
		for _, d := range action.Diagnostics {
			p := position(action.Package.Fset, d.Pos)
			all = append(all, fmt.Sprintf("%s:%d: %s", p.Filename, p.Line, d.Message))
		}
	}
	return all
}

func position(fset *token.FileSet, pos token.Pos) token.Position {
	p := fset.Position(pos)
	if at := strings.Index(p.Filename, "testdata"); at >= 0 {
		p.Filename = filepath.ToSlash(p.Filename[at:])
	}
	return p
}

var (
	comment = regexp.MustCompile("// want ((?:`[^`]*` ?)+)")
	quoted  = regexp.MustCompile("`[^`]*`")
)

// TestMistakesAreFound compares the reports with the comments in testdata: each
// seeded mistake is reported on its line, and nothing else is.
func TestMistakesAreFound(t *testing.T) {
	require.NoError(t, vet.Replay.Flags.Set("strict", "true"))
	t.Cleanup(func() { _ = vet.Replay.Flags.Set("strict", "false") })
	files, err := filepath.Glob("testdata/*/main.go")
	require.NoError(t, err)
	var patterns []string
	wanted := map[string][]*regexp.Regexp{}
	seeded := 0
	for _, file := range files {
		patterns = append(patterns, "./"+filepath.ToSlash(filepath.Dir(file)))
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for i, line := range strings.Split(string(text), "\n") {
			m := comment.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			key := filepath.ToSlash(file) + ":" + strconv.Itoa(i+1)
			for _, q := range quoted.FindAllString(m[1], -1) {
				wanted[key] = append(wanted[key], regexp.MustCompile(q[1:len(q)-1]))
				seeded++
			}
		}
	}
	assert.GreaterOrEqual(t, seeded, 40)
	for _, report := range check(t, patterns...) {
		at := strings.Index(report, ": ")
		key, message := report[:at], report[at+2:]
		found := false
		for i, want := range wanted[key] {
			if found = want.MatchString(message); found {
				wanted[key] = append(wanted[key][:i:i], wanted[key][i+1:]...)
				break
			}
		}
		assert.True(t, found, "unexpected: %s", report)
	}
	for key, left := range wanted {
		for _, w := range left {
			assert.Fail(t, "not reported", "%s: %s", key, w)
		}
	}
}

// TestTheProgramsOfThisModuleAreClean runs the checks over the cookbook and the
// commands: a report there is a mistake, or a false alarm.
func TestTheProgramsOfThisModuleAreClean(t *testing.T) {
	assert.Empty(t, check(t, "../../cookbook/...", "../../cmd/...", "../../component/...", "../../supervise", "../../await"))
}
