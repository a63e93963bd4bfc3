package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/gopoe/poe/cmd/poe/internal/evidence"
	"github.com/gopoe/poe/cmd/poe/internal/port"
)

const portUsage = `Usage:
  poe port [flags] FILE.pl [DIR]   translate a Perl program into Go
  poe port explain [CODE ...]      say what codes in PORTING.md mean

DIR, by default the file's name without its ending, becomes a package main.
Inside of a module it belongs to that module; elsewhere it gets a go.mod of its
own. PORTING.md and porting.json beside it say what is left to do. The Perl
program is run only by -check.

What somebody has changed in DIR since, poe port leaves alone: functions of
main.go whose marker (//poe:port HASH) no longer fits, and those that were moved
to other files.

Exit status: 0 all is translated (and with -check behaves alike), 1 something is
left, 2 trouble.
`

// porting is what poe port was asked to do.
type porting struct {
	file, dir     string
	module        string
	replace       string
	perl          string
	traces        []string
	check         string
	args          string
	limit         time.Duration
	asJSON, watch bool
	comments      bool
	stdout        io.Writer
	stderr        io.Writer
}

// runPort is poe port.
func runPort(args []string, stdout, stderr io.Writer) (int, error) {
	if len(args) > 0 && args[0] == "explain" {
		return explain(args[1:], stdout)
	}
	p := &porting{stdout: stdout, stderr: stderr}
	if err := p.parse(args); err != nil {
		return 2, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if p.watch {
		return 0, p.watchFile(ctx)
	}
	return p.once(ctx)
}

func (p *porting) parse(args []string) error {
	flags := flag.NewFlagSet("poe port", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	flags.Usage = func() {
		fmt.Fprint(p.stderr, portUsage+"\nFlags:\n")
		flags.PrintDefaults()
	}
	flags.StringVar(&p.dir, "o", "", "the `directory` to write to")
	flags.StringVar(&p.module, "module", "", "the module's `path` for a go.mod, if DIR is in no module")
	flags.StringVar(&p.replace, "replace", "", "the `checkout` of this module that a go.mod refers to")
	flags.StringVar(&p.perl, "perl", "perl", "the perl which has PPI, and for -check POE")
	flags.BoolVar(&p.asJSON, "json", false, "print the report as JSON")
	flags.Func("trace", "a `recording` with types, made by poe record -values; may be repeated", func(name string) error {
		p.traces = append(p.traces, name)
		return nil
	})
	flags.StringVar(&p.check, "check", "", "run both programs and compare them: a file with a scripted `conversation`, or a command for the shell in which $PROGRAM is the program")
	flags.StringVar(&p.args, "args", string(argsText), "which arguments of events -check compares: all; text, in which all numbers are equal; none")
	flags.DurationVar(&p.limit, "for", time.Minute, "with -check: interrupt each program after this time")
	flags.BoolVar(&p.watch, "watch", false, "translate again whenever the Perl program or a trace changes, until interrupted")
	flags.BoolVar(&p.comments, "comments", false, "write the Perl of each sub above its translation")
	names, err := parseFlags(flags, args)
	if err != nil {
		return err
	}
	switch {
	case len(names) == 0:
		flags.Usage()
		return errors.New("port: name a Perl program")
	case len(names) > 2, len(names) == 2 && p.dir != "":
		return fmt.Errorf("port: one program and one directory, not %q", names)
	case p.args != string(argsAll) && p.args != string(argsText) && p.args != string(argsNone):
		return fmt.Errorf("port: -args %q is none of all, text and none", p.args)
	case p.limit <= 0:
		return fmt.Errorf("port: -for %v is no time to run", p.limit)
	}
	p.file = names[0]
	if len(names) == 2 {
		p.dir = names[1]
	}
	return p.names()
}

// names checks the names of files before anything is done.
func (p *porting) names() error {
	info, err := os.Stat(p.file)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a directory: name the Perl program itself", p.file)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file: name a Perl program", p.file)
	}
	if p.dir == "" {
		p.dir = strings.TrimSuffix(p.file, filepath.Ext(p.file))
	}
	if filepath.Clean(p.dir) == filepath.Clean(p.file) {
		return fmt.Errorf("%s: name a directory for the translation with -o", p.file)
	}
	if p.check != "" {
		if _, err := p.player(""); err != nil {
			return err
		}
	}
	if info, err := os.Stat(p.dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is there already, and is no directory: name another with -o", p.dir)
	}
	return nil
}

// once translates, checks and reports.
func (p *porting) once(ctx context.Context) (int, error) {
	result, err := p.translate()
	if err != nil {
		return 2, err
	}
	if err := p.write(result); err != nil {
		return 2, err
	}
	if p.check != "" {
		if result.Report.Check, err = p.compare(ctx, result.Report); err != nil {
			return 2, err
		}
		if err := writeReports(p.dir, result.Report); err != nil {
			return 2, err
		}
	}
	p.report(result.Report)
	if r := result.Report; len(r.TODO) > 0 || r.Check != nil && !r.Check.Equal {
		return 1, nil
	}
	return 0, nil
}

func (p *porting) translate() (*port.Result, error) {
	options := port.Options{Perl: p.perl, Comments: p.comments}
	if len(p.traces) > 0 {
		seen, err := evidence.Read(p.traces...)
		if err != nil {
			return nil, err
		}
		if !seen.HasValues() {
			return nil, fmt.Errorf("%s: the trace has no types: make it with poe record -values", strings.Join(p.traces, ", "))
		}
		options.Evidence = seen
	}
	translator, err := port.New(options)
	if err != nil {
		return nil, err
	}
	result, err := translator.File(p.file)
	if err = errors.Join(err, translator.Close()); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("%w: the program cannot be read", err)
		}
		return nil, err
	}
	return result, nil
}

// report prints what became of the program.
func (p *porting) report(r *port.Report) {
	if p.asJSON {
		_, _ = p.stdout.Write(r.JSON())
		return
	}
	w := p.stdout
	fmt.Fprintf(w, "%s: %d of %d statements translated to %s\n", r.File, r.Translated(), r.Statements, filepath.Join(p.dir, mainFile))
	for _, t := range r.TODO {
		fmt.Fprintf(w, "%s:%d: %s: not translated: %s\n", r.File, t.Line, t.Code, t.Why)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "%s:%d: %s: %s\n", r.File, n.Line, n.Code, n.Text)
	}
	for _, m := range r.Modules {
		switch {
		case m.Translated:
		case m.Place == "":
			fmt.Fprintf(w, "%s:%d: module %s: nothing is known to take its place\n", r.File, m.Line, m.Name)
		default:
			fmt.Fprintf(w, "%s:%d: module %s: %s\n", r.File, m.Line, m.Name, m.Place)
		}
	}
	for _, part := range r.Parts {
		if part.Exercised != nil && *part.Exercised == 0 {
			fmt.Fprintf(w, "%s:%d: %s: not exercised by the trace\n", r.File, part.Line, part.Name)
		}
	}
	for _, k := range r.Kept {
		switch {
		case k.Gone:
			fmt.Fprintf(w, "%s: edited by hand and left; the Perl program no longer has it\n", k.Name)
		case k.Changed:
			fmt.Fprintf(w, "%s: edited by hand and left; its Perl has changed, see PORTING.md\n", k.Name)
		default:
			fmt.Fprintf(w, "%s: edited by hand and left\n", k.Name)
		}
	}
	for _, h := range r.Hints {
		fmt.Fprintln(w, h)
	}
	if r.Check != nil {
		fmt.Fprintln(w, r.Check)
		for _, d := range r.Check.Differences {
			fmt.Fprintln(w, "  "+strings.ReplaceAll(d, "\n", "\n  "))
		}
	}
}

func explain(codes []string, w io.Writer) (int, error) {
	if len(codes) == 0 {
		codes = port.Codes()
	}
	for _, c := range codes {
		text, ok := port.Explain(strings.ToUpper(c))
		if !ok {
			return 2, fmt.Errorf("there is no code %q; poe port explain lists all", c)
		}
		fmt.Fprintf(w, "%s: %s\n", strings.ToUpper(c), text)
		if example, ok := port.Example(strings.ToUpper(c)); ok {
			fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(example, "\n", "\n    "))
		}
	}
	return 0, nil
}
