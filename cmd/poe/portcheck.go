package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/gopoe/poe/cmd/poe/internal/evidence"
	"github.com/gopoe/poe/cmd/poe/internal/port"
	"github.com/gopoe/poe/internal/script"
)

// maxShown limits the lines of a difference in a report.
const maxShown = 40

// performance is what one of the programs did.
type performance struct {
	heard  string // by all who take part, or standard output
	stderr string
	exit   string
	failed error    // the script could not be played to its end
	traces []string // the files, one for each run of the program
	events []*Event
}

// compare runs the Perl program and its translation in the same way and compares
// what they say and the events that they dispatch.
// The recording of the Perl program tells the report what was exercised, unless
// other recordings have.
func (p *porting) compare(ctx context.Context, r *port.Report) (*port.Check, error) {
	if out, err := exec.Command(p.perl, "-MPOE", "-e", "1").CombinedOutput(); err != nil {
		first, _, _ := strings.Cut(string(out), "\n")
		return nil, fmt.Errorf("-check runs the Perl program, which needs POE: install it with `apt-get install libpoe-perl` or `cpan POE` (%w: %s)", err, first)
	}
	dir, err := os.MkdirTemp("", "poe")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary, err := p.build(ctx, dir)
	if err != nil {
		return nil, err
	}
	file, err := filepath.Abs(p.file)
	if err != nil {
		return nil, err
	}
	play, err := p.player(filepath.Join(dir, "scratch"))
	if err != nil {
		return nil, err
	}
	before, err := p.perform(ctx, play, dir, "perl", p.perl, file)
	if err != nil {
		return nil, err
	}
	after, err := p.perform(ctx, play, dir, "go", binary)
	if err != nil {
		return nil, err
	}
	if !r.Traced && len(before.traces) > 0 {
		seen, err := evidence.Read(before.traces...)
		if err != nil {
			return nil, err
		}
		r.Observe(seen)
	}
	return p.judge(before, after), nil
}

// build builds the translation.
func (p *porting) build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "program")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, ".")
	cmd.Dir = p.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s does not build: %w\n%s", p.dir, err, bytes.TrimSpace(out))
	}
	return binary, nil
}

// player plays the script, or runs the command, with a program in an environment.
type player func(ctx context.Context, command, env []string) *performance

// player returns how the programs are run: a file is a script, whose $DIR is
// scratch; all else is a command.
func (p *porting) player(scratch string) (player, error) {
	if _, err := os.Stat(p.check); err == nil {
		s, err := script.Read(p.check)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, command, env []string) *performance {
			out := s.Play(ctx, script.Run{Command: command, Env: env, Scratch: scratch})
			return &performance{heard: strings.Join(out.Heard, "\n"), stderr: out.Stderr, exit: out.Exit, failed: out.Err}
		}, nil
	}
	if !strings.Contains(p.check, "$PROGRAM") {
		return nil, fmt.Errorf("-check %s: there is no such script, and a command needs $PROGRAM for the program", p.check)
	}
	return runShell(p.check, filepath.Dir(scratch)), nil
}

// runShell is a player of a command for the shell; it writes files to dir.
func runShell(text, dir string) player {
	return func(ctx context.Context, command, env []string) *performance {
		run, err := launcher(dir, command)
		if err != nil {
			return &performance{failed: err}
		}
		cmd := program(ctx, "sh", "-c", strings.ReplaceAll(text, "$PROGRAM", quoteShell(run)))
		var stdout, stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, &stdout, &stderr
		cmd.Env = append(os.Environ(), env...)
		out := &performance{}
		if err := cmd.Run(); err != nil {
			out.exit = err.Error()
			if !errors.As(err, new(*exec.ExitError)) {
				out.failed = err
			}
		}
		out.heard, out.stderr = stdout.String(), stderr.String()
		return out
	}
}

// perform has a program play, and reads the trace that it left.
func (p *porting) perform(ctx context.Context, play player, dir, name string, command ...string) (*performance, error) {
	lib := filepath.Join(dir, name+"-lib")
	if err := os.Mkdir(lib, 0o755); err != nil {
		return nil, err
	}
	if err := writeRecorder(lib); err != nil {
		return nil, err
	}
	trace := filepath.Join(dir, name+".trace")
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	out := play(ctx, command, append(recordingSettings(lib, trace), valuesVariable+"=1"))
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, errors.New("interrupted")
	}
	out.traces = tracesOf(trace)
	for _, trace := range out.traces {
		events, err := readTrace(trace, false)
		if err != nil {
			return nil, err
		}
		out.events = append(out.events, events...)
	}
	return out, nil
}

// recordingSettings are the variables with which programs record.
func recordingSettings(lib, trace string) []string {
	var out []string
	for _, pair := range recordingEnv(nil, lib, trace) {
		if name, _, _ := strings.Cut(pair, "="); name == "PERL5LIB" || name == "PERL5OPT" || name == "POE_RECORD" {
			out = append(out, pair)
		}
	}
	return out
}

// judge compares what both programs did.
func (p *porting) judge(before, after *performance) *port.Check {
	c := &port.Check{Script: p.check}
	if before.failed != nil {
		c.Differences = append(c.Differences, fmt.Sprintf("the Perl program itself did not do what the script wants: %v", before.failed))
	}
	if after.failed != nil {
		c.Differences = append(c.Differences, fmt.Sprintf("the Go program: %v", after.failed))
		if text := strings.TrimSpace(after.stderr); text != "" {
			c.Differences = append(c.Differences, "the Go program complained:\n"+shorten(text))
		}
	}
	for _, side := range []struct{ what, left, right string }{
		{"what is heard", before.heard, after.heard},
		{"standard error", before.stderr, after.stderr},
		{"the exit", before.exit, after.exit},
	} {
		if side.left != side.right {
			c.Differences = append(c.Differences, side.what+" differs:\n"+shorten(udiff.Unified("perl", "go", endLine(side.left), endLine(side.right))))
		}
	}
	p.judgeEvents(c, before.events, after.events)
	c.Equal = len(c.Differences) == 0
	return c
}

// forgetStartValues removes what _start returned from the arguments of _child, if
// the Go program has nothing there: no translated program that looks at it has not.
func forgetStartValues(before, after []*Event) {
	for _, e := range after {
		if e.Name == "_child" && len(e.Args) > 2 && e.Args[2] != nil {
			return
		}
	}
	for _, e := range before {
		if e.Name == "_child" && len(e.Args) > 2 {
			e.Args[2] = nil
		}
	}
}

// judgeEvents compares the events in the kernel's order, and if that is not the same,
// in the order of each session: which of two sockets is ready first is up to the
// system, and in which order POE ends sessions that are left to Perl's hashes.
func (p *porting) judgeEvents(c *port.Check, before, after []*Event) {
	before, after = withoutFlushes(before), withoutFlushes(after)
	c.Of = len(before)
	forgetStartValues(before, after)
	rows := compare(before, after, argsMode(p.args))
	first := firstDifference(rows)
	if c.Events = first; first == len(rows) {
		return
	}
	c.BySession = true
	for _, s := range bySession(before, after) {
		own := compare(s.before, s.after, argsMode(p.args))
		if firstDifference(own) < len(own) {
			text := (&printer{}).parting(first, &rows[first])
			c.Differences = append(c.Differences, "the programs "+text+"\n"+rows[first].both("perl", "go"))
			return
		}
	}
}

// firstDifference returns how many rows are alike from the beginning.
func firstDifference(rows []row) int {
	for i := range rows {
		if rows[i].verdict != alike {
			return i
		}
	}
	return len(rows)
}

// sessionEvents are the events of one session in both programs.
type sessionEvents struct{ before, after []*Event }

func bySession(before, after []*Event) map[string]*sessionEvents {
	sessions := map[string]*sessionEvents{}
	of := func(e *Event) *sessionEvents {
		if sessions[e.To] == nil {
			sessions[e.To] = &sessionEvents{}
		}
		return sessions[e.To]
	}
	for _, e := range before {
		s := of(e)
		s.before = append(s.before, e)
	}
	for _, e := range after {
		s := of(e)
		s.after = append(s.after, e)
	}
	return sessions
}

// withoutFlushes leaves out the events by which a connection of a TCP component
// learns that its output is written: how often that is depends on the system.
func withoutFlushes(events []*Event) []*Event {
	return slices.DeleteFunc(slices.Clone(events), func(e *Event) bool { return flushEvent.MatchString(e.Name) })
}

var flushEvent = regexp.MustCompile(`^tcp_(?:server|client)_got_flush$|^got_server_flush$`)

func endLine(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}

// shorten keeps the first lines of a text.
func shorten(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > maxShown {
		lines = append(lines[:maxShown], fmt.Sprintf("… %d more lines", len(lines)-maxShown))
	}
	return strings.Join(lines, "\n")
}
