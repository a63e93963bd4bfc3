package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gopoe/poe/cmd/poe/internal/gomod"
	"github.com/gopoe/poe/cmd/poe/internal/scaffold"
)

// runNew is poe new.
func runNew(args []string, stdout, stderr io.Writer) (int, error) {
	kinds, about := scaffold.Kinds()
	flags := flag.NewFlagSet("poe new", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, "Usage:\n  poe new [flags] KIND NAME   make a project in the new directory NAME\n\nKinds:\n")
		for i, k := range kinds {
			fmt.Fprintf(stderr, "  %-8s %s\n", k, about[i])
		}
		fmt.Fprint(stderr, "\nFlags:\n")
		flags.PrintDefaults()
	}
	var c scaffold.Config
	flags.StringVar(&c.Mod.Path, "module", "", "the module's `path`, if NAME is in no module; example.com/NAME if empty")
	flags.StringVar(&c.Mod.Replace, "replace", "", "the `checkout` of "+gomod.Module+" that go.mod refers to")
	names, err := parseFlags(flags, args)
	if err != nil {
		return 2, err
	}
	if len(names) != 2 {
		flags.Usage()
		return 2, errors.New("new: name a kind and a directory")
	}
	c.Kind, c.Dir = names[0], names[1]
	hints, err := scaffold.Write(c)
	if err != nil {
		return 2, fmt.Errorf("new: %w", err)
	}
	fmt.Fprintf(stdout, "%s is %s\n", c.Dir, about[slices.Index(kinds, c.Kind)])
	if len(hints) > 0 {
		fmt.Fprintln(stdout, strings.Join(hints, "\n"))
		return 0, nil
	}
	next := "make"
	if wd, err := os.Getwd(); err != nil || filepath.Clean(c.Dir) != wd {
		next = "cd " + c.Dir + " && make"
	}
	fmt.Fprintln(stdout, "Next:", next)
	return 0, nil
}
