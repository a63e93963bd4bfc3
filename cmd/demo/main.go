// Command demo shows the framework at its main job: TCP servers on one kernel.
//
// Without arguments it is a guided tour that ends by itself. With the name of
// a demonstration it runs that server until Ctrl-C, for a person with nc.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gopoe/poe"
)

const usage = `Usage:
  demo [-json]                          a guided tour of all demonstrations; ends by itself
  demo [-json] NAME [-addr host:port]   run one server until Ctrl-C; talk to it with nc

Demonstrations:
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings handed in; it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print one JSON object a line")
	addr := flags.String("addr", "127.0.0.1:0", "where a single demonstration listens")
	flags.Usage = func() { printUsage(flags.Output()) }
	name, err := parse(flags, args)
	switch {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 2
	}
	show := newPrinter(stdout, *asJSON)
	if name == "" {
		err = tour(show)
	} else if d := find(name); d == nil {
		fmt.Fprintf(stderr, "demo: there is no demonstration %q\n", name)
		printUsage(stderr)
		return 2
	} else {
		err = serve(show, d, *addr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "demo:", err)
		return 1
	}
	return 0
}

// parse takes flags before and after the name.
func parse(flags *flag.FlagSet, args []string) (name string, err error) {
	if err := flags.Parse(args); err != nil {
		return "", err
	}
	if flags.NArg() == 0 {
		return "", nil
	}
	name = flags.Arg(0)
	if err := flags.Parse(flags.Args()[1:]); err != nil {
		return "", err
	}
	if flags.NArg() > 0 {
		return "", fmt.Errorf("demo: %q is too much", flags.Arg(0))
	}
	return name, nil
}

func printUsage(w io.Writer) {
	fmt.Fprint(w, usage)
	for _, d := range demonstrations {
		fmt.Fprintf(w, "  %-10s %s\n", d.name, d.about)
	}
}

// serve runs one demonstration until the interrupt key.
func serve(show printer, d *demonstration, addr string) error {
	k := poe.New()
	_, err := poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			check(e.Sig("INT", "enough"))
			check(e.Sig("TERM", "enough"))
			check(e.AliasSet("keyboard"))
		},
		"enough": func(e poe.Event) {
			e.SigHandled()
			show.note(d.name, "shutting down; open connections may finish, a second Ctrl-C ends them")
			// The server may be gone after the first Ctrl-C.
			_ = e.Post(poe.Alias(d.name), "shutdown")
			check(e.AliasRemove("keyboard"))
			e.SigClear("INT")
			e.SigClear("TERM")
		},
	})
	if err != nil {
		return err
	}
	l, err := d.start(k, show, addr)
	if err != nil {
		return err
	}
	show.title(d)
	show.note(d.name, fmt.Sprintf("listening on %v; try: nc %s", l.Addr(), ncArgs(l.Addr())))
	if err := k.Run(); err != nil {
		return err
	}
	show.note(d.name, "every session has stopped")
	return nil
}

// check is for what cannot fail here; if it does, that is a bug.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
