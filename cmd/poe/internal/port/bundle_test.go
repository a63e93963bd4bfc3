package port

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// bundle is many translated programs in one binary, which begins the one after
// whose name it is called: building them one by one would be slow.
type bundle struct {
	dir   string // inside of the module, so that its packages are found
	names []string
}

func newBundle(t *testing.T, dir string) *bundle {
	if err := os.RemoveAll(filepath.Join(dir, "all")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "all"), 0o755); err != nil {
		t.Fatal(err)
	}
	return &bundle{dir: dir}
}

func ident(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, s)
}

// add adds a program whose text is source, which must have passed the checker with
// the suffix of bundleSuffix.
func (b *bundle) add(t *testing.T, name, source string) {
	if err := os.WriteFile(filepath.Join(b.dir, "all", "p"+name+"_x.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	b.names = append(b.names, name)
}

func bundleSuffix(name string) string { return "_" + ident(name) }

// writeMain writes the function which begins the program after whose name the binary
// is called.
func (b *bundle) writeMain(t *testing.T) {
	sort.Strings(b.names)
	var s strings.Builder
	s.WriteString("package main\n\nimport (\n\"os\"\n\"path/filepath\"\n)\n\nfunc main() {\nswitch filepath.Base(os.Args[0]) {\n")
	for _, n := range b.names {
		fmt.Fprintf(&s, "case %q:\nmain_%s()\n", "p"+n, ident(n))
	}
	s.WriteString("}\n}\n")
	if err := os.WriteFile(filepath.Join(b.dir, "all", "main.go"), []byte(s.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// lint runs go vet and staticcheck, whose package is tool, over all programs.
func (b *bundle) lint(t *testing.T, tool string) {
	b.writeMain(t)
	for _, args := range [][]string{{"vet", "./all"}, {"run", tool, "./all"}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = b.dir
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, text)
		}
	}
}

// build builds the binary with a link for each program and returns their directory.
func (b *bundle) build(t *testing.T) string {
	b.writeMain(t)
	bin := filepath.Join(b.dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	root, _ := filepath.Abs("../../../..")
	rel, _ := filepath.Rel(root, b.dir)
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-gcflags=github.com/gopoe/poe/"+rel+"/...=-N -l", "-o", bin+"/all", "./all")
	cmd.Dir = b.dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, n := range b.names {
		_ = os.Remove(filepath.Join(bin, "p"+n))
		if err := os.Link(filepath.Join(bin, "all"), filepath.Join(bin, "p"+n)); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}
