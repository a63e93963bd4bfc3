package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopoe/poe/cmd/poe/internal/port"
)

const portUsage = `Usage:
  poe port [flags] FILE.pl [DIR]   translate a Perl program into Go
  poe port explain CODE            say what a code in PORTING.md means

DIR, by default the file's name without its ending, becomes a package main.
Inside of a module it belongs to that module; elsewhere it gets a go.mod of its
own. PORTING.md and porting.json beside it say what is left to do.

Exit status: 0 all is translated, 1 something is left, 2 trouble.
`

// module is the module that translated programs need.
const module = "github.com/gopoe/poe"

// runPort is poe port.
func runPort(args []string, stdout, stderr io.Writer) (int, error) {
	if len(args) > 0 && args[0] == "explain" {
		return explain(args[1:], stdout)
	}
	flags := flag.NewFlagSet("port", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, portUsage)
		flags.PrintDefaults()
	}
	out := flags.String("o", "", "the directory to write to")
	path := flags.String("module", "", "the module's path for a go.mod, if DIR is in no module")
	perl := flags.String("perl", "perl", "the perl which has PPI")
	asJSON := flags.Bool("json", false, "print the report as JSON")
	names, err := parseFlags(flags, args)
	if err != nil {
		return 2, err
	}
	if len(names) < 1 || len(names) > 2 {
		flags.Usage()
		return 2, errors.New("port: name a file and perhaps a directory")
	}
	file, dir := names[0], *out
	if dir == "" && len(names) == 2 {
		dir = names[1]
	}
	if dir == "" {
		dir = strings.TrimSuffix(file, filepath.Ext(file))
	}
	if filepath.Clean(dir) == filepath.Clean(file) {
		return 2, fmt.Errorf("%s: give a directory with -o", file)
	}
	translator, err := port.New(port.Options{Perl: *perl})
	if err != nil {
		return 2, err
	}
	result, err := translator.File(file)
	if err = errors.Join(err, translator.Close()); err != nil {
		return 2, err
	}
	if err := writePort(dir, *path, result); err != nil {
		return 2, err
	}
	report(stdout, dir, result.Report, *asJSON)
	if len(result.Report.TODO) > 0 {
		return 1, nil
	}
	return 0, nil
}

func writePort(dir, path string, result *port.Result) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, text := range map[string]string{"main.go": result.Source, "PORTING.md": result.Report.Markdown(), "porting.json": string(result.Report.JSON())} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return err
		}
	}
	if inModule(dir) {
		return nil
	}
	if path == "" {
		path = "example.com/" + filepath.Base(dir)
	}
	text := fmt.Sprintf("module %s\n\ngo 1.26\n\nrequire %s v0.0.0\n", path, module)
	return os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o666)
}

// inModule reports whether a directory belongs to a module.
func inModule(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
}

// report prints what became of the program.
func report(w io.Writer, dir string, r *port.Report, asJSON bool) {
	if asJSON {
		_, _ = w.Write(r.JSON())
		return
	}
	fmt.Fprintf(w, "%s: %d of %d statements translated to %s\n", r.File, r.Translated(), r.Statements, filepath.Join(dir, "main.go"))
	for _, t := range r.TODO {
		fmt.Fprintf(w, "%s:%d: %s: not translated: %s\n", r.File, t.Line, t.Code, t.Why)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "%s:%d: %s: %s\n", r.File, n.Line, n.Code, n.Text)
	}
	for _, m := range r.Modules {
		place := m.Place
		if place == "" {
			place = "nothing is known to take its place"
		}
		fmt.Fprintf(w, "%s:%d: module %s: %s\n", r.File, m.Line, m.Name, place)
	}
}

func explain(codes []string, w io.Writer) (int, error) {
	if len(codes) == 0 {
		return 2, errors.New("explain takes a code, such as P0503")
	}
	for _, c := range codes {
		text, ok := port.Explain(c)
		if !ok {
			return 2, fmt.Errorf("there is no code %q", c)
		}
		fmt.Fprintf(w, "%s: %s\n", c, text)
	}
	return 0, nil
}
