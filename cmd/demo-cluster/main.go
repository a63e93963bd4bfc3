// Command demo-cluster shows sessions that are reached by name across a cluster
// of three nodes, which are three processes on this machine: a chat whose rooms
// go on elsewhere when the process that they are in is killed.
//
// It needs no arguments and ends by itself.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = `Usage:
  demo-cluster        three nodes on loopback, three rooms, one murder; ends by itself

The nodes are north, which is this process, and east and south, which it starts.
Each has a user, and keeps an eye on the rooms: a room is a session that owns an
alias in the cluster, and whoever writes to the alias reaches it wherever it is.
`

func main() {
	if len(os.Args) == 4 && os.Args[1] == childMark {
		os.Exit(child(os.Args[2], os.Args[3], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings handed in; it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo-cluster", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage) }
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "demo-cluster: %q is too much\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	if err := play(newStage(stdout), stderr); err != nil {
		fmt.Fprintln(stderr, "demo-cluster:", err)
		return 1
	}
	return 0
}
