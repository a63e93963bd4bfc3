// A cron with the component: runs the commands of a table at the times of cron
// expressions, each only if it is not still running.
//
//	go run . TABLE
//
// A line of the table is one of
//
//	MINUTE HOUR DAY MONTH WEEKDAY NAME COMMAND
//	@secondly NAME COMMAND
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/cron"
	"github.com/gopoe/poe/wheel/run"
)

type timetable struct {
	table   string
	cron    *cron.Cron
	running map[string]*run.Wheel // by the job's name
}

var states = poe.States[timetable]{
	"_start": (*timetable).start,
	"due":    (*timetable).due,
	"stop":   (*timetable).stop,
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("timetable TABLE")
	}
	k := poe.New()
	if _, err := poe.Create(k, &timetable{table: os.Args[1], running: map[string]*run.Wheel{}}, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

var line = regexp.MustCompile(`^(@secondly|\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(\S+)\s+(\S.*)$`)

func (t *timetable) start(e poe.Event) {
	e.Sig("INT", "stop")
	table, err := poe.Recorded(e.Kernel, "table", func() ([]byte, error) { return os.ReadFile(t.table) })
	if err == nil {
		t.cron, err = cron.New(e.Kernel, cron.Config{Alias: "cron"})
	}
	if err != nil {
		log.Fatal(err)
	}
	count := 0
	for i, text := range bytes.Split(bytes.TrimSpace(table), []byte("\n")) {
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		if !t.add(e, string(text)) {
			fmt.Println("line", i+1, "of the table is wrong")
			continue
		}
		count++
	}
	fmt.Println(count, "jobs")
}

// add adds the job of a line, unless the line is wrong.
func (t *timetable) add(e poe.Event, text string) bool {
	m := line.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	spec := strings.Replace(m[1], "@secondly", "* * * * * *", 1)
	_, err := t.cron.Add(cron.Job{Spec: spec, Event: "due", Args: []any{m[2], m[3]}, NoOverlap: true})
	return err == nil
}

// due runs a command.
func (t *timetable) due(e poe.Event) {
	job, name, command := poe.Arg[*cron.Run](e, 0), poe.Arg[string](e, 1), poe.Arg[string](e, 2)
	output := func(_ *run.Wheel, line any) { fmt.Printf("%s: %s\n", name, line) }
	wheel, err := run.New(e.Kernel, run.Config{
		Program: []string{"/bin/sh", "-c", command},
		Events: run.Funcs{Stdout: output, Stderr: output, Exit: func(w *run.Wheel, _ poe.WaitStatus) {
			w.Close()
			delete(t.running, name)
			job.Done()
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	t.running[name] = wheel
}

// stop ends what runs; then nothing is left.
func (t *timetable) stop(e poe.Event) {
	e.SigHandled()
	e.SigClear("INT")
	t.cron.Shutdown()
	for _, wheel := range t.running {
		wheel.Kill(syscall.SIGTERM)
	}
}
