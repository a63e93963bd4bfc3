package docs_test

import (
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cpanRow is a row of cpan.md.
type cpanRow struct{ cpan, here, elsewhere, remarks string }

func cpanRows(t *testing.T) []cpanRow {
	page, err := os.ReadFile("cpan.md")
	require.NoError(t, err)
	var rows []cpanRow
	for _, line := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| CPAN |") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		require.Len(t, cells, 4, line)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cpanRow{cells[0], cells[1], cells[2], cells[3]})
	}
	return rows
}

// inCode finds what stands in backquotes.
var inCode = regexp.MustCompile("`([^`]+)`")

func codeIn(cell string) (names []string) {
	for _, m := range inCode.FindAllStringSubmatch(cell, -1) {
		names = append(names, m[1])
	}
	return names
}

// TestCPANRowsAreComplete: each row says what takes a module's place, or that
// nothing does, and no module is there twice.
func TestCPANRowsAreComplete(t *testing.T) {
	rows, seen := cpanRows(t), map[string]bool{}
	for _, r := range rows {
		for module := range strings.SplitSeq(r.cpan, ", ") {
			assert.False(t, seen[module], "%s is there twice", module)
			seen[module] = true
		}
		if r.here == "" && r.elsewhere == "" {
			assert.NotEmpty(t, r.remarks, "%s: nothing, and no word about it", r.cpan)
		}
		assert.NotContains(t, r.remarks, "`", "%s: names stand in the columns that are checked", r.cpan)
	}
	assert.GreaterOrEqual(t, len(seen), 60)
}

// TestCPANNamesExist looks up every name of ours, every package of Go's library
// and every program of the cookbook.
func TestCPANNamesExist(t *testing.T) {
	out, err := exec.Command("go", "list", module+"/...").Output()
	require.NoError(t, err)
	ours := map[string]string{}
	var paths []string
	for _, p := range strings.Fields(string(out)) {
		if !strings.Contains(p, "/internal/") && !strings.Contains(p, "/cookbook") && !strings.Contains(p, "/cmd/") && !strings.Contains(p, "/perl/") {
			ours[path.Base(p)] = p
			paths = append(paths, p)
		}
	}
	w, err := newWorld(paths)
	require.NoError(t, err)
	var library []string
	for _, r := range cpanRows(t) {
		for _, name := range codeIn(r.here) {
			pkg, _, _ := strings.Cut(name, ".")
			in := ours[pkg]
			if folder, _, _ := strings.Cut(name, "."); strings.Contains(folder, "/") { // one of two of the name
				in, name = module+"/"+folder, path.Base(name)
			}
			require.NotEmpty(t, in, "%s: no package %s", r.cpan, pkg)
			assert.NoError(t, w.findIn(in, name), r.cpan)
		}
		for _, name := range codeIn(r.elsewhere) {
			if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
				library = append(library, name)
			}
		}
		for _, word := range strings.Fields(r.remarks) {
			if program, ok := strings.CutPrefix(strings.Trim(word, ".,;"), "cookbook/"); ok {
				assert.DirExists(t, "../cookbook/"+program, r.cpan)
			}
		}
	}
	out, err = exec.Command("go", append([]string{"list"}, library...)...).CombinedOutput()
	assert.NoError(t, err, "%s", out)
}
