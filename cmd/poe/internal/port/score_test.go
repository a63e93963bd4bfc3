package port

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var helperCall = regexp.MustCompile(`\bperl\.[A-Z]\w*(\[any\])?\(`)

// plainLines counts the lines of code in a translated program, without blank lines,
// comments and the table of lines, and those which call no function of package perl.
func plainLines(source string) (all, plain int) {
	source, _, _ = strings.Cut(source, "\n// The lines of Go and of Perl, for messages.\n")
	for line := range strings.SplitSeq(source, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		all++
		if !helperCall.MatchString(line) {
			plain++
		}
	}
	return all, plain
}

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
	bu := newBundle(t, dir)
	only := os.Getenv("PORT_ONLY")
	var names []string
	stmts, todos, lines, plain := 0, 0, 0, 0
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
		if strings.HasPrefix(name, "cook-") {
			all, none := plainLines(res.Source)
			lines, plain = lines+all, plain+none
		}
		errs, text := ck.check(name, res.Source, bundleSuffix(name))
		if len(errs) > 0 {
			fmt.Println("TYPE", name, len(errs), strings.Join(errs[:min(3, len(errs))], "\n   "))
			continue
		}
		bu.add(t, name, text)
		names = append(names, name)
	}
	fmt.Println("statements", stmts, "todo", todos)
	fmt.Printf("cookbook: %d of %d lines of code call no function of package perl (%.1f %%)\n", plain, lines, 100*float64(plain)/float64(max(1, lines)))
	fmt.Println("compile", len(names), "of", len(files))
	if tool := os.Getenv("PORT_LINT"); tool != "" {
		bu.lint(t, tool)
	}
	if os.Getenv("PORT_VET") != "" {
		return
	}
	bin := bu.build(t)
	if os.Getenv("PORT_COOKBOOK") != "" {
		playCookbook(t, root, bin)
	}
	if os.Getenv("PORT_COOKBOOK") == "only" {
		return
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
