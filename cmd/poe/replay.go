package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/recording"
)

// runReplay runs a program on a recording and prints how that ended.
func runReplay(args []string, stdout, stderr io.Writer) (int, error) {
	flags := flag.NewFlagSet("poe replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	list := flags.Bool("list", false, "list the records; no program is needed")
	diff := flags.Bool("diff", false, "compare the events of two recordings; no program is needed")
	limit := flags.Duration("for", 0, "interrupt the program after this time (0: let it end by itself)")
	var stop stopAt
	flags.Uint64Var(&stop.event, "at", 0, "stop before the event of this `number` and print the kernel's state as JSON")
	flags.StringVar(&stop.until, "until", "", "stop before the first event that matches `NAME` or NAME@SESSION, in which * matches anything")
	flags.StringVar(&stop.out, "o", "", "the `file` for the state of -at and -until, instead of standard output")
	rest, err := parseFlags(flags, args)
	switch {
	case err != nil:
		return 2, err
	case len(rest) == 0:
		return 2, errors.New("replay: which recording?")
	case *list:
		return 0, listRecording(rest[0], stdout)
	case *diff && len(rest) != 2:
		return 2, errors.New("replay: -diff needs two recordings")
	case *diff:
		return diffRecordings(rest[0], rest[1], stdout)
	case len(rest) == 1:
		return 2, errors.New("replay: which program? It follows the recording")
	}
	head, err := readHead(rest[0])
	if err != nil {
		return 2, err
	}
	command := rest[1:]
	if len(command) == 1 {
		command = append(command, head.Arguments...)
	}
	ctx, cancel := within(*limit)
	defer cancel()
	cmd := program(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, stdout, stderr
	return replay(cmd, rest[0], head, stop, stdout, stderr)
}

func listRecording(name string, stdout io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return recording.List(f, stdout)
}

// diffRecordings prints where two recordings part; the status is 1 if they do.
func diffRecordings(a, b string, stdout io.Writer) (int, error) {
	fa, err := os.Open(a)
	if err != nil {
		return 2, err
	}
	defer fa.Close()
	fb, err := os.Open(b)
	if err != nil {
		return 2, err
	}
	defer fb.Close()
	d, common, err := recording.Diff(fa, fb)
	switch {
	case err != nil:
		return 2, fmt.Errorf("%s, %s: %w", a, b, err)
	case d != nil:
		fmt.Fprintln(stdout, d)
		return 1, nil
	}
	fmt.Fprintf(stdout, "equal, %d events\n", common)
	return 0, nil
}

func readHead(name string) (recording.Head, error) {
	f, err := os.Open(name)
	if err != nil {
		return recording.Head{}, err
	}
	defer f.Close()
	head, err := recording.ReadHead(f)
	if err != nil {
		return head, fmt.Errorf("%s: %w", name, err)
	}
	return head, nil
}

// stopAt is where a replay is to stop.
type stopAt struct {
	event      uint64
	until, out string
}

func (s stopAt) set() bool { return s.event > 0 || s.until != "" }

// environment asks the kernel to stop there and to leave its state in a file.
func (s stopAt) environment(state string) []string {
	if !s.set() {
		return nil
	}
	return []string{recording.StateVariable + "=" + state, recording.AtVariable + "=" + strconv.FormatUint(s.event, 10), recording.UntilVariable + "=" + s.until}
}

// replayed is what the program's kernel leaves behind.
type replayed struct {
	Equal, Whole, Divergence, Stopped bool
	Events                            uint64
	Error                             string
}

// replay runs the program, and reads the result that its kernel has written.
func replay(cmd *exec.Cmd, file string, head recording.Head, stop stopAt, stdout, stderr io.Writer) (int, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return 2, err
	}
	dir, err := os.MkdirTemp("", "poe")
	if err != nil {
		return 2, err
	}
	defer os.RemoveAll(dir)
	result, state := filepath.Join(dir, "result"), filepath.Join(dir, "state")
	cmd.Env = append(withoutPOE(os.Environ()), head.Environment...)
	cmd.Env = append(cmd.Env, recording.ReplayVariable+"="+file, recording.ResultVariable+"="+result)
	cmd.Env = append(cmd.Env, stop.environment(state)...)
	failed, err := runUntilResult(cmd, result)
	if err != nil {
		return 2, err
	}
	data, err := os.ReadFile(result)
	if errors.Is(err, os.ErrNotExist) {
		return 2, fmt.Errorf("%s replayed nothing: it ran no POE kernel, or ended before the recording did (%v)", cmd, failed)
	}
	var r replayed
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return 2, err
	}
	if stop.set() {
		return printState(r, state, stop.out, stdout)
	}
	return r.print(stdout)
}

// runUntilResult runs the program. One that goes on for long after its run has
// parted from the recording is killed.
func runUntilResult(cmd *exec.Cmd, result string) (failed, err error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for over := time.Duration(0); ; {
		select {
		case failed = <-ended:
			return failed, nil
		case <-tick.C:
			if data, err := os.ReadFile(result); err != nil || !bytes.Contains(data, []byte(`"final":true`)) {
				continue
			}
			if over += 100 * time.Millisecond; over == killTime {
				_ = cmd.Process.Kill() // its end is the next thing to come
			}
		}
	}
}

// withoutPOE leaves the variables out that the recording sets.
func withoutPOE(env []string) (kept []string) {
	for _, pair := range env {
		if !strings.HasPrefix(pair, "POE_") {
			kept = append(kept, pair)
		}
	}
	return kept
}

func (r replayed) print(stdout io.Writer) (int, error) {
	switch {
	case r.Equal && r.Whole:
		fmt.Fprintf(stdout, "equal, %d events\n", r.Events)
		return 0, nil
	case r.Equal:
		fmt.Fprintf(stdout, "equal, %d events; the recording does not have the end of the run\n", r.Events)
		return 0, nil
	case r.Divergence:
		fmt.Fprintln(stdout, r.Error)
		return 1, nil
	}
	return 2, errors.New(r.Error)
}

// printState copies the state at which the replay has stopped.
func printState(r replayed, state, out string, stdout io.Writer) (int, error) {
	data, err := os.ReadFile(state)
	if errors.Is(err, os.ErrNotExist) {
		status, err := r.print(stdout)
		if err == nil {
			err = errors.New("replay: there was no such event")
		}
		return max(status, 2), err
	}
	if err != nil {
		return 2, err
	}
	if out != "" {
		return 0, os.WriteFile(out, data, 0o600)
	}
	_, err = stdout.Write(data)
	return 0, err
}
