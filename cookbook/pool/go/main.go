// Numbers from standard input are factored by a pool of sessions, each a slice of
// time after the other. The answers come in the order of the questions.
//
//	go run . [WORKERS]
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/readwrite"
)

// pool is the heap of the session that reads, and that has the workers.
type pool struct {
	k                         *poe.Kernel
	hire                      int
	input                     *readwrite.Wheel // nil at its end
	queue                     []task
	workers, idle             []poe.ID
	results                   map[int]string
	asked, answered, factored int
}

type task struct{ number, n int }

var poolStates = poe.States[pool]{
	"_start": (*pool).start,
	"line":   (*pool).line,
	"end":    (*pool).end,
	"want":   (*pool).want,
	"done":   (*pool).done,
	"_child": (*pool).child,
}

func main() {
	k := poe.New()
	p := &pool{k: k, hire: 3, results: map[int]string{}}
	if len(os.Args) > 1 {
		p.hire, _ = strconv.Atoi(os.Args[1])
	}
	if _, err := poe.Create(k, p, poolStates); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (p *pool) start(poe.Event) {
	p.k.AliasSet("pool")
	stdin, err := poe.File(os.Stdin)
	if err != nil {
		panic(err)
	}
	p.input, err = readwrite.New(p.k, readwrite.Config{
		Handle: stdin, // nothing is written
		Events: readwrite.Names{Input: "line", Error: "end"},
	})
	if err != nil {
		panic(err)
	}
	for range p.hire {
		poe.Create(p.k, &worker{k: p.k}, workerStates)
	}
}

var proper = regexp.MustCompile(`^[1-9]\d{0,12}$`)

func (p *pool) line(e poe.Event) {
	line := poe.Arg[string](e, 0)
	p.asked++
	if !proper.MatchString(line) {
		p.k.Yield("done", p.asked, line+": what?")
		return
	}
	n, _ := strconv.Atoi(line)
	p.queue = append(p.queue, task{p.asked, n})
	if len(p.idle) > 0 {
		p.k.Post(p.idle[0], "work")
		p.idle = p.idle[1:]
	}
}

func (p *pool) end(poe.Event) {
	poe.Replace(&p.input, nil)
	if p.answered == p.asked {
		p.dismiss()
	}
}

// want is called by a worker. One that gets no task is called when there is one.
func (p *pool) want(e poe.Event) {
	if len(p.queue) == 0 {
		p.idle = append(p.idle, e.Sender)
		return
	}
	e.Return(p.queue[0])
	p.queue = p.queue[1:]
}

// done keeps an answer until those before it are there.
func (p *pool) done(e poe.Event) {
	p.results[poe.Arg[int](e, 0)] = poe.Arg[string](e, 1)
	for {
		next, there := p.results[p.answered+1]
		if !there {
			break
		}
		fmt.Println(next)
		p.answered++
		delete(p.results, p.answered)
	}
	if p.input == nil && p.answered == p.asked {
		p.dismiss()
	}
}

// dismiss comes when all are idle, or will be.
func (p *pool) dismiss() {
	for _, id := range p.workers {
		p.k.Post(id, "dismissed")
	}
	p.k.AliasRemove("pool")
}

// child adds up what the workers have done, which is what their _stop returned.
func (p *pool) child(e poe.Event) {
	if e.Arg(0) == "create" {
		p.workers = append(p.workers, poe.Arg[poe.ID](e, 1))
		return
	}
	p.factored += poe.Arg[int](e, 2)
	if p.hire--; p.hire == 0 {
		fmt.Println(p.factored, "numbers factored")
	}
}

// worker is the heap of one that factors.
type worker struct {
	k             *poe.Kernel
	task          task
	rest, divisor int
	factors       []string
	count         int
}

var workerStates = poe.States[worker]{
	"_start":    (*worker).start,
	"work":      (*worker).work,
	"slice":     (*worker).slice,
	"dismissed": func(w *worker, e poe.Event) { w.k.RefcountDecrement(e.Session, "hired") },
	"_stop":     func(w *worker, e poe.Event) { e.Return(w.count) },
}

// start takes a reference that keeps an idle worker, for which nothing is
// queued.
func (w *worker) start(e poe.Event) {
	w.k.RefcountIncrement(e.Session, "hired")
	w.k.Yield("work")
}

func (w *worker) work(poe.Event) {
	got, _ := w.k.Call(poe.Alias("pool"), "want")
	t, some := got.(task)
	if !some {
		return
	}
	w.task, w.rest, w.divisor, w.factors = t, t.n, 2, nil
	w.k.Yield("slice")
}

// slice tries a thousand divisors, and then it is somebody else's turn.
func (w *worker) slice(poe.Event) {
	for end := w.divisor + 1000; w.divisor < end; {
		if w.divisor*w.divisor > w.rest {
			if w.rest > 1 || w.task.n == 1 {
				w.factors = append(w.factors, strconv.Itoa(w.rest))
			}
			w.count++
			answer := fmt.Sprintf("%d: %s", w.task.n, strings.Join(w.factors, " "))
			w.k.Post(poe.Alias("pool"), "done", w.task.number, answer)
			w.k.Yield("work")
			return
		}
		if w.rest%w.divisor != 0 {
			w.divisor++
			continue
		}
		w.factors = append(w.factors, strconv.Itoa(w.divisor))
		w.rest /= w.divisor
	}
	w.k.Yield("slice")
}
