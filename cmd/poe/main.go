// Command poe compares what a program in Perl and its port in Go do, event by
// event.
//
//	poe record -o perl.trace perl chat.pl
//	poe record -o go.trace go run ./chat
//	poe diff perl.trace go.trace
//
// Neither program is changed for it: Perl loads a module that is part of this
// command, and a kernel in Go records by itself.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = `Usage:
  poe diff [flags] TRACE TRACE          compare two traces
  poe diff [flags] -run COMMAND COMMAND run two programs and compare
  poe record [flags] COMMAND ARGS...    write a program's trace
  poe port [flags] FILE.pl [DIR]        translate a Perl program into Go
  poe recorder                          print the module that records in Perl

Exit status of diff: 0 the programs agree, 1 they part, 2 trouble.
`

//go:embed perl/POEx/Recorder.pm
var recorder string

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings handed in; it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return 2
	}
	status, err := 0, error(nil)
	switch args[0] {
	case "diff":
		status, err = runDiff(args[1:], stdout, stderr)
	case "record":
		err = runRecord(args[1:], stderr)
	case "port":
		status, err = runPort(args[1:], stdout, stderr)
	case "recorder":
		_, err = fmt.Fprint(stdout, recorder)
	case "-h", "-help", "--help", "help":
		fmt.Fprint(stdout, usage)
	default:
		err = fmt.Errorf("there is no command %q; poe -h lists them", args[0])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "poe:", err)
		return 2
	}
	return status
}
