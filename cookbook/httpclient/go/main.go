// Fetches pages, two at a time: the head of a response is read as lines, the
// body as bytes, so the filter changes in between. Redirections are followed.
//
//	go run . URL ...
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

const limit = 2 // pages that are fetched at the same time

// fetcher is the session that has the pages as its children.
type fetcher struct {
	queue  []*page
	active int
}

var fetcherStates = poe.States[fetcher]{
	"_start": (*fetcher).fill,
	"next":   (*fetcher).fill,
	"_child": (*fetcher).child,
	"again": func(f *fetcher, e poe.Event) {
		f.queue = append([]*page{poe.Arg[*page](e, 0)}, f.queue...)
	},
}

func main() {
	f := &fetcher{}
	for _, url := range os.Args[1:] {
		f.queue = append(f.queue, &page{url: url, first: url})
	}
	k := poe.New()
	if _, err := poe.Create(k, f, fetcherStates); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("done")
}

func (f *fetcher) fill(e poe.Event) {
	for len(f.queue) > 0 && f.active < limit {
		f.active++
		p := f.queue[0]
		f.queue = f.queue[1:]
		poe.Create(e.Kernel, p, pageStates)
	}
}

// child is told of every page, which is a child session, when it is over.
func (f *fetcher) child(e poe.Event) {
	if e.Arg(0) != "lose" {
		return
	}
	f.active--
	e.Yield("next")
}

// page is the heap of a child.
type page struct {
	parent     poe.ID
	url, first string // first is where the redirections began
	hops       int
	host, path string
	factory    *socketfactory.Wheel
	wheel      *readwrite.Wheel
	status     string
	fields     map[string]string
	body       string
}

var pageStates = poe.States[page]{
	"_start":    (*page).connect,
	"connected": (*page).connected,
	"refused":   func(p *page, e poe.Event) { p.finish(e.Kernel, poe.Arg[string](e, 0)+" failed") },
	"head":      (*page).gotHead,
	"body":      func(p *page, e poe.Event) { p.body += poe.Arg[string](e, 0) },
	"ended":     (*page).ended,
	"late":      func(p *page, e poe.Event) { p.finish(e.Kernel, "no answer") },
}

var address = regexp.MustCompile(`^http://([^/:]+)(?::(\d+))?(/.*)?$`)

func (p *page) connect(e poe.Event) {
	p.parent = e.Sender
	m := address.FindStringSubmatch(p.url)
	if m == nil {
		p.finish(e.Kernel, "not a URL")
		return
	}
	p.host, p.path, p.fields = m[1], m[3], map[string]string{}
	if p.path == "" {
		p.path = "/"
	}
	port := 80
	if m[2] != "" {
		port, _ = strconv.Atoi(m[2])
	}
	e.Delay("late", 30*time.Second)
	var err error
	p.factory, err = socketfactory.New(e.Kernel, socketfactory.Config{
		RemoteAddress: p.host,
		RemotePort:    port,
		Events:        socketfactory.Names{Success: "connected", Failure: "refused"},
	})
	if err != nil {
		panic(err)
	}
}

func (p *page) connected(e poe.Event) {
	lines, err := filter.NewLine(filter.LineConfig{InputRegexp: lineEnd, OutputLiteral: "\r\n"})
	if err != nil {
		panic(err)
	}
	poe.Replace(&p.factory, nil)
	p.wheel, err = readwrite.New(e.Kernel, readwrite.Config{
		Handle: poe.Arg[*poe.Handle](e, 0),
		Filter: lines,
		Events: readwrite.Names{Input: "head", Error: "ended"},
	})
	if err != nil {
		panic(err)
	}
	p.wheel.Put("GET "+p.path+" HTTP/1.0", "Host: "+p.host, "")
}

var (
	lineEnd    = regexp.MustCompile(`\r?\n`)
	statusLine = regexp.MustCompile(`^HTTP/1\.[01] (\d+)`)
	field      = regexp.MustCompile(`^([^:]+):\s*(.*)`)
	titled     = regexp.MustCompile(`(?s)<title>(.*?)</title>`)
)

func (p *page) gotHead(e poe.Event) {
	line := poe.Arg[string](e, 0)
	if p.wheel == nil { // read with a line that was not HTTP
		return
	}
	if p.status == "" {
		m := statusLine.FindStringSubmatch(line)
		if m == nil {
			p.finish(e.Kernel, "not HTTP")
			return
		}
		p.status = m[1]
	} else if m := field.FindStringSubmatch(line); m != nil {
		p.fields[strings.ToLower(m[1])] = m[2]
	} else if line == "" {
		p.wheel.SetEvents(readwrite.Names{Input: "body", Error: "ended"})
		p.wheel.SetInputFilter(filter.NewStream())
	}
}

// ended tells of the end of the body: that of the connection.
func (p *page) ended(e poe.Event) {
	if err := poe.OpErrorOf(e); err.Errno() != 0 {
		p.finish(e.Kernel, err.Op+" failed")
		return
	}
	if p.status == "" {
		p.finish(e.Kernel, "no head")
		return
	}
	if length, err := strconv.Atoi(p.fields["content-length"]); err == nil && len(p.body) < length {
		p.finish(e.Kernel, "cut short")
		return
	}
	if to := p.fields["location"]; to != "" && strings.HasPrefix(p.status, "30") {
		if p.hops == 2 {
			p.finish(e.Kernel, "too many hops")
			return
		}
		e.Call(p.parent, "again", &page{url: to, first: p.first, hops: p.hops + 1})
		p.finish(e.Kernel, "")
		return
	}
	var title string
	if m := titled.FindStringSubmatch(p.body); m != nil {
		title = m[1]
	}
	p.finish(e.Kernel, fmt.Sprintf("%s %d bytes %s", p.status, len(p.body), title))
}

// finish ends the session: it has neither a wheel nor a timer then.
func (p *page) finish(k *poe.Kernel, result string) {
	if result != "" {
		fmt.Printf("%s: %s\n", p.first, result)
	}
	k.DelayClear("late")
	poe.Replace(&p.factory, nil)
	poe.Replace(&p.wheel, nil)
}
