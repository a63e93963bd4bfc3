package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/gopoe/poe/internal/replayrun"
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
	flags.Func("at", "stop before the event of this `number` and print the kernel's state as JSON", stop.at)
	flags.StringVar(&stop.Until, "until", "", "stop before the first event that matches `NAME` or NAME@SESSION, in which * matches anything")
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
	command, err := replayrun.Arguments(rest[1:], rest[0])
	if err != nil {
		return 2, err
	}
	ctx, cancel := within(*limit)
	defer cancel()
	cmd := program(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, stdout, stderr
	r, state, err := replayrun.Run(cmd, rest[0], stop.Stop)
	switch {
	case errors.Is(err, replayrun.ErrNoEvent):
		status, failed := printResult(r, stdout)
		return max(status, 2), cmp.Or(failed, err)
	case err != nil:
		return 2, err
	case stop.Stop == replayrun.Stop{}:
		return printResult(r, stdout)
	case stop.out != "":
		return 0, os.WriteFile(stop.out, state, 0o600)
	}
	_, err = stdout.Write(state)
	return 0, err
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

// stopAt is where a replay is to stop, and the file for the state that it has there.
type stopAt struct {
	replayrun.Stop
	out string
}

// at sets the number of the event.
func (s *stopAt) at(text string) (err error) {
	s.Event, err = strconv.ParseUint(text, 10, 64)
	if err == nil && s.Event == 0 {
		err = errors.New("the first event has number 1")
	}
	return err
}

func printResult(r replayrun.Result, stdout io.Writer) (int, error) {
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
