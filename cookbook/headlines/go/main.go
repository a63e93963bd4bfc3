// It announces the news of feeds, the oldest first. Commands come by standard input:
//
//	add NAME URL
//	pause NAME, resume NAME, remove NAME
//
// Its end is the end of the program.
//
//	go run . SECONDS
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/feed"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/wheel/readwrite"
)

type announcer struct {
	delay time.Duration
	input *readwrite.Wheel
}

var states = poe.States[announcer]{
	"_start":      (*announcer).start,
	"command":     (*announcer).command,
	"ended":       (*announcer).ended,
	"handle_feed": (*announcer).handleFeed,
}

func main() {
	a := &announcer{delay: 300 * time.Second}
	if len(os.Args) > 1 {
		seconds, _ := strconv.Atoi(os.Args[1])
		a.delay = time.Duration(seconds) * time.Second
	}
	k := poe.New()
	if _, err := poe.Create(k, a, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (a *announcer) start(e poe.Event) {
	if _, err := feed.New(e.Kernel, feed.Config{}); err != nil {
		log.Fatal(err)
	}
	lines, err := filter.NewLine(filter.LineConfig{Literal: "\n"})
	if err != nil {
		log.Fatal(err)
	}
	stdin, err := poe.File(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	a.input, err = readwrite.New(e.Kernel, readwrite.Config{ // nothing is written
		Handle: stdin, Filter: lines, Events: readwrite.Names{Input: "command", Error: "ended"},
	})
	if err != nil {
		log.Fatal(err)
	}
}

func (a *announcer) command(e poe.Event) {
	words := append(strings.Fields(poe.Arg[string](e, 0)), "", "", "")
	verb, name, url := words[0], words[1], words[2]
	if verb == "add" {
		e.Call(poe.Alias("rssagg"), "add_feed", feed.Feed{Name: name, URL: url, Delay: a.delay, Event: "handle_feed"})
		return
	}
	e.Call(poe.Alias("rssagg"), verb+"_feed", name)
	fmt.Printf("%s: %s\n", name, verb)
}

func (a *announcer) ended(e poe.Event) {
	a.input.Close()
	e.Post(poe.Alias("rssagg"), "shutdown")
}

func (a *announcer) handleFeed(e poe.Event) {
	u := feed.UpdateOf(e)
	for _, item := range slices.Backward(u.New) {
		fmt.Printf("%s: %s %s\n", u.Feed.Name, item.Title, item.Link)
	}
}
