// A log watcher: an address that fails to log in three times is banned for a
// while. Rotation of the log is followed.
//
//	go run . FILE [MILLISECONDS]
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/followtail"
)

// watcher is the heap of the one session.
type watcher struct {
	file     string
	time     time.Duration
	tail     *followtail.Wheel
	failures map[string]int
	banned   map[string]poe.AlarmID
}

var states = poe.States[watcher]{
	"_start":  (*watcher).start,
	"line":    (*watcher).line,
	"rotated": func(*watcher, poe.Event) { fmt.Println("the log was rotated") },
	"failed":  func(_ *watcher, e poe.Event) { panic(poe.OpErrorOf(e)) },
	"unban":   (*watcher).unban,
	"stop":    (*watcher).stop,
}

func main() {
	w := &watcher{
		file: "/var/log/auth.log", time: 10 * time.Minute,
		failures: map[string]int{}, banned: map[string]poe.AlarmID{},
	}
	if len(os.Args) > 1 {
		w.file = os.Args[1]
	}
	if len(os.Args) > 2 {
		milliseconds, _ := strconv.Atoi(os.Args[2])
		w.time = time.Duration(milliseconds) * time.Millisecond
	}
	k := poe.New()
	if _, err := poe.Create(k, w, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (w *watcher) start(e poe.Event) {
	e.Sig("INT", "stop")
	var err error
	w.tail, err = followtail.New(e.Kernel, followtail.Config{
		Filename:     w.file,
		PollInterval: 100 * time.Millisecond,
		Events:       followtail.Names{Input: "line", Reset: "rotated", Error: "failed"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("watching")
}

var failure = regexp.MustCompile(`Failed password for \S+ from ([0-9a-f.:]+)`)

func (w *watcher) line(e poe.Event) {
	m := failure.FindStringSubmatch(poe.Arg[string](e, 0))
	if m == nil {
		return
	}
	address := m[1]
	if _, banned := w.banned[address]; banned {
		return
	}
	if w.failures[address]++; w.failures[address] < 3 {
		return
	}
	delete(w.failures, address)
	w.banned[address], _ = e.DelaySet("unban", w.time, address)
	fmt.Println("ban", address)
}

func (w *watcher) unban(e poe.Event) {
	address := poe.Arg[string](e, 0)
	delete(w.banned, address)
	fmt.Println("unban", address)
}

// stop leaves nobody banned when the watcher goes.
func (w *watcher) stop(e poe.Event) {
	e.SigHandled()
	for _, address := range slices.Sorted(maps.Keys(w.banned)) {
		e.AlarmRemove(w.banned[address])
		fmt.Println("unban", address)
	}
	w.tail.Close()
}
