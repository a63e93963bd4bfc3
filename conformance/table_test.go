package conformance

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/conformance.md anew")

const tableFile = "../docs/conformance.md"

const tableHead = `# Conformance

Each of these Perl programs was run under real POE 1.370; its output is checked
in beside it. The Go port prints the same bytes, on every loop that the system
has. The last column counts what a port prints without having done it, because
the mistake it is about does not compile in Go or the notion does not exist.

This page is made by ` + "`go test ./conformance -update`" + `.

| program | what it pins down | Go | not in Go |
|---|---|---|---|
`

// checkTable compares the page in the docs with what the ports did. A run of a
// part of them says nothing about it.
func checkTable(t *testing.T, results map[string]int) {
	programs, err := filepath.Glob("testdata/*.pl")
	if err != nil {
		t.Fatal(err)
	}
	ported := map[string]bool{}
	for _, table := range tables {
		for name := range table {
			ported[name] = true
		}
	}
	if len(results) != len(ported) {
		t.Skip("only some of the ports were run")
	}
	if got, want := page(t, programs, ported, results), readPage(); got != want {
		if *update {
			if err := os.WriteFile(tableFile, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("%s is not up to date: go test ./conformance -update\\n%s", tableFile, diff(want, got))
	}
	for _, name := range slices.Sorted(maps.Keys(ported)) {
		if !slices.Contains(programs, "testdata/"+name+".pl") {
			t.Errorf("a port without a program: %s", name)
		}
	}
}

func readPage() string {
	text, err := os.ReadFile(tableFile)
	if err != nil {
		return ""
	}
	return string(text)
}

func page(t *testing.T, programs []string, ported map[string]bool, results map[string]int) string {
	var b strings.Builder
	b.WriteString(tableHead)
	passing := 0
	for _, path := range programs {
		name := strings.TrimSuffix(filepath.Base(path), ".pl")
		state, missing := "not ported", ""
		if ported[name] {
			state = "same"
			passing++
			if results[name] > 0 {
				missing = fmt.Sprint(results[name])
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, about(t, path), state, missing)
	}
	fmt.Fprintf(&b, "\n%d of %d programs are ported.\n", passing, len(programs))
	return b.String()
}

// about is the first sentence of a program's opening comment.
func about(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for line := range strings.Lines(string(text)) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok || strings.HasPrefix(strings.TrimSpace(line), "Doc:") {
			break
		}
		words = append(words, strings.TrimSpace(line))
	}
	sentence := strings.Join(words, " ")
	if i := strings.Index(sentence, ". "); i >= 0 {
		sentence = sentence[:i]
	}
	return strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(sentence, "."), ":"), "|", "\\|")
}
