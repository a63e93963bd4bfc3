// A job queue: visitors send commands, of which two run at a time. Each hears
// what its commands print and how they end.
//
//	go run . PORT
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"
	"syscall"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/wheel/run"
)

const limit = 2

// job is one command.
type job struct {
	number  int
	command string
	client  poe.ID
	wheel   *run.Wheel
}

// jobs is the session that runs them.
type jobs struct {
	k       *poe.Kernel
	count   int
	queue   []*job
	running map[int]*job
}

var jobsStates = poe.States[jobs]{
	"_start": (*jobs).start,
	"add":    (*jobs).add,
	"kill":   (*jobs).kill,
	"stop":   func(*jobs, poe.Event) {},
}

func main() {
	port := 4003
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:         "127.0.0.1",
		Port:            port,
		ClientConnected: func(c *servertcp.Client) { c.Put("A command a line, or kill NUMBER.") },
		ClientInput:     servertcp.Input(input),
		ClientError:     func(*servertcp.Client, *poe.OpError) {},
		InlineStates: poe.Funcs{
			"hear": func(e poe.Event) { poe.Heap[servertcp.Client](e).Put(e.Args...) },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	if _, err := poe.Create(k, &jobs{k: k, running: map[int]*job{}}, jobsStates); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

var killing = regexp.MustCompile(`^kill (\d+)$`)

func input(c *servertcp.Client, line string) {
	if m := killing.FindStringSubmatch(line); m != nil {
		number, _ := strconv.Atoi(m[1])
		c.Post(poe.Alias("jobs"), "kill", number)
		return
	}
	c.Post(poe.Alias("jobs"), "add", line)
}

func (js *jobs) start(e poe.Event) {
	js.k.AliasSet("jobs")
	js.k.Sig("INT", "stop")
}

func (js *jobs) add(e poe.Event) {
	js.count++
	j := &job{number: js.count, command: poe.Arg[string](e, 0), client: e.Sender}
	js.queue = append(js.queue, j)
	js.tell(j, "queued")
	js.startJobs()
}

func (js *jobs) kill(e poe.Event) {
	if j := js.running[poe.Arg[int](e, 0)]; j != nil {
		j.wheel.Kill(syscall.SIGTERM)
	}
}

func (js *jobs) tell(j *job, text string) {
	js.k.Post(j.client, "hear", fmt.Sprint(j.number, " ", text))
}

func (js *jobs) startJobs() {
	for len(js.queue) > 0 && len(js.running) < limit {
		j := js.queue[0]
		js.queue = js.queue[1:]
		output := func(_ *run.Wheel, line any) { js.tell(j, line.(string)) }
		var err error
		j.wheel, err = run.New(js.k, run.Config{
			Program: []string{"/bin/sh", "-c", j.command},
			Events: run.Funcs{
				Stdout: output,
				Stderr: output,
				Exit:   func(_ *run.Wheel, status poe.WaitStatus) { js.ended(j, status) }, // after the last output
			},
		})
		if err != nil {
			js.tell(j, err.Error())
			continue
		}
		js.running[j.number] = j
		js.tell(j, "started")
	}
}

func (js *jobs) ended(j *job, status poe.WaitStatus) {
	how := fmt.Sprint("exit code ", status.ExitCode())
	if status.Signal() != 0 {
		how = fmt.Sprint("signal ", status.Signal())
	}
	js.tell(j, "ended with "+how)
	delete(js.running, j.number)
	j.wheel.Close()
	js.startJobs()
}
