package docs_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the pages that are made from the table anew")

const tableFile = "perl-to-go.tsv"

// row is one name of POE's and what it is in Go.
type row struct {
	module, kind, poe string
	goNames           []string // none: there is nothing in Go, because of difference
	perl, goLine      string   // the same in both languages
	tests             []string // conformance programs by number, Go tests by package and name
	difference        string
}

// readTable reads the table that the pages are made of.
func readTable(t *testing.T) []row {
	text, err := os.ReadFile(tableFile)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	var rows []row
	for i, line := range lines[1:] { // behind the heads of the columns
		f := strings.Split(line, "\t")
		require.Len(t, f, 8, "%s:%d", tableFile, i+2)
		rows = append(rows, row{f[0], f[1], f[2], list(f[3]), f[4], f[5], list(f[6]), f[7]})
	}
	return rows
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ", ")
}

// here reports whether all packages of a row are in the tree.
func (r row) here() bool {
	for _, name := range r.goNames {
		if pkg, _, _ := strings.Cut(name, "."); pkg[0] != '"' && !present(pkg) {
			return false
		}
	}
	return true
}

// TestEveryNameOfPOEIsListed compares the table with the names of POE's
// manuals.
func TestEveryNameOfPOEIsListed(t *testing.T) {
	listed := map[string]int{}
	for _, r := range readTable(t) {
		listed[r.module+"\t"+r.poe]++
	}
	names, err := os.ReadFile(namesFile)
	require.NoError(t, err)
	for name := range strings.Lines(string(names)) {
		assert.NotZero(t, listed[strings.TrimSuffix(name, "\n")], "no row for %q", name)
	}
	for name, n := range listed {
		assert.Equal(t, 1, n, "rows for %q", name)
	}
}

// TestRowsAreComplete checks that a row has either Go names with an example or
// a reason why there are none.
func TestRowsAreComplete(t *testing.T) {
	for _, r := range readTable(t) {
		name := r.module + " " + r.poe
		assert.NotEmpty(t, r.kind, name)
		assert.NotEmpty(t, r.perl, name)
		assert.Equal(t, len(r.goNames) > 0, r.goLine != "", "%s: Go names and a Go line belong together", name)
		if len(r.goNames) == 0 {
			assert.NotEmpty(t, r.difference, "%s: none, because ...", name)
			assert.Empty(t, r.tests, name)
		}
	}
}

// TestGoNamesExist looks every Go name up in the packages, and names of events
// in their source.
func TestGoNamesExist(t *testing.T) {
	w, err := theWorld()
	require.NoError(t, err)
	literals := eventLiterals(t)
	for _, r := range readTable(t) {
		for _, name := range r.goNames {
			switch {
			case name[0] == '"':
				assert.True(t, literals[name], "%s %s: no event %s in the source", r.module, r.poe, name)
			case r.here():
				assert.NoError(t, w.find(name), "%s %s", r.module, r.poe)
			}
		}
	}
}

// eventLiterals finds the string literals of the packages that have events.
func eventLiterals(t *testing.T) map[string]bool {
	literals := map[string]bool{}
	quoted := regexp.MustCompile(`"[a-z_]+"`)
	for _, dir := range []string{"kernel", "session", "component/servertcp", "component/clienttcp"} {
		files, err := globOnce(filepath.Join("..", dir, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := readOnce(file)
			require.NoError(t, err)
			for _, literal := range quoted.FindAllString(string(text), -1) {
				literals[literal] = true
			}
		}
	}
	return literals
}

// TestGoLinesCompile compiles the Go half of each example.
func TestGoLinesCompile(t *testing.T) {
	w, err := theWorld()
	require.NoError(t, err)
	for _, r := range readTable(t) {
		if r.goLine == "" || !r.here() {
			continue
		}
		line := r.goLine
		if expr, err := parser.ParseExpr(line); err == nil {
			if _, ok := expr.(*ast.CompositeLit); ok {
				line = "_ = " + line
			}
		}
		var override map[string]string
		if r.module == "POE::Component::Client::TCP" {
			override = clientGiven
		}
		code := prelude(line, override) + "func _() {\n\t" + line + "\n}\n"
		source := "package example\n" + imports(code) + code
		assert.NoError(t, w.compile(source), "%s %s: %s", r.module, r.poe, r.goLine)
	}
}

// TestTestsExist looks for the tests that the table names.
func TestTestsExist(t *testing.T) {
	number := regexp.MustCompile(`^\d\d\d$`)
	for _, r := range readTable(t) {
		for _, name := range r.tests {
			if number.MatchString(name) {
				if !r.here() {
					continue
				}
				assert.NotEmpty(t, program(name), "%s %s: no conformance program %s", r.module, r.poe, name)
				continue
			}
			pkg, function, _ := strings.Cut(name, ".")
			if !r.here() || !present(pkg) {
				continue
			}
			file := fileOf(t, pkg, function)
			assert.NotEmpty(t, file, "%s %s: no test %s", r.module, r.poe, name)
			// TRACE_EVENTS may be named as the environment variable's last word.
			spoken := append(slices.Clone(r.goNames), strings.TrimPrefix(r.poe, "TRACE_"))
			assert.True(t, usesAny(file, spoken), "%s %s: the file of %s has none of %v", r.module, r.poe, name, r.goNames)
		}
	}
}

// TestProgramsUseTheNames checks that a conformance program which is to show a
// name has it, and its port the Go name.
func TestProgramsUseTheNames(t *testing.T) {
	for _, r := range readTable(t) {
		for _, number := range r.tests {
			if program(number) == "" {
				continue
			}
			perl, err := os.ReadFile("../conformance/testdata/" + program(number) + ".pl")
			require.NoError(t, err)
			assert.Regexp(t, `(^|\W)`+regexp.QuoteMeta(r.poe)+`\b`, string(perl), "%s %s: %s", r.module, r.poe, program(number))
			if ported(number) && !usesAny(portOf(t, number), r.goNames) {
				t.Errorf("%s %s: the port of %s has none of %v", r.module, r.poe, program(number), r.goNames)
			}
		}
	}
}

// shorthand is what ports of conformance programs say for some names.
var shorthand = map[string]string{
	"session.Create": "create", "session.Inline": "inline", "kernel.New": "kernel", "session.Config.Funcs": "states",
}

// portOf is the text of the files that hold the port of a conformance program.
func portOf(t *testing.T, number string) string {
	files, err := globOnce("../conformance/*_test.go")
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		text, err := readOnce(file)
		require.NoError(t, err)
		if strings.Contains(string(text), "func p"+number) || strings.Contains(string(text), "\""+program(number)+"\"") {
			all.Write(text)
		}
	}
	return all.String()
}

// usesAny reports whether a text has one of some Go names.
func usesAny(text string, names []string) bool {
	for _, name := range names {
		last := strings.Trim(name[strings.LastIndex(name, ".")+1:], `"`)
		for _, word := range []string{last, shorthand[name]} {
			if word != "" && regexp.MustCompile(`\b`+word+`\b`).MatchString(text) {
				return true
			}
		}
	}
	return false
}

// program is the name of a conformance program, by its number.
func program(number string) string {
	files, _ := globOnce("../conformance/testdata/*.pl")
	for _, file := range files {
		if name := filepath.Base(file); strings.HasPrefix(name, number+"-") {
			return strings.TrimSuffix(name, ".pl")
		}
	}
	return ""
}

// ported reports whether a conformance program has its Go port, by the page that
// the conformance tests make.
func ported(number string) bool {
	page, err := readOnce("conformance.md")
	if err != nil || program(number) == "" {
		return false
	}
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| "+program(number)+" |") {
			return !strings.Contains(line, "| not ported |")
		}
	}
	return false
}

// fileOf is the text of the file that has a test, empty if there is none.
func fileOf(t *testing.T, pkg, function string) string {
	files, err := globOnce(filepath.Join("..", filepath.FromSlash(folders[pkg]), "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := readOnce(file)
		require.NoError(t, err)
		if strings.Contains(string(text), "\nfunc "+function+"(") {
			return string(text)
		}
	}
	return ""
}
