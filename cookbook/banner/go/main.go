// Bans the addresses that misbehave in any of several logs. Offences are points,
// which are forgiven after a while; who has three is banned, every time twice as
// long. A command carries it out, one at a time. USR1 shows how things are.
//
//	go run . COMMAND MILLISECONDS_TO_FORGIVE MILLISECONDS_OF_BAN LOG ...
//
// The command is given "ban" or "unban", and the address.
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
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/run"
)

// rules say what is an offence, where the address stands in it, and how bad it
// is.
var rules = []struct {
	pattern *regexp.Regexp
	points  int
}{
	{regexp.MustCompile(`Failed password for \S+ from (\S+)`), 1},
	{regexp.MustCompile(`Failed password for invalid user \S+ from (\S+)`), 2},
	{regexp.MustCompile(`^(\S+) .*"GET /(?:wp-login|phpmyadmin|\.env)`), 3},
}

var never = regexp.MustCompile(`^(?:127\.|::1$)`)

// banner is the heap of the one session.
type banner struct {
	command      string
	forgive, ban time.Duration
	logs         []string
	tails        []*followtail.Wheel
	points       map[string]int // by address, as the next two
	banned       map[string]poe.AlarmID
	times        map[string]int
	actions      [][]string
	acting       bool
}

var states = poe.States[banner]{
	"_start": (*banner).start,
	"line":   (*banner).line,
	"forget": (*banner).forget,
	"unban":  (*banner).unban,
	"action": (*banner).action,
	"status": (*banner).status,
	"stop":   (*banner).stop,
}

func main() {
	if len(os.Args) < 5 {
		log.Fatalf("usage: %s COMMAND FORGIVE BAN LOG ...", os.Args[0])
	}
	b := &banner{
		command: os.Args[1], forgive: milliseconds(os.Args[2]), ban: milliseconds(os.Args[3]), logs: os.Args[4:],
		points: map[string]int{}, banned: map[string]poe.AlarmID{}, times: map[string]int{},
	}
	k := poe.New()
	if _, err := poe.Create(k, b, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func milliseconds(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return time.Duration(n) * time.Millisecond
}

func (b *banner) start(e poe.Event) {
	e.Sig("INT", "stop")
	e.Sig("USR1", "status")
	for _, name := range b.logs {
		tail, err := followtail.New(e.Kernel, followtail.Config{
			Filename: name, PollInterval: 100 * time.Millisecond, Events: followtail.Names{Input: "line"},
		})
		if err != nil {
			panic(err)
		}
		b.tails = append(b.tails, tail)
	}
	fmt.Println("watching", len(b.logs), "logs")
}

func (b *banner) line(e poe.Event) {
	for _, rule := range rules {
		m := rule.pattern.FindStringSubmatch(poe.Arg[string](e, 0))
		if m == nil {
			continue
		}
		address := m[1]
		if _, banned := b.banned[address]; !banned && !never.MatchString(address) {
			b.offence(e.Kernel, address, rule.points)
		}
		return
	}
}

// offence gives every offence a timer of its own.
func (b *banner) offence(k *poe.Kernel, address string, points int) {
	b.points[address] += points
	if b.points[address] < 3 {
		k.DelayAdd("forget", b.forgive, address, points)
		return
	}
	delete(b.points, address)
	t := b.ban << b.times[address]
	b.times[address]++
	b.banned[address], _ = k.DelaySet("unban", t, address)
	fmt.Println(address, "for", t.Milliseconds(), "ms")
	b.act(k, "ban", address)
}

// forget finds nothing of points that are gone with a ban.
func (b *banner) forget(e poe.Event) {
	address := poe.Arg[string](e, 0)
	if b.points[address] == 0 {
		return
	}
	if b.points[address] -= poe.Arg[int](e, 1); b.points[address] > 0 {
		return
	}
	delete(b.points, address)
	fmt.Println(address, "is forgiven")
}

func (b *banner) unban(e poe.Event) {
	address := poe.Arg[string](e, 0)
	delete(b.banned, address)
	b.act(e.Kernel, "unban", address)
}

// act makes actions wait for each other: an unban must not overtake the ban.
func (b *banner) act(k *poe.Kernel, words ...string) {
	b.actions = append(b.actions, words)
	if !b.acting {
		k.Yield("action")
	}
	b.acting = true
}

func (b *banner) action(e poe.Event) {
	words := b.actions[0]
	b.actions = b.actions[1:]
	output := func(_ *run.Wheel, line any) { fmt.Println(line) }
	_, err := run.New(e.Kernel, run.Config{
		Program: append([]string{b.command}, words...),
		Events: run.Funcs{
			Stdout: output,
			Stderr: output,
			Exit:   func(w *run.Wheel, _ poe.WaitStatus) { b.ended(e.Kernel, w) },
		},
	})
	if err != nil {
		panic(err)
	}
}

// ended comes when the output of a command has ended, and the process.
func (b *banner) ended(k *poe.Kernel, w *run.Wheel) {
	w.Close()
	b.acting = len(b.actions) > 0
	if b.acting {
		k.Yield("action")
	}
}

func (b *banner) status(poe.Event) {
	var parts []string
	for _, address := range slices.Sorted(maps.Keys(b.points)) {
		parts = append(parts, fmt.Sprint(address, " has ", b.points[address]))
	}
	for _, address := range slices.Sorted(maps.Keys(b.banned)) {
		parts = append(parts, address+" is banned")
	}
	if parts == nil {
		parts = []string{"all is quiet"}
	}
	fmt.Println(strings.Join(parts, ", "))
}

// stop leaves nobody banned when the program goes; it waits for the last action.
func (b *banner) stop(e poe.Event) {
	e.SigHandled()
	e.SigClear("INT")
	e.SigClear("USR1")
	e.AlarmRemoveAll()
	for _, tail := range b.tails {
		tail.Close()
	}
	for _, address := range slices.Sorted(maps.Keys(b.banned)) {
		b.act(e.Kernel, "unban", address)
	}
}
