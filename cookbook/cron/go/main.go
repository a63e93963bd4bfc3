// A cron: runs the commands of a table at a time of day, or every so often, each
// only if it is not still running. HUP reads the table again.
//
//	go run . TABLE
//
// A line of the table is one of
//
//	every 90s NAME COMMAND      (or ms, m, h)
//	at 03:30:00 NAME COMMAND
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/run"
)

// cron is the heap of the one session.
type cron struct {
	table   string
	running map[string]*running // by the job's name
}

type job struct {
	next          rule
	name, command string
}

// rule tells when a job is due after a moment.
type rule func(moment time.Time) time.Time

type running struct {
	wheel *run.Wheel
	late  bool // the job was due while it ran
}

var states = poe.States[cron]{
	"_start": (*cron).start,
	"reload": (*cron).reload,
	"due":    (*cron).due,
	"stop":   (*cron).stop,
}

func main() {
	c := &cron{table: "crontab", running: map[string]*running{}}
	if len(os.Args) > 1 {
		c.table = os.Args[1]
	}
	k := poe.New()
	if _, err := poe.Create(k, c, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (c *cron) start(e poe.Event) {
	e.Sig("INT", "stop")
	e.Sig("HUP", "reload")
	c.load(e.Kernel)
}

func (c *cron) reload(e poe.Event) {
	e.SigHandled()
	e.AlarmRemoveAll() // what runs goes on
	c.load(e.Kernel)
}

var tableLine = regexp.MustCompile(`^\s*(every|at)\s+(\S+)\s+(\S+)\s+(\S.*)$`)

func (c *cron) load(k *poe.Kernel) {
	table, err := poe.Recorded(k, "table", func() ([]byte, error) { return os.ReadFile(c.table) })
	if err != nil {
		fmt.Println(err)
		return
	}
	count, number := 0, 0
	for lines := bufio.NewScanner(bytes.NewReader(table)); lines.Scan(); {
		number++
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		j := &job{}
		if m := tableLine.FindStringSubmatch(line); m != nil {
			j.name, j.command = m[3], m[4]
			j.next = map[string]func(how string) rule{"every": every, "at": at}[m[1]](m[2])
		}
		if j.next == nil {
			fmt.Println("line", number, "of the table is wrong")
			continue
		}
		set(k, j, j.next(k.Now()))
		count++
	}
	fmt.Println(count, "jobs")
}

func set(k *poe.Kernel, j *job, t time.Time) { k.AlarmAdd("due", t, j, t) }

var (
	interval = regexp.MustCompile(`^([1-9]\d*)(ms|s|m|h)$`)
	timeOf   = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$`)
)

func every(how string) rule {
	if !interval.MatchString(how) {
		return nil
	}
	d, err := time.ParseDuration(how)
	if err != nil {
		return nil
	}
	return func(moment time.Time) time.Time { return moment.Add(d) }
}

func at(how string) rule {
	m := timeOf.FindStringSubmatch(how)
	if m == nil {
		return nil
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	second, _ := strconv.Atoi(m[3])
	return func(moment time.Time) time.Time {
		year, month, day := moment.Date()
		t := time.Date(year, month, day, hour, minute, second, 0, moment.Location())
		if t.After(moment) {
			return t
		}
		return time.Date(year, month, day+1, hour, minute, second, 0, moment.Location())
	}
}

// due counts the next time from when a job was due, not from now, so that jobs
// do not fall behind; times that have passed already are left out.
func (c *cron) due(e poe.Event) {
	j, t := poe.Arg[*job](e, 0), poe.Arg[time.Time](e, 1)
	for t = j.next(t); t.Before(e.Kernel.Now()); {
		t = j.next(t)
	}
	set(e.Kernel, j, t)
	if r := c.running[j.name]; r != nil {
		if !r.late {
			fmt.Println(j.name, "is still running")
		}
		r.late = true
		return
	}
	c.run(e.Kernel, j)
}

func (c *cron) run(k *poe.Kernel, j *job) {
	output := func(_ *run.Wheel, line any) { fmt.Printf("%s: %s\n", j.name, line) }
	wheel, err := run.New(k, run.Config{
		Program: []string{"/bin/sh", "-c", j.command},
		Events: run.Funcs{
			Stdout: output,
			Stderr: output,
			Exit:   func(_ *run.Wheel, status poe.WaitStatus) { c.ended(j, status) },
		},
	})
	if err != nil {
		panic(err)
	}
	c.running[j.name] = &running{wheel: wheel}
}

// ended comes when a job's output has ended, and the process.
func (c *cron) ended(j *job, status poe.WaitStatus) {
	how := fmt.Sprint("exit code ", status.ExitCode())
	if status.Signal() != 0 {
		how = fmt.Sprint("signal ", int(status.Signal()))
	}
	fmt.Println(j.name, "ended with", how)
	c.running[j.name].wheel.Close()
	delete(c.running, j.name)
}

// stop ends what runs; then nothing is left.
func (c *cron) stop(e poe.Event) {
	e.SigHandled()
	e.SigClear("INT")
	e.SigClear("HUP")
	e.AlarmRemoveAll()
	for _, r := range c.running {
		r.wheel.Kill(syscall.SIGTERM)
	}
}
