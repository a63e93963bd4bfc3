package conformance

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

func p445(p *port) {
	k := p.kernel()
	type job struct {
		label  string
		config run.Config
	}
	args := []string{"two", "three  four"}
	jobs := []job{
		{"missing program, list", run.Config{Program: []string{"/nonexistent/program", "arg"}}},
		{"string through the shell", run.Config{Command: `echo "a   b" $((1+1)) | tr a A`}},
		{"string with arguments appended", run.Config{Command: "echo one", Args: args}},
		{"list with arguments appended", run.Config{Program: []string{"printf", `<%s>\n`}, Args: args}},
	}
	var w *run.Wheel
	var log []string
	var status kernel.WaitStatus
	n := 0
	inline(k, states{
		"_start": func(kernel.Event) {
			k.Sig("CHLD", "any_child")
			k.Delay("watchdog", 9*time.Second)
			k.Yield("warm_up", 3)
		},
		"warm_up":   settled("warm_up", func(kernel.Event) { k.Yield("next") }),
		"any_child": func(kernel.Event) {},
		"watchdog":  func(kernel.Event) { p.out("watchdog (not reached)") },
		"next": func(kernel.Event) {
			if len(jobs) == 0 {
				k.DelayClear("watchdog")
				return
			}
			job := jobs[0]
			jobs = jobs[1:]
			p.out("--", job.label)
			n, log = 0, nil
			job.config.Events = run.Names{Stdout: "line", Stderr: "err", Close: "done"}
			w = must(run.New(k, job.config))
			k.SigChild(w.PID(), "exited")
		},
		"line": func(e kernel.Event) { log = append(log, fmt.Sprintf("stdout %s", e.Arg(0))) },
		"err": func(e kernel.Event) {
			said := e.Arg(0).(string)
			var errno syscall.Errno
			if errors.As(w.ExecError(), &errno) { // in C's words
				said = strings.Replace(said, errno.Error(), strerror(errno), 1)
			}
			log = append(log, "stderr "+said)
		},
		"exited": func(e kernel.Event) { status = kernel.Arg[kernel.WaitStatus](e, 2); k.Yield("done") },
		"done": func(kernel.Event) {
			if n++; n < 2 {
				return
			}
			for _, line := range log {
				p.out(line)
			}
			p.out("exit code", status.ExitCode())
			w.Close()
			k.Yield("next")
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
