// A job queue with a page that says how it is: two workers, each with a job that
// runs until somebody ends it.
//
//	go run . PORT
//
//	GET /              how many jobs wait, run and are done
//	POST /jobs/NAME    puts a job in; the answer comes when it is done
//	POST /end/NAME     ends one that runs
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/component/servertcp"
)

const limit = 2

// site is the session that answers requests.
type site struct {
	queue   *jobqueue.Queue
	running map[string]poe.ID // workers by the names of their jobs
	done    int
}

var states = poe.States[site]{
	"_start": (*site).start,
	"status": (*site).status,
	"add":    (*site).add,
	"end":    (*site).end,
	"done":   (*site).jobDone,
	"stop":   (*site).stop,
}

func main() {
	port := 4033
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	s := &site{running: map[string]poe.ID{}}
	if _, err := poe.Create(k, s, states); err != nil {
		log.Fatal(err)
	}
	var err error
	if s.queue, err = jobqueue.New(k, jobqueue.Config{Limit: limit, Worker: s.work}); err != nil {
		log.Fatal(err)
	}
	route := func(method, pattern, event string) httpserver.Route {
		return httpserver.Route{Method: method, Pattern: regexp.MustCompile(pattern), Session: poe.Alias("site"), Event: event}
	}
	server, err := httpserver.Listen(k, httpserver.Config{
		Server: servertcp.Config{Address: "127.0.0.1", Port: port},
		Routes: []httpserver.Route{
			route("GET", "^/$", "status"), route("POST", `^/jobs/\w+$`, "add"), route("POST", `^/end/\w+$`, "end"),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (s *site) start(e poe.Event) {
	e.AliasSet("site")
	e.Sig("INT", "stop")
}

func (s *site) stop(e poe.Event) {
	e.SigHandled()
	e.AliasRemove("site")
	s.queue.Stop()
	e.Post(poe.Alias("HTTPD"), "SHUTDOWN")
}

func (s *site) status(e poe.Event) {
	answer(httpserver.ResponseOf(e), fmt.Sprintf("waiting %d, running %d, done %d", s.queue.Waiting(), s.queue.Running(), s.done))
}

var lastPart = regexp.MustCompile(`\w*$`)

func (s *site) add(e poe.Event) {
	r := httpserver.ResponseOf(e)
	name := lastPart.FindString(r.Request.URL.Path)
	fmt.Println(name, "comes")
	e.Post(poe.Alias("queuer"), "enqueue", "done", name, r)
}

func (s *site) end(e poe.Event) {
	r := httpserver.ResponseOf(e)
	worker, ok := s.running[lastPart.FindString(r.Request.URL.Path)]
	if !ok {
		answer(r, "no such job")
		return
	}
	e.Call(worker, "end")
	answer(r, "ended")
}

// work makes a worker of the queue.
func (s *site) work(e poe.Event, j *jobqueue.Job) (poe.ID, error) {
	name := j.Params()[0].(string)
	fmt.Println(name, "begins")
	worker, err := poe.Inline(e.Kernel, poe.Funcs{
		"_start": func(e poe.Event) { e.RefcountIncrement(e.Session, "job") },
		"end": func(e poe.Event) {
			delete(s.running, name)
			e.RefcountDecrement(e.Session, "job")
			j.Done(name + " is done")
		},
	})
	if err != nil {
		return poe.ID{}, err
	}
	s.running[name] = worker.ID()
	return worker.ID(), nil
}

// jobDone is the queue's response.
func (s *site) jobDone(e poe.Event) {
	r := jobqueue.ResultOf(e)
	s.done++
	answer(r.Params[1].(*httpserver.Response), fmt.Sprint(r.Results[0]))
}

func answer(r *httpserver.Response, text string) {
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("Connection", "close")
	r.Body = []byte(text + "\n")
	r.Done()
}
