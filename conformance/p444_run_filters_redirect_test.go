package conformance

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// runJob is one way of running a program in p444.
type runJob struct {
	label  string
	config run.Config
	events run.Names
}

func runJobs(dir string) []runJob {
	sh := []string{"sh", "-c", `read go; printf "abcde;fg\n"; printf "err;\n" >&2`}
	out := run.Names{Stdout: "stdout"}
	both := run.Names{Stdout: "stdout", Stderr: "stderr"}
	file := func(name string) run.Redirect { return run.Redirect{Path: filepath.Join(dir, name)} }
	return []runJob{
		{"default filters", run.Config{Program: sh}, both},
		{"StdoutFilter and StderrFilter", run.Config{Program: sh,
			StdoutFilter: must(filter.NewBlock(filter.BlockConfig{BlockSize: 3})), StderrFilter: lines(";")}, both},
		{"StdioFilter is not for stderr", run.Config{Program: sh, StdioFilter: lines(";")}, both},
		{"stdout only, stderr to a file", run.Config{Program: sh, RedirectStderr: file("err")}, out},
		{"all to a file", run.Config{Program: sh, RedirectOutput: file("all")}, run.Names{}},
		{"stdin from a file", run.Config{Command: "sleep 0.1; tr a-z A-Z", RedirectStdin: file("err")}, out},
		{"different filters in and out", run.Config{Command: "cat",
			StdinFilter:  must(filter.NewLine(filter.LineConfig{OutputLiteral: "!"})),
			StdoutFilter: must(filter.NewLine(filter.LineConfig{InputLiteral: "!"}))}, out},
	}
}

// readFile is what a file has.
func (p *port) readFile(name string) []byte {
	return must(kernel.Recorded(p.k, "reads a file", func() ([]byte, error) { return os.ReadFile(name) }))
}

func p444(p *port) {
	k := p.kernel()
	dir := p.dir()
	jobs := runJobs(dir)
	var w *run.Wheel
	var label string
	var outs, errs []any
	closed, wait := 0, 0
	show := func(name string, recs []any) {
		if len(recs) == 0 {
			return
		}
		words := []any{name}
		for _, r := range recs {
			words = append(words, vis(r))
		}
		p.out(words...)
	}
	different := func() bool { return strings.HasPrefix(label, "different") }
	inline(k, states{
		"_start":  func(kernel.Event) { k.Yield("next") },
		"release": settled("release", func(kernel.Event) { w.ShutdownStdin() }),
		"next": func(kernel.Event) {
			if len(jobs) == 0 {
				return
			}
			job := jobs[0]
			jobs = jobs[1:]
			label, outs, errs, closed = job.label, nil, nil, 0
			wait = either(job.events != run.Names{}, 2, 1)
			p.out("--", label)
			job.events.Close = "closed"
			job.config.Events = job.events
			w = must(run.New(k, job.config))
			k.SigChild(w.PID(), "exited")
			if different() {
				w.Put("one", "two")
			} else if !strings.HasPrefix(label, "stdin") {
				k.Yield("release", 3)
			}
		},
		"stdout": func(e kernel.Event) {
			outs = append(outs, e.Arg(0))
			if different() && e.Arg(0) == "two" {
				w.ShutdownStdin()
			}
		},
		"stderr": func(e kernel.Event) { errs = append(errs, e.Arg(0)) },
		"closed": func(kernel.Event) { closed++; k.Yield("done") },
		"exited": func(kernel.Event) { k.Yield("done") },
		"done": func(kernel.Event) {
			if wait--; wait > 0 {
				return
			}
			show("err", errs)
			show("out", outs)
			p.out("closed events", closed)
			if strings.HasSuffix(label, "to a file") {
				name := either(strings.HasPrefix(label, "all"), "all", "err")
				p.out("file "+name, vis(p.readFile(filepath.Join(dir, name))))
			}
			w.Close()
			k.Yield("next")
		},
	})
	k.Run()
}
