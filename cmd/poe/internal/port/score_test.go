package port

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func ident(s string) string { return strings.ReplaceAll(s, "-", "_") }

// TestScore ports every program of conformance and cookbook, builds them together
// and runs those of conformance. With PORT_SCORE=dir it keeps what it makes.
func TestScore(t *testing.T) {
	dir := os.Getenv("PORT_SCORE")
	if dir == "" {
		t.Skip("set PORT_SCORE")
	}
	root, _ := filepath.Abs("../../../..")
	tr, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var files []string
	for _, g := range []string{"/conformance/testdata/*.pl", "/cookbook/*/perl/*.pl"} {
		f, _ := filepath.Glob(root + g)
		files = append(files, f...)
	}
	ck := newChecker(t)
	os.RemoveAll(filepath.Join(dir, "all"))
	only := os.Getenv("PORT_ONLY")
	var names []string
	stmts, todos := 0, 0
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".pl")
		if name == "main" {
			name = "cook-" + filepath.Base(filepath.Dir(filepath.Dir(f)))
		}
		if only != "" && !strings.Contains(name, only) {
			continue
		}
		res, err := tr.File(f)
		if res != nil {
			stmts += res.Report.Statements
			todos += len(res.Report.TODO)
			for _, x := range res.Report.TODO {
				fmt.Println("TODO", name, x.Line, x.Code, x.Why, "|", x.Source)
			}
		}
		if err != nil {
			fmt.Println("ERR", name, err)
			continue
		}
		os.WriteFile(filepath.Join(dir, name+".go.txt"), []byte(res.Source), 0o644)
		errs, text := ck.check(name, res.Source, "_"+ident(name))
		os.MkdirAll(filepath.Join(dir, "all"), 0o755)
		os.WriteFile(filepath.Join(dir, "all", "p"+name+"_x.go"), []byte(text), 0o644)
		if len(errs) > 0 {
			fmt.Println("TYPE", name, len(errs), strings.Join(errs[:min(3, len(errs))], "\n   "))
			continue
		}
		names = append(names, name)
	}
	fmt.Println("statements", stmts, "todo", todos)
	rel, _ := filepath.Rel(root, dir)
	var ok []string
	fmt.Println("compile", len(names), "of", len(files))
	if os.Getenv("PORT_VET") != "" {
		return
	}
	ok = names
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\"os\"\n\"path/filepath\"\n")
	b.WriteString(")\n\nfunc main() {\nswitch filepath.Base(os.Args[0]) {\n")
	for _, n := range ok {
		fmt.Fprintf(&b, "case %q:\nmain_%s()\n", "p"+n, ident(n))
	}
	b.WriteString("}\n}\n")
	os.MkdirAll(filepath.Join(dir, "all"), 0o755)
	os.WriteFile(filepath.Join(dir, "all", "main.go"), []byte(b.String()), 0o644)
	bin := filepath.Join(dir, "bin")
	os.MkdirAll(bin, 0o755)
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-gcflags=github.com/gopoe/poe/"+rel+"/...=-N -l", "-o", bin+"/all", "./all")
	cmd.Dir = dir
	text, err := cmd.CombinedOutput()
	if err != nil {
		fmt.Println(string(text))
		return
	}
	for _, n := range ok {
		os.Remove(filepath.Join(bin, "p"+n))
		os.Link(filepath.Join(bin, "all"), filepath.Join(bin, "p"+n))
	}
	good, total := 0, 0
	var failed []string
	for _, n := range names {
		if strings.HasPrefix(n, "cook-") {
			continue
		}
		total++
		want, err := os.ReadFile(root + "/conformance/testdata/" + n + ".trace")
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		c := exec.CommandContext(ctx, filepath.Join(bin, "p"+n))
		c.Dir = root + "/conformance/testdata"
		var stderr bytes.Buffer
		c.Stderr = &stderr
		got, _ := c.Output() // a program may end with a status
		cancel()
		os.WriteFile(filepath.Join(dir, n+".got"), got, 0o644)
		os.WriteFile(filepath.Join(dir, n+".err"), stderr.Bytes(), 0o644)
		if bytes.Equal(got, want) {
			good++
		} else {
			failed = append(failed, n)
		}
	}
	fmt.Println("conformance", good, "of", total, "failed:", strings.Join(failed, " "))
}
