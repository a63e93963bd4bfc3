package conformance

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// runFuncs are the functions that p986 runs in processes of their own.
var runFuncs *run.Functions

func TestMain(m *testing.M) {
	wait := func() { bufio.NewReader(os.Stdin).ReadString('\n') }
	runFuncs = run.Main(map[string]func(args []string){
		"returns 7": func(args []string) { wait(); fmt.Println("args", strings.Join(args, " ")) },
		"exits 7":   func([]string) { wait(); fmt.Println("before"); os.Exit(7) },
		"throws":    func([]string) { wait(); panic("thrown") },
	})
	os.Exit(m.Run())
}

func p986(p *port) {
	k := p.kernel()
	jobs := []string{"returns 7", "exits 7", "throws"}
	var w *run.Wheel
	var log []string
	var status kernel.WaitStatus
	n := 0
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("next") },
		"next": func(kernel.Event) {
			if len(jobs) == 0 {
				return
			}
			label := jobs[0]
			jobs = jobs[1:]
			p.out("--", label)
			n, log = 0, nil
			w = must(run.New(k, run.Config{Func: runFuncs.Func(label), Args: []string{"a b", "c"},
				Events: run.Names{Stdout: "line", Stderr: "err", Close: "done"}}))
			k.SigChild(w.PID(), "exited")
			k.Yield("release", 3)
		},
		"release": settled("release", func(kernel.Event) { w.Put("go") }),
		"line":    func(e kernel.Event) { log = append(log, "stdout "+text(e.Arg(0))) },
		"err":     func(e kernel.Event) { log = append(log, "stderr "+text(e.Arg(0))) },
		"exited":  func(e kernel.Event) { status = kernel.Arg[kernel.WaitStatus](e, 2); k.Yield("done") },
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
