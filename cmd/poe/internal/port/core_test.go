package port

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestCore ports programs of plain Perl, builds them, and compares what they write
// and how they end with perl itself, byte by byte.
func TestCore(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	pattern := "testdata/core/*.pl"
	if p := os.Getenv("PORT_CORE"); p != "" {
		pattern = p
	}
	files, _ := filepath.Glob(pattern)
	if len(files) == 0 {
		t.Fatal("no programs")
	}
	ck := newChecker(t)
	dir, err := os.MkdirTemp(".", "_core")
	if err != nil {
		t.Fatal(err)
	}
	dir, _ = filepath.Abs(dir)
	t.Cleanup(func() { os.RemoveAll(dir) })
	b := newBundle(t, dir)
	ported := map[string]bool{}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".pl")
		res, err := tr.File(f)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		for _, x := range res.Report.TODO {
			t.Errorf("%s:%d: %s %s: %s", f, x.Line, x.Code, x.Why, x.Source)
		}
		if out := os.Getenv("PORT_OUT"); out != "" {
			_ = os.WriteFile(filepath.Join(out, name+".go.txt"), []byte(res.Source), 0o644)
		}
		errs, text := ck.check(name, res.Source, bundleSuffix(name))
		if len(errs) > 0 {
			t.Errorf("%s: %s", f, strings.Join(errs, "\n"))
			continue
		}
		b.add(t, name, text)
		ported[f] = true
	}
	if tool := os.Getenv("PORT_LINT"); tool != "" {
		b.lint(t, tool)
	}
	bin := b.build(t)
	for _, f := range files {
		if !ported[f] {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(f), ".pl")
		t.Run(name, func(t *testing.T) { compareWithPerl(t, f, filepath.Join(bin, "p"+name)) })
	}
}

type outcome struct {
	stdout, stderr string
	status         int
}

func runProgram(t *testing.T, dir, name string, args ...string) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func compareWithPerl(t *testing.T, file, bin string) {
	dir := filepath.Dir(file)
	if source, err := os.ReadFile(file); err != nil {
		t.Fatal(err)
	} else if missing := missingModules(source); missing != "" && os.Getenv("POE_REQUIRED") == "" {
		t.Skip("needs Perl's " + missing)
	}
	want := runProgram(t, dir, "perl", filepath.Base(file))
	got := runProgram(t, dir, bin)
	if got.stdout != want.stdout {
		t.Errorf("output differs\n%s", lineDiff(want.stdout, got.stdout))
	}
	// Perl warns where the translation does not: only what the program itself
	// writes must be there.
	for line := range strings.SplitSeq(want.stderr, "\n") {
		if line != "" && !perlWarning(line) && !strings.Contains(got.stderr, line) {
			t.Errorf("standard error lacks %q\n%s", line, got.stderr)
		}
	}
	if got.status != want.status {
		t.Errorf("exit status %d, perl's is %d\n%s", got.status, want.status, got.stderr)
	}
}

var usesPOE = regexp.MustCompile(`(?m)^use (POE[\w:]*)`)

// missingModules returns the name of a module of POE that a program uses and Perl
// does not have.
func missingModules(source []byte) string {
	for _, use := range usesPOE.FindAllSubmatch(source, -1) {
		if exec.Command("perl", "-MPOE", "-M"+string(use[1]), "-e1").Run() != nil {
			return string(use[1])
		}
	}
	return ""
}

func perlWarning(line string) bool {
	for _, s := range []string{"Use of uninitialized", "isn't numeric", "better written as", "Useless use", "masks earlier", "used only once", "redefined at", "Applying pattern", "Deep recursion", "Odd number", "Possible attempt", "Name \"", "Scalar value", "Unquoted string", "Subroutine", "Prototype", "called too early", "Found = in", "Argument \"", "Integer overflow", "Hexadecimal", "Illegal", "Can't exec", "Negative repeat"} {
		if strings.Contains(line, s) {
			return true
		}
	}
	return false
}

// lineDiff shows lines which differ.
func lineDiff(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var s strings.Builder
	n := 0
	for i := 0; i < max(len(a), len(b)) && n < 12; i++ {
		x, y := "(end)", "(end)"
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			s.WriteString("perl: " + x + "\ngo:   " + y + "\n")
			n++
		}
	}
	return s.String()
}
