package port

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseAll(t *testing.T) {
	tk, err := newTokenizer("perl")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, g := range []string{"../../../../conformance/testdata/*.pl", "../../../../cookbook/*/perl/*.pl"} {
		f, _ := filepath.Glob(g)
		files = append(files, f...)
	}
	n, bad := 0, 0
	for _, f := range files {
		src, _ := os.ReadFile(f)
		toks, err := tk.tokens(string(src))
		if err != nil {
			t.Error(f, err)
			continue
		}
		p := &parser{file: f, source: strings.Split(string(src), "\n"), tok: tk, toks: toks, consts: map[string]bool{}, subs: map[string]bool{}}
		l := p.program()
		n += len(l)
		for _, b := range p.bad {
			bad++
			fmt.Println(filepath.Base(f), b.line, b.text)
		}
	}
	fmt.Println(len(files), n, bad)
}
