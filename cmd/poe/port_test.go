package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/cmd/poe/internal/port"
)

const echoProgram = "testdata/port/echo.pl"

// needPerl skips a test without perl, POE and PPI, which POE_REQUIRED=1 forbids.
func needPerl(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("perl", "-MPOE", "-MPPI", "-e", "1").CombinedOutput(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("POE and PPI are required and not there: %s", out)
		}
		t.Skip("needs perl with POE and PPI")
	}
}

func readFile(t *testing.T, name ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(name...))
	require.NoError(t, err)
	return string(text)
}

func writeFile(t *testing.T, text string, name ...string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(name...), []byte(text), 0o644))
}

func reportIn(t *testing.T, dir string) *port.Report {
	t.Helper()
	r := &port.Report{}
	require.NoError(t, json.Unmarshal([]byte(readFile(t, dir, jsonFile)), r))
	return r
}

// TestPortBuilds: what is written outside of every module builds at once.
func TestPortBuilds(t *testing.T) {
	needPerl(t)
	dir := filepath.Join(t.TempDir(), "echo")
	status, out, errs := poe("port", echoProgram, "-o", dir)
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "statements translated to "+filepath.Join(dir, "main.go"))
	for _, args := range [][]string{{"build", "-o", os.DevNull, "."}, {"vet", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		text, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", text)
	}
	require.Contains(t, readFile(t, dir, "main.go"), "//poe:port ")
	require.True(t, strings.HasPrefix(readFile(t, dir, "PORTING.md"), "# Port of "+echoProgram))
}

// TestPortShowsThePerl: -comments writes each sub above its translation.
func TestPortShowsThePerl(t *testing.T) {
	needPerl(t)
	for _, flags := range [][]string{nil, {"-comments"}} {
		dir := filepath.Join(t.TempDir(), "echo")
		status, out, errs := poe(append([]string{"port", echoProgram, "-o", dir}, flags...)...)
		require.Equal(t, 0, status, out+errs)
		require.Equal(t, flags != nil, strings.Contains(readFile(t, dir, "main.go"), "// sub "))
	}
}

func TestPortChecks(t *testing.T) {
	needPerl(t)
	dir := filepath.Join(t.TempDir(), "echo")
	status, out, errs := poe("port", echoProgram, dir, "-check", "testdata/port/talk.txt")
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "both programs behave alike")
	require.Contains(t, out, "echo.pl:37: main::never: not exercised by the trace")
	r := reportIn(t, dir)
	require.True(t, r.Check.Equal)
	require.Greater(t, r.Check.Events, 5)
	require.Equal(t, r.Check.Of, r.Check.Events)
	require.Contains(t, readFile(t, dir, "PORTING.md"), "equal up to event")

	// A translation that somebody has spoiled is found out.
	text := readFile(t, dir, "main.go")
	spoiled := strings.Replace(text, `"stop"`, `"halt"`, 1)
	require.NotEqual(t, text, spoiled)
	writeFile(t, spoiled, dir, "main.go")
	status, out, _ = poe("port", echoProgram, dir, "-json", "-for", "20s", "-check", "printf 'x\\n' | $PROGRAM | sed 1q")
	require.Equal(t, 1, status, "%s", out)
	r = &port.Report{}
	require.NoError(t, json.Unmarshal([]byte(out), r))
	require.Len(t, r.Kept, 1)
}

// TestPortCheckOfSeveralRuns: a command may run the program as often as it likes.
func TestPortCheckOfSeveralRuns(t *testing.T) {
	needPerl(t)
	dir := t.TempDir()
	writeFile(t, "use POE;\nexit 3 unless @ARGV;\nPOE::Session->create(inline_states => { _start => sub { $_[KERNEL]->yield(say => $ARGV[0]) }, say => sub { print \"$_[ARG0]\\n\" } });\nPOE::Kernel->run;\n", dir, "say.pl")
	status, out, errs := poe("port", filepath.Join(dir, "say.pl"), "-check", "$PROGRAM one && $PROGRAM two | sed s/w/W/; $PROGRAM; for x in 'three four' five; do $PROGRAM \"$x\" & wait; done")
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "both programs behave alike: equal up to event 12, the last one")

	goFile := filepath.Join(dir, "say", "main.go")
	writeFile(t, strings.Replace(readFile(t, goFile), `e.Kernel.Yield("say",`, `e.Kernel.Yield("say"+strings.Repeat("x", len(perl.Str(perl.Args.Get(0)))/10),`, 1), goFile)
	require.Contains(t, readFile(t, goFile), "strings.Repeat")
	writeFile(t, strings.Replace(readFile(t, goFile), "import (", "import (\n\"strings\"\n", 1), goFile)
	status, out, errs = poe("port", filepath.Join(dir, "say.pl"), "-check", "$PROGRAM one; $PROGRAM 'three four'")
	require.Equal(t, 1, status, out+errs)
	require.Contains(t, out, "what is heard differs")
}

func TestPortCheckOfACommand(t *testing.T) {
	needPerl(t)
	dir := t.TempDir()
	writeFile(t, "use POE;\nPOE::Session->create(inline_states => { _start => sub { $_[KERNEL]->yield(say => $ARGV[0]) }, say => sub { print \"$_[ARG0]\\n\" } });\nPOE::Kernel->run;\n", dir, "say.pl")
	status, out, errs := poe("port", filepath.Join(dir, "say.pl"), "-check", "$PROGRAM hello")
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "both programs behave alike: equal up to event 3, the last one")

	goFile := filepath.Join(dir, "say", "main.go")
	writeFile(t, strings.Replace(readFile(t, goFile), `fmt.Println(e.Text(0))`, `fmt.Println(e.Text(0) + "!")`, 1), goFile)
	status, out, errs = poe("port", filepath.Join(dir, "say.pl"), "-check", "$PROGRAM hello")
	require.Equal(t, 1, status, out+errs)
	require.Contains(t, out, "edited by hand and left")
	require.Contains(t, out, "what is heard differs:\n  --- perl\n  +++ go\n  @@ -1 +1 @@\n  -hello\n  +hello!")
}

func TestPortUsesTraces(t *testing.T) {
	needPerl(t)
	dir := t.TempDir()
	trace := filepath.Join(dir, "run.trace")
	program := filepath.Join(dir, "sum.pl")
	writeFile(t, "use POE;\nsub add { my ($heap, $n) = @_[HEAP, ARG0];\n  $heap->{sum} += $n;\n  $_[KERNEL]->yield(add => $n - 1) if $n }\nsub unused { 1 }\nPOE::Session->create(inline_states => { _start => sub { $_[KERNEL]->yield(add => 3) }, add => \\&add });\nPOE::Kernel->run;\n", program)
	status, _, errs := poe("record", "-values", "-o", trace, "perl", program)
	require.Equal(t, 0, status, errs)
	status, out, errs := poe("port", program, "-trace", trace)
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "sum.pl:5: main::unused: not exercised by the trace")
	for _, p := range reportIn(t, filepath.Join(dir, "sum")).Parts {
		if p.Name == "main::add" {
			require.Equal(t, 4, *p.Exercised)
			require.Equal(t, map[string]string{"ARG0": "integer", "heap.sum": "integer or undef"}, p.Seen)
		}
	}

	require.NoError(t, os.Remove(trace))
	status, _, errs = poe("record", "-o", trace, "perl", program)
	require.Equal(t, 0, status, errs)
	status, _, errs = poe("port", program, "-trace", trace)
	require.Equal(t, 2, status)
	require.Contains(t, errs, "the trace has no types: make it with poe record -values")
}

// TestPortTypedByATrace: a program that is typed by its recording behaves as without,
// and dies of a value that no recording shows.
func TestPortTypedByATrace(t *testing.T) {
	needPerl(t)
	dir := t.TempDir()
	trace, program := filepath.Join(dir, "run.trace"), filepath.Join(dir, "greet.pl")
	writeFile(t, `use POE;
POE::Session->create(inline_states => { _start => sub { $_[HEAP]{path} = $ENV{PATH}; $_[KERNEL]->yield($ARGV[0] => $ARGV[1]) }, greet => \&greet });
sub greet { my ($heap, $name) = @_[HEAP, ARG0];
  print "hello $name, ", length($heap->{path}) > 0 ? 'with' : 'without', " a path\n" }
POE::Kernel->run;
`, program)
	status, _, errs := poe("record", "-values", "-o", trace, "perl", program, "greet", "you")
	require.Equal(t, 0, status, errs)
	goFile := filepath.Join(dir, "greet", "main.go")
	status, out, errs := poe("port", program)
	require.Equal(t, 0, status, out+errs)
	require.NotContains(t, readFile(t, goFile), "compat.Seen")
	require.Regexp(t, `path +any`, readFile(t, goFile))

	status, out, errs = poe("port", program, "-trace", trace, "-check", "$PROGRAM greet me")
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "both programs behave alike")
	require.Contains(t, readFile(t, goFile), "compat.Seen[string](e, 0)")
	require.Regexp(t, `path +string`, readFile(t, goFile))

	status, out, errs = poe("port", program, "-trace", trace, "-check", "$PROGRAM greet")
	require.Equal(t, 1, status, out+errs)
	require.Contains(t, out, "ARG0 of greet is undef, and no recording shows that")
}

// TestPortKeepsEdits: functions that were changed, moved or added stay.
func TestPortKeepsEdits(t *testing.T) {
	needPerl(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "echo.pl")
	writeFile(t, readFile(t, echoProgram), program)
	status, out, errs := poe("port", program)
	require.Equal(t, 0, status, out+errs)
	goFile := filepath.Join(dir, "echo", "main.go")
	text := readFile(t, goFile)
	at := strings.Index(text, "func line(")
	require.Positive(t, at)
	edited := text[:at] + strings.Replace(text[at:], "{\n", "{\n\t// mine\n", 1) + "\nfunc added() int { return 1 }\n"
	writeFile(t, edited, goFile)
	writeFile(t, strings.Replace(readFile(t, program), "$total++", "$total += 1", 1), program)
	status, out, errs = poe("port", program)
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "line: edited by hand and left; its Perl has changed, see PORTING.md")
	require.Contains(t, readFile(t, goFile), "\t// mine\n")
	require.Contains(t, readFile(t, goFile), "func added() int { return 1 }")
	require.Contains(t, readFile(t, dir, "echo", "PORTING.md"), "```go\nfunc line(")

	// Moved to a file of its own.
	text = readFile(t, goFile)
	at = strings.Index(text, "func started(")
	end := at + strings.Index(text[at:], "\n}\n") + 3
	imports := ""
	for _, path := range []string{"fmt", "strconv", "github.com/gopoe/poe/perl", "github.com/gopoe/poe/perl/compat"} {
		if strings.Contains(text[at:end], filepath.Base(path)+".") {
			imports += "import \"" + path + "\"\n"
		}
	}
	writeFile(t, "package main\n\n"+imports+"\n"+text[at:end], dir, "echo", "started.go")
	status, out, errs = poe("port", program)
	require.Equal(t, 0, status, out+errs)
	require.NotContains(t, readFile(t, goFile), "func started(")
	cmd := exec.Command("go", "build", "-o", os.DevNull, ".")
	cmd.Dir = filepath.Join(dir, "echo")
	built, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", built)
}

func TestPortWatches(t *testing.T) {
	needPerl(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "one.pl")
	writeFile(t, "use POE;\nprint \"one\\n\";\n", program)
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs lockedBuffer
	p := &porting{file: program, dir: filepath.Join(dir, "one"), perl: "perl", stdout: &out, stderr: &errs}
	ended := make(chan error)
	go func() { ended <- p.watchFile(ctx) }()
	wait := func(times int) {
		require.Eventually(t, func() bool { return strings.Count(errs.String(), "waiting for changes") == times }, time.Minute, 20*time.Millisecond)
	}
	wait(1)
	require.Contains(t, readFile(t, dir, "one", "main.go"), `"one"`)
	writeFile(t, "use POE;\nprint \"another\\n\";\n", program)
	wait(2)
	require.Contains(t, readFile(t, dir, "one", "main.go"), `"another"`)
	writeFile(t, "print \"\x00\"", program)
	wait(3)
	require.Contains(t, errs.String(), "zero byte")
	cancel()
	require.NoError(t, <-ended)
}

// lockedBuffer is a buffer for two goroutines.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

var _ io.Writer = (*lockedBuffer)(nil)

// TestPortRefuses: what cannot be done is said, and nothing is written over.
func TestPortRefuses(t *testing.T) {
	needPerl(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	writeFile(t, "use POE;\n", at("ok.pl"))
	writeFile(t, "print <<'X';\n\x00\x01\n", at("binary.pl"))
	writeFile(t, "use POE;\n", at("noext"))
	writeFile(t, "package main\n\nfunc main() {}\n", mkdir(t, at("mine")), "main.go")
	writeFile(t, "# My notes\n", mkdir(t, at("notes")), "PORTING.md")
	writeFile(t, "// Ported from x\npackage main\nfunc {\n", mkdir(t, at("broken")), "main.go")
	mkdir(t, at("empty"))
	writeFile(t, "#!/bin/sh\nexit 3\n", at("perl-without"))
	require.NoError(t, os.Chmod(at("perl-without"), 0o755))
	require.NoError(t, os.Chmod(mkdir(t, at("readonly")), 0o555))
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":                {nil, "name a Perl program"},
		"no such file":           {[]string{at("nowhere.pl")}, "no such file"},
		"a directory":            {[]string{dir}, "is a directory: name the Perl program itself"},
		"three names":            {[]string{at("ok.pl"), "a", "b"}, "one program and one directory"},
		"two directories":        {[]string{at("ok.pl"), "a", "-o", "b"}, "one program and one directory"},
		"output is a file":       {[]string{at("ok.pl"), at("noext")}, "is there already, and is no directory"},
		"no ending":              {[]string{at("noext")}, "name a directory for the translation with -o"},
		"binary":                 {[]string{at("binary.pl"), at("out")}, "binary.pl:2: this is no Perl program"},
		"somebody's main.go":     {[]string{at("ok.pl"), at("mine")}, "was not written by poe port"},
		"somebody's notes":       {[]string{at("ok.pl"), at("notes")}, "PORTING.md was not written by poe port"},
		"broken main.go":         {[]string{at("ok.pl"), at("broken")}, "is left alone"},
		"no perl":                {[]string{at("ok.pl"), "-perl", at("none")}, "apt-get install libppi-perl"},
		"no PPI":                 {[]string{at("ok.pl"), "-perl", at("perl-without")}, "apt-get install libppi-perl"},
		"module path":            {[]string{at("ok.pl"), at("out"), "-module", "a b"}, "the module's path"},
		"replace":                {[]string{at("ok.pl"), at("out"), "-replace", at("empty")}, "-replace: open"},
		"no script":              {[]string{at("ok.pl"), at("out"), "-check", "nowhere.txt"}, "a command needs $PROGRAM"},
		"no trace":               {[]string{at("ok.pl"), at("out"), "-trace", "nowhere"}, "no such file"},
		"args":                   {[]string{at("ok.pl"), "-args", "some"}, "none of all, text and none"},
		"time":                   {[]string{at("ok.pl"), "-for", "-1s"}, "no time to run"},
		"a code":                 {[]string{"explain", "P9999"}, `no code "P9999"`},
		"read-only, but to root": {[]string{at("ok.pl"), at("readonly/out")}, "permission denied"},
	} {
		t.Run(name, func(t *testing.T) {
			if os.Getuid() == 0 && strings.Contains(name, "root") {
				t.Skip("root may write anywhere")
			}
			status, out, errs := poe(append([]string{"port"}, c.args...)...)
			require.Equal(t, 2, status, out)
			require.Contains(t, errs, c.want)
		})
	}
	require.Equal(t, "package main\n\nfunc main() {}\n", readFile(t, at("mine"), "main.go"))
	require.Equal(t, "# My notes\n", readFile(t, at("notes"), "PORTING.md"))
	require.NoFileExists(t, filepath.Join(at("notes"), "main.go"))
}

func mkdir(t *testing.T, name string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(name, 0o755))
	return name
}

func TestExplain(t *testing.T) {
	status, out, _ := poe("port", "explain", "p0503", "P0701")
	require.Equal(t, 0, status)
	require.Contains(t, out, "P0503: fork.")
	require.Contains(t, out, "P0701: A destructor.")
	_, out, _ = poe("port", "explain")
	require.Equal(t, len(port.Codes()), strings.Count(out, "\nP")+1)
}
