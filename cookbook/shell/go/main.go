// A small interactive shell on standard input and output: commands run in the
// background, or later, and there is a history. At a terminal it prompts.
//
//	go run .
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/run"
)

// shell is the heap of the one session.
type shell struct {
	k        *poe.Kernel
	commands map[string]command
	console  *readwrite.Wheel
	prompt   string
	history  []string
	jobs     map[int]*job
	count    int
}

// command gets the rest of its line, and is false if that makes no sense.
type command struct {
	usage string
	do    func(s *shell, rest string) bool
}

type job struct {
	program string
	wheel   *run.Wheel
}

var states = poe.States[shell]{
	"_start": (*shell).start,
	"line":   func(s *shell, e poe.Event) { s.command(poe.Arg[string](e, 0)) },
	"end":    func(s *shell, _ poe.Event) { s.quit("") },
}

func main() {
	k := poe.New()
	s := &shell{k: k, jobs: map[int]*job{}, commands: map[string]command{
		"run":     {"run COMMAND", (*shell).run},
		"kill":    {"kill NUMBER", (*shell).killJob},
		"jobs":    {"jobs", (*shell).listJobs},
		"after":   {"after MILLISECONDS LINE", (*shell).after},
		"history": {"history", (*shell).listHistory},
		"help":    {"help", (*shell).help},
		"quit":    {"quit", (*shell).quit},
	}}
	if _, err := poe.Create(k, s, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
}

// start reads lines; what is written is not, for a prompt has no line end.
func (s *shell) start(poe.Event) {
	if term.IsTerminal(int(os.Stdin.Fd())) {
		s.prompt = "> "
	}
	in, err := poe.File(os.Stdin)
	if err != nil {
		panic(err)
	}
	out, err := poe.File(os.Stdout)
	if err != nil {
		panic(err)
	}
	s.console, err = readwrite.New(s.k, readwrite.Config{
		InputHandle:  in,
		OutputHandle: out,
		InputFilter:  filter.Lines(),
		OutputFilter: filter.NewStream(),
		Events:       readwrite.Names{Input: "line", Error: "end"},
		AutoFlush:    true,
	})
	if err != nil {
		panic(err)
	}
	s.ask()
}

func (s *shell) ask() {
	if s.console != nil && s.prompt != "" {
		s.console.Put(s.prompt)
	}
}

func (s *shell) say(text ...any) {
	if s.console != nil {
		s.console.Put(fmt.Sprint(text...) + "\n")
	}
}

var recall = regexp.MustCompile(`^!([1-9]\d*)$`)

func (s *shell) command(line string) {
	if m := recall.FindStringSubmatch(line); m != nil {
		if number, _ := strconv.Atoi(m[1]); number <= len(s.history) {
			line = s.history[number-1]
			s.say(line)
		}
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if name != "" {
		s.history = append(s.history, line)
		if command, known := s.commands[name]; !known {
			s.say("help lists the commands")
		} else if !command.do(s, strings.TrimSpace(rest)) {
			s.say("usage: ", command.usage)
		}
	}
	s.ask()
}

func (s *shell) run(program string) bool {
	if program == "" {
		return false
	}
	s.count++
	number := s.count
	output := func(_ *run.Wheel, line any) { s.say("[", number, "] ", line) }
	wheel, err := run.New(s.k, run.Config{
		Program: []string{"/bin/sh", "-c", program},
		Events: run.Funcs{
			Stdout: output,
			Stderr: output,
			Exit:   func(_ *run.Wheel, status poe.WaitStatus) { s.ended(number, status) },
		},
	})
	if err != nil {
		panic(err)
	}
	s.jobs[number] = &job{program, wheel}
	s.say("[", number, "] started")
	return true
}

// ended comes when the output of a job has ended, and the process.
func (s *shell) ended(number int, status poe.WaitStatus) {
	how := fmt.Sprint("exit code ", status.ExitCode())
	if status.Signal() != 0 {
		how = fmt.Sprint("signal ", int(status.Signal()))
	}
	s.say("[", number, "] ended with ", how)
	s.jobs[number].wheel.Close()
	delete(s.jobs, number)
}

func (s *shell) killJob(number string) bool {
	n, _ := strconv.Atoi(number)
	job := s.jobs[n]
	if job == nil {
		return false
	}
	job.wheel.Kill(syscall.SIGTERM)
	return true
}

func (s *shell) listJobs(string) bool {
	for _, number := range slices.Sorted(maps.Keys(s.jobs)) {
		s.say("[", number, "] ", s.jobs[number].program)
	}
	return true
}

func (s *shell) after(words string) bool {
	text, line, _ := strings.Cut(words, " ")
	milliseconds, err := strconv.ParseUint(text, 10, 32)
	if err != nil || line == "" {
		return false
	}
	s.k.DelayAdd("line", time.Duration(milliseconds)*time.Millisecond, line)
	return true
}

func (s *shell) listHistory(string) bool {
	for i, line := range s.history {
		s.say(i+1, " ", line)
	}
	return true
}

func (s *shell) help(string) bool {
	for _, name := range slices.Sorted(maps.Keys(s.commands)) {
		s.say(s.commands[name].usage)
	}
	s.say("!NUMBER")
	return true
}

// quit is also what the end of the input does.
func (s *shell) quit(string) bool {
	s.say("bye")
	s.k.AlarmRemoveAll()
	for _, job := range s.jobs {
		job.wheel.Kill(syscall.SIGTERM)
	}
	poe.Replace(&s.console, nil)
	return true
}
