package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// The test's own binary serves as the programs in Go, and as the command.
func TestMain(m *testing.M) {
	if os.Getenv("POE_TEST_COMMAND") != "" {
		main()
	}
	if way := os.Getenv("POE_TEST_FAULTY"); way != "" {
		os.Exit(faulty(way))
	}
	switch from := os.Getenv("POE_TEST_COUNTDOWN"); from {
	case "":
		os.Exit(m.Run())
	case "forever":
		countdown(kernel.New(), 3, time.Hour)
	default:
		n, _ := strconv.Atoi(from)
		countdown(kernel.New(), n, 10*time.Millisecond)
	}
}

// countdown is testdata/countdown.pl.
func countdown(k *kernel.Kernel, from int, late time.Duration) {
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { _ = e.Kernel.AliasSet("teller") },
		"tell": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			all := make([]int, n)
			for i := range all {
				all[i] = i + 1
			}
			noted, _ := e.Kernel.Call(e.Session, "note", map[string]any{"n": n, "all": all}, e.Arg(1))
			if noted != nil {
				e.Return(fmt.Sprint("told ", n))
			}
		},
		"note": func(e kernel.Event) { e.Return(1) },
	})
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("count", from) },
		"count": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			e.Kernel.Post(kernel.Alias("teller"), "tell", n, []byte("ä\x00"), nil, os.Stdout)
			if n > 1 {
				e.Kernel.Yield("count", n-1)
				return
			}
			e.Kernel.Delay("late", late, 250*time.Millisecond)
		},
		"late": func(kernel.Event) {},
	})
	_ = k.Run()
}

// counting is a command for the shell that runs the program in Go.
func counting(t *testing.T, from string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return "POE_TEST_COUNTDOWN=" + from + " " + self
}

// poe runs the command.
func poe(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestPerlAndGo(t *testing.T) {
	if out, err := exec.Command("perl", "-MPOE", "-e", "print $POE::VERSION").Output(); err != nil || string(out) != "1.370" {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("POE 1.370 is required and not there: %q, %v", out, err)
		}
		t.Skip("needs perl with POE 1.370; TestTraces has a trace of its making")
	}
	status, out, errs := poe("diff", "-run", "perl testdata/countdown.pl", counting(t, "3"))
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "The programs agree: 14 events.")
	status, out, errs = poe("diff", "-run", "perl testdata/countdown.pl 4", counting(t, "3"))
	require.Equal(t, 1, status, errs)
	require.Contains(t, out, "only the first has count (line 3)")
}

// The trace in Perl is checked in; the one in Go is made here.
func TestTraces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "go.trace")
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("POE_TEST_COUNTDOWN", "3")
	status, _, errs := poe("record", "-o", file, self)
	require.Equal(t, 0, status, errs)
	for name, c := range map[string]struct {
		args   []string
		status int
		wants  []string
	}{
		"equal":           {[]string{"testdata/countdown.trace", file}, 0, []string{"… 14 alike …", "The programs agree: 14 events."}},
		"one event less":  {[]string{"testdata/less.trace", file}, 1, []string{"> ", "only the second has note"}},
		"an argument":     {[]string{"testdata/argument.trace", file}, 1, []string{"≠", `argument 0: "7" ≠ "3"`}},
		"numbers":         {[]string{"-args", "text", "testdata/argument.trace", file}, 0, nil},
		"no arguments":    {[]string{"-args", "none", "testdata/argument.trace", file}, 0, nil},
		"other event":     {[]string{"testdata/other.trace", file}, 1, []string{"|", "soon (line 12) against late"}},
		"no context":      {[]string{"-context", "0", "testdata/other.trace", file}, 1, []string{"… 11 alike …"}},
		"wheels are left": {[]string{"testdata/wheels.trace", file}, 0, nil},
		"wheels":          {[]string{"-internals", "testdata/wheels.trace", file}, 1, []string{"POE::Wheel::ReadWrite(2) -> select read"}},
		"colors":          {[]string{"-color", "always", "testdata/less.trace", file}, 1, []string{"\x1b[32m"}},
		"cut off":         {[]string{"testdata/killed.trace", file}, 1, []string{"only the second"}},
		"narrow":          {[]string{"-width", "50", "testdata/less.trace", file}, 1, []string{"…"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := poe(append([]string{"diff"}, c.args...)...)
			require.Equal(t, c.status, status, out+errs)
			for _, want := range c.wants {
				require.Contains(t, out, want)
			}
			if name != "colors" {
				require.NotContains(t, out, "\x1b", "colour only on a terminal")
			}
		})
	}
}

func TestJSON(t *testing.T) {
	type differences []struct {
		After       int
		Left, Right *Event
		Args        []int
	}
	var got struct {
		Equal       bool
		Left, Right struct{ Events int }
		Differences differences
	}
	status, out, errs := poe("diff", "-json", "testdata/less.trace", "testdata/countdown.trace")
	require.Equal(t, 1, status, errs)
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.False(t, got.Equal)
	require.Equal(t, []int{13, 14}, []int{got.Left.Events, got.Right.Events})
	require.Len(t, got.Differences, 1)
	require.Nil(t, got.Differences[0].Left)
	require.Equal(t, "note", got.Differences[0].Right.Name)
	status, out, _ = poe("diff", "-json", "testdata/less.trace", "testdata/less.trace")
	require.Equal(t, 0, status)
	require.JSONEq(t, `{"equal":true,"left":{"name":"testdata/less.trace","events":13},"right":{"name":"testdata/less.trace","events":13},"differences":[]}`, out)
}

// A program that does not end is interrupted, with what it has started, and its
// trace is good.
func TestInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace")
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("POE_TEST_COUNTDOWN", "forever")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for {
			text, _ := os.ReadFile(file)
			if bytes.Count(text, []byte("count")) >= 3 || ctx.Err() != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	var errs bytes.Buffer
	require.NoError(t, record(program(ctx, "sh", "-c", self+"; true"), file, &errs))
	events, err := readTrace(file, false)
	require.NoError(t, err)
	require.NotEmpty(t, events)
}

func TestTimeIsUp(t *testing.T) {
	ctx, cancel := within(time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	ctx, cancel = within(0)
	require.NoError(t, ctx.Err())
	cancel()
}

func TestTrouble(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("{}\nhello\n"), 0o644))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"dif"}, `there is no command "dif"`},
		{[]string{"diff", "one"}, "name two traces"},
		{[]string{"diff", "-args", "some", "a", "b"}, `-args "some"`},
		{[]string{"diff", "-color", "red", "a", "b"}, `-color "red"`},
		{[]string{"diff", "-context", "-1", "a", "b"}, "-context -1"},
		{[]string{"diff", "-for", "1s", "a", "b"}, "-for goes with -run"},
		{[]string{"diff", "no/such", text}, "no/such"},
		{[]string{"diff", text, text}, text + ":2: this is no trace"},
		{[]string{"diff", "-run", "true", "true"}, "recorded nothing"},
		{[]string{"record"}, "which program?"},
		{[]string{"record", "-o", text, "/no/such/program"}, "no such file"},
		{[]string{"record", "-o", filepath.Join("main.go", "x"), "true"}, "not a directory"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			status, _, errs := poe(c.args...)
			require.Equal(t, 2, status)
			require.Contains(t, errs, c.want)
		})
	}
}

func TestHelp(t *testing.T) {
	status, out, _ := poe("-h")
	require.Equal(t, 0, status)
	require.Contains(t, out, "poe diff")
	status, out, _ = poe("recorder")
	require.Equal(t, 0, status)
	require.Contains(t, out, "package POEx::Recorder;")
	status, _, errs := poe("diff", "-h")
	require.Equal(t, 0, status)
	require.Contains(t, errs, "-internals")
}

func TestEqual(t *testing.T) {
	opaque := map[string]any{"opaque": "handle"}
	for _, c := range []struct {
		left, right any
		want        bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"1", "2", false},
		{nil, "", true}, {nil, "0", false},
		{opaque, "a", true}, {[]any{opaque}, []any{"a"}, true},
		{[]any{"a"}, []any{"a", "b"}, false}, {[]any{}, "a", false},
		{map[string]any{"a": "1"}, map[string]any{"a": "1"}, true},
		{map[string]any{"a": "1"}, map[string]any{"b": "1"}, false},
		{map[string]any{"session": "#1"}, map[string]any{"session": "#2"}, false},
		{"\x7f\x00\x00\x01", "127.0.0.1", true}, {"127.0.0.1", "\x7f\x00\x00\x01", true},
		{"\u00c0\u00a8\x00\x01", "192.168.0.1", true}, {"\x7f\x00\x00\x02", "127.0.0.1", false},
		{"Connection refused", "connection refused", true}, {"CON", "con", false},
	} {
		require.Equal(t, c.want, equal(c.left, c.right, argsAll), "%v, %v", c.left, c.right)
	}
}

func TestFlagsAnywhere(t *testing.T) {
	for name, c := range map[string]struct {
		args, rest []string
		o          string
	}{
		"first":    {[]string{"-o", "x", "a", "b"}, []string{"a", "b"}, "x"},
		"between":  {[]string{"a", "-o", "x", "b"}, []string{"a", "b"}, "x"},
		"last":     {[]string{"a", "b", "-o=x"}, []string{"a", "b"}, "x"},
		"ended":    {[]string{"a", "--", "-o", "x"}, []string{"a", "-o", "x"}, ""},
		"no flags": {[]string{"a"}, []string{"a"}, ""},
		"nothing":  {nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			flags := flag.NewFlagSet("test", flag.ContinueOnError)
			o := flags.String("o", "", "")
			rest, err := parseFlags(flags, c.args)
			require.NoError(t, err)
			require.Equal(t, c.rest, rest)
			require.Equal(t, c.o, *o)
		})
	}
}

// TestUsage: the package's documentation and -h name every command.
func TestUsage(t *testing.T) {
	status, out, _ := poe("-h")
	require.Equal(t, 0, status)
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	doc, _, _ := strings.Cut(string(source), "package main")
	for _, c := range commands() {
		require.Contains(t, out, "poe "+c.name)
		require.Contains(t, doc, "//	poe "+c.name, "the package's documentation")
	}
	status, _, errs := poe("nonsense")
	require.Equal(t, 2, status)
	require.Contains(t, errs, `there is no command "nonsense"`)
}

// TestVet runs the analyses in a process of their own, which they end.
func TestVet(t *testing.T) {
	file := filepath.Join("testdata", "vet", "main.go")
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "vet", file)
	cmd.Env = append(os.Environ(), "POE_TEST_COMMAND=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "main.go:13", "%s", out)
	require.Contains(t, string(out), "nanoseconds")
}
