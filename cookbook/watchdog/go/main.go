// A watchdog: runs a program and starts it again when it ends, each time after a
// longer pause, until it has said that it is ready. HUP starts it again at once.
//
//	go run . MILLISECONDS TRIES PROGRAM...
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/run"
)

// watchdog is the heap of the one session.
type watchdog struct {
	k                    *poe.Kernel
	program              []string
	firstPause, pause    time.Duration
	maxTries, tries      int
	child                *run.Wheel // nil during a pause
	restarting, stopping bool
}

var states = poe.States[watchdog]{
	"_start":  (*watchdog).start,
	"run":     (*watchdog).run,
	"restart": (*watchdog).restart,
	"stop":    (*watchdog).stop,
}

func main() {
	if len(os.Args) < 4 {
		log.Fatal("usage: MILLISECONDS TRIES PROGRAM...")
	}
	milliseconds, _ := strconv.Atoi(os.Args[1])
	tries, _ := strconv.Atoi(os.Args[2])
	k := poe.New()
	w := &watchdog{k: k, program: os.Args[3:], firstPause: time.Duration(milliseconds) * time.Millisecond, maxTries: tries}
	w.pause = w.firstPause
	if _, err := poe.Create(k, w, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (w *watchdog) start(poe.Event) {
	w.k.Sig("INT", "stop")
	w.k.Sig("TERM", "stop")
	w.k.Sig("HUP", "restart")
	w.k.Yield("run")
}

func (w *watchdog) run(poe.Event) {
	var err error
	w.child, err = run.New(w.k, run.Config{
		Program: w.program,
		Events: run.Funcs{
			Stdout: w.output,
			Stderr: w.output,
			Exit:   w.ended, // after the last output
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("started")
}

func (w *watchdog) output(_ *run.Wheel, line any) {
	fmt.Println(" ", line)
	if line == "ready" {
		w.tries, w.pause = 0, w.firstPause
	}
}

// ended decides what becomes of a child that has ended: the watchdog stops as
// well, starts another one at once, gives up, or waits.
func (w *watchdog) ended(_ *run.Wheel, status poe.WaitStatus) {
	poe.Replace(&w.child, nil)
	how := fmt.Sprint("exit code ", status.ExitCode())
	if status.Signal() != 0 {
		how = fmt.Sprint("signal ", status.Signal())
	}
	fmt.Println("ended with", how)
	if w.stopping {
		return
	}
	if w.restarting {
		w.restarting = false
		w.k.Yield("run")
		return
	}
	if w.tries++; w.tries == w.maxTries {
		fmt.Printf("given up after %d tries\n", w.maxTries)
		return
	}
	fmt.Printf("again in %d ms\n", w.pause.Milliseconds())
	w.k.Delay("run", w.pause)
	w.pause *= 2
}

func (w *watchdog) restart(poe.Event) {
	w.k.SigHandled()
	w.tries, w.pause = 0, w.firstPause
	if w.child == nil {
		w.k.Delay("run", 0)
		return
	}
	w.restarting = true
	w.child.Kill(syscall.SIGTERM)
}

// stop lets the child go first. If there is none, a pause is all there is to
// end.
func (w *watchdog) stop(poe.Event) {
	w.k.SigHandled()
	w.stopping = true
	if w.child == nil {
		w.k.DelayClear("run")
		return
	}
	w.child.Kill(syscall.SIGTERM)
}
