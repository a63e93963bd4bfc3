package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"
)

// options are the flags of diff.
type options struct {
	run       bool
	limit     time.Duration
	args      string
	internals bool
	json      bool
	color     string
	context   int
	width     int
}

func runDiff(args []string, stdout, stderr io.Writer) (status int, err error) {
	var o options
	flags := flag.NewFlagSet("poe diff", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.run, "run", false, "what is named are commands for the shell, and these are run, the one and then the other")
	flags.DurationVar(&o.limit, "for", 0, "with -run: interrupt each program after this time (0: let it end by itself)")
	flags.StringVar(&o.args, "args", string(argsAll), "which arguments are compared: all; text, in which all numbers are equal; none")
	flags.BoolVar(&o.internals, "internals", false, "also compare the events by which wheels watch their handles")
	flags.BoolVar(&o.json, "json", false, "print the differences as JSON")
	flags.StringVar(&o.color, "color", "auto", "auto, always or never")
	flags.IntVar(&o.context, "context", 3, "how many equal events are shown around a difference")
	flags.IntVar(&o.width, "width", 0, "columns to use (0: as many as the terminal has)")
	if err := flags.Parse(args); err != nil {
		return 2, err
	}
	if err := o.check(flags.NArg()); err != nil {
		return 2, err
	}
	left, err := o.load(flags.Arg(0), stderr)
	if err != nil {
		return 2, err
	}
	right, err := o.load(flags.Arg(1), stderr)
	if err != nil {
		return 2, err
	}
	return o.report(flags.Args(), left, right, stdout)
}

func (o *options) check(operands int) error {
	switch mode := argsMode(o.args); {
	case operands != 2:
		return errors.New("diff: name two traces, or with -run two commands")
	case mode != argsAll && mode != argsText && mode != argsNone:
		return fmt.Errorf("diff: -args %q is none of all, text and none", o.args)
	case o.color != "auto" && o.color != "always" && o.color != "never":
		return fmt.Errorf("diff: -color %q is none of auto, always and never", o.color)
	case o.context < 0:
		return fmt.Errorf("diff: -context %d is negative", o.context)
	case o.limit != 0 && !o.run:
		return errors.New("diff: -for goes with -run")
	}
	return nil
}

// load reads a trace, or has a program write it.
func (o *options) load(operand string, stderr io.Writer) ([]*Event, error) {
	if !o.run {
		return readTrace(operand, o.internals)
	}
	dir, err := os.MkdirTemp("", "poe")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "trace")
	ctx, cancel := within(o.limit)
	defer cancel()
	cmd := program(ctx, "sh", "-c", operand)
	cmd.Stdout, cmd.Stderr = stderr, stderr
	if err := record(cmd, file, stderr); err != nil {
		return nil, err
	}
	return readTrace(file, o.internals)
}

// report prints what the comparison shows and returns the exit status.
func (o *options) report(names []string, left, right []*Event, stdout io.Writer) (status int, err error) {
	rows := compare(left, right, argsMode(o.args))
	for i := range rows {
		if rows[i].verdict != alike {
			status = 1
		}
	}
	if o.json {
		return status, printJSON(stdout, names, left, right, rows)
	}
	width, colored := terminal(stdout)
	if o.width > 0 {
		width = o.width
	}
	p := printer{w: stdout, column: max((width-3)/2, 20), context: o.context, color: o.color == "always" || o.color == "auto" && colored}
	p.print(names, left, right, rows)
	return status, p.err
}

// terminal tells how wide the terminal is, and whether it is one.
func terminal(w io.Writer) (width int, is bool) {
	const paper = 120
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return paper, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return paper, true
	}
	return width, os.Getenv("NO_COLOR") == ""
}
