package port

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// programs are the Perl programs of the tree.
func programs(t testing.TB) []string {
	var files []string
	for _, pattern := range []string{"../../../../conformance/testdata/*.pl", "../../../../cookbook/*/perl/*.pl", "testdata/core/*.pl"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 150 {
		t.Fatalf("%d programs", len(files))
	}
	return files
}

func newTranslator(t testing.TB, options Options) *Translator {
	tr, err := New(options)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	return tr
}

// TestEveryStatement walks the syntax trees of programs: each statement has been
// written, as Go or as a TODO that the report counts.
func TestEveryStatement(t *testing.T) {
	tr := newTranslator(t, Options{})
	files := append(programs(t), "testdata/account.pl")
	total := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := parseProgram(tr.tok, file, filepath.Base(file), string(source))
		if err != nil {
			t.Fatal(err)
		}
		var all []*node
		walkAll(prog.statements, func(n *node) bool {
			if n.kind >= sExpr && !(n.kind == sBlock && n.source == "") {
				all = append(all, n)
			}
			return true
		})
		report := &Report{File: file}
		text, err := generate(prog, report, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range all {
			if !prog.accounted[n] {
				t.Errorf("%s:%d: not accounted for: %s", file, n.line, oneLine(n.source))
			}
		}
		if n := bytes.Count([]byte(text), []byte("perl.TODO(")); n < len(report.TODO) {
			t.Errorf("%s: the report has %d TODOs, the program %d", file, len(report.TODO), n)
		}
		total += len(all)
	}
	if total < 7000 {
		t.Errorf("%d statements", total)
	}
}

// TestSameBytes ports programs twice: the output does not depend on the order of maps.
func TestSameBytes(t *testing.T) {
	a, b := newTranslator(t, Options{Comments: true}), newTranslator(t, Options{Comments: true})
	for _, file := range programs(t) {
		x, err := a.File(file)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.File(file)
		if err != nil {
			t.Fatal(err)
		}
		if x.Source != y.Source || !bytes.Equal(x.Report.JSON(), y.Report.JSON()) {
			t.Errorf("%s: two runs differ", file)
		}
	}
}

// BenchmarkTranslate translates all programs of the tree as one text, over and over.
func BenchmarkTranslate(b *testing.B) {
	tr := newTranslator(b, Options{})
	lines := 0
	for b.Loop() {
		for _, file := range programs(b) {
			result, err := tr.File(file)
			if err != nil {
				b.Fatal(err)
			}
			lines += result.Report.Lines
		}
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}
