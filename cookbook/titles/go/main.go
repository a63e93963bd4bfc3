// It fetches the pages whose addresses come by standard input, two at a time, and
// prints their titles.
//
//	go run . < ADDRESSES
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/wheel/readwrite"
)

type titles struct {
	input *readwrite.Wheel // nil at its end
	asked int
}

var states = poe.States[titles]{
	"_start": (*titles).start,
	"line":   (*titles).line,
	"ended":  func(t *titles, e poe.Event) { t.input.Close(); t.input = nil; t.done(e) },
	"page":   (*titles).page,
}

func main() {
	k := poe.New()
	_, err := clienthttp.New(k, clienthttp.Config{
		Alias: "ua", Agent: []string{"titles/1"}, Timeout: 20 * time.Second, FollowRedirects: 3, MaxSize: 65_536,
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := poe.Create(k, &titles{}, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
}

func (t *titles) start(e poe.Event) {
	lines, err := filter.NewLine(filter.LineConfig{Literal: "\n"})
	if err != nil {
		log.Fatal(err)
	}
	stdin, err := poe.File(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	t.input, err = readwrite.New(e.Kernel, readwrite.Config{ // nothing is written
		Handle: stdin, Filter: lines, Events: readwrite.Names{Input: "line", Error: "ended"},
	})
	if err != nil {
		log.Fatal(err)
	}
}

func (t *titles) line(e poe.Event) {
	url := poe.Arg[string](e, 0)
	if t.asked++; t.asked == 2 {
		t.input.PauseInput()
	}
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		log.Fatal(err)
	}
	e.Post(poe.Alias("ua"), "request", "page", request, url)
}

var title = regexp.MustCompile(`(?is)<title>\s*(.*?)\s*</title>`)

func (t *titles) page(e poe.Event) {
	r := clienthttp.ResultOf(e)
	text := "no title"
	if r.Response.StatusCode/100 != 2 {
		text = fmt.Sprint("status ", r.Response.StatusCode)
	} else if m := title.FindSubmatch(r.Body); m != nil {
		text = strings.Join(strings.Fields(string(m[1])), " ")
	}
	fmt.Printf("%s: %s\n", path.Base(r.Tag.(string)), text)
	if t.input != nil && t.asked == 2 {
		t.input.ResumeInput()
	}
	t.asked--
	t.done(e)
}

func (t *titles) done(e poe.Event) {
	if t.input == nil && t.asked == 0 {
		e.Post(poe.Alias("ua"), "shutdown")
	}
}
