// Command poe makes programs of sessions, ports them from Perl, and compares
// what a program in Perl and its port in Go do, event by event.
//
//	poe new server chat               make a project: server, client, bot, daemon, cluster
//	poe port chat.pl chat             translate a Perl program into Go
//	poe port -check talk.txt chat.pl chat
//	                                  and run both programs in a conversation
//	poe port -watch chat.pl chat      and again, whenever the Perl program changes
//	poe port explain P0503            say what a code of a report means
//	poe diff perl.trace go.trace      compare two traces
//	poe diff -run 'perl chat.pl' 'go run ./chat'
//	                                  run two programs and compare them
//	poe record -o go.trace go run ./chat
//	                                  write a program's trace
//	poe replay run.rec -- ./chat      run a program again on the recording of a run
//	poe fault ./chat                  let each of its calls to the system fail in turn
//	poe recorder                      print the module that records in Perl
//	poe vet ./...                     find mistakes that the compiler cannot see
//	poe inspect http://127.0.0.1:4000/?token=...
//	                                  open the inspector of a running program
//	poe top http://127.0.0.1:4000/?token=...
//	                                  watch its busiest events in the terminal
//
// Neither program is changed to be recorded: Perl loads a module that is part of
// this command, and a kernel in Go records by itself.
//
// Each command describes its flags with -h. The exit status is 0 if all is well,
// 1 if something was found (programs part, statements are not translated,
// mistakes), and 2 if the command could not do its work.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

//go:embed perl/POEx/Recorder.pm
var recorder string

// command is a subcommand. Its run returns the exit status; an error, which is
// printed, makes that 2.
type command struct {
	name, args, about string
	run               func(args []string, stdout, stderr io.Writer) (status int, err error)
}

// commands are the subcommands in the order in which usage lists them.
func commands() []command {
	return []command{
		{"new", "[flags] KIND NAME", "make a project that builds and has tests", runNew},
		{"port", "[flags] FILE.pl [DIR]", "translate a Perl program into Go", runPort},
		{"diff", "[flags] TRACE TRACE", "compare two traces, or with -run two programs", runDiff},
		{"record", "[flags] COMMAND ARGS...", "write a program's trace", runRecord},
		{"replay", "[flags] RECORDING -- PROGRAM ARGS...", "run a program again on the recording of a run", runReplay},
		{"fault", "[flags] PROGRAM ARGS...", "let each of a program's calls to the system fail", runFault},
		{"recorder", "", "print the module that records in Perl", runRecorder},
		{"vet", "[flags] PACKAGES...", "find mistakes that the compiler cannot see", runVet},
		{"inspect", "[flags] ADDRESS | DUMP | RECORDING... [-- PROGRAM]", "open the inspector of a running program, a dump, or recordings", runInspect},
		{"top", "[flags] ADDRESS", "watch its busiest events in the terminal", runTop},
	}
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments; it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return 2
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		usage(stdout)
		return 0
	}
	for _, c := range commands() {
		if c.name == args[0] {
			status, err := c.run(args[1:], stdout, stderr)
			return exitStatus(status, err, stderr)
		}
	}
	return exitStatus(2, fmt.Errorf("there is no command %q; poe -h lists them", args[0]), stderr)
}

// exitStatus prints an error and returns the status that goes with it.
func exitStatus(status int, err error, stderr io.Writer) int {
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "poe:", err)
		return 2
	}
	return status
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Usage:")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-38s %s\n", strings.TrimSpace("poe "+c.name+" "+c.args), c.about)
	}
	fmt.Fprint(w, `
Each command describes its flags with -h. Exit status: 0 all is well, 1 something
was found, 2 trouble.
`)
}

func runRecorder(args []string, stdout, _ io.Writer) (int, error) {
	if len(args) > 0 {
		return 2, errors.New("recorder has no arguments")
	}
	_, err := fmt.Fprint(stdout, recorder)
	return 0, err
}

// parseFlags parses flags wherever they stand between the other arguments, and
// returns those. What follows "--" is no flag.
func parseFlags(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		left := flags.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if n := len(args) - len(left); n > 0 && args[n-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}
