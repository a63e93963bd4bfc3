// A bridge between a channel of IRC and the web: what was said there is a page, and
// what is sent to it is said there.
//
//	go run . HOST PORT CHANNEL WEBPORT
//
//	GET /     the last lines of the channel
//	POST /    says the body
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter/httpd"
)

const maxLines = 100

type bridge struct {
	client  *irc.Client
	channel string
	lines   []string
}

var states = poe.States[bridge]{
	"_start":     (*bridge).start,
	"irc_001":    func(b *bridge, _ poe.Event) { b.client.Yield("join", b.channel) },
	"irc_join":   func(b *bridge, e poe.Event) { fmt.Println(irc.MemberOf(e).Nick, "is on", b.channel) },
	"irc_public": (*bridge).public,
	"lines":      (*bridge).show,
	"say":        (*bridge).say,
	"stop":       (*bridge).stop,
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("bridge HOST PORT CHANNEL WEBPORT")
	}
	port, _ := strconv.Atoi(os.Args[2])
	web, _ := strconv.Atoi(os.Args[4])
	k := poe.New()
	b := &bridge{channel: os.Args[3]}
	server := irc.Config{Nick: "bridge", RealName: "a bridge", Server: os.Args[1], Port: port, Flood: true}
	if _, err := poe.Create(k, b, states, server); err != nil {
		log.Fatal(err)
	}
	page, err := httpserver.Listen(k, httpserver.Config{
		Server: servertcp.Config{Address: "127.0.0.1", Port: web},
		Routes: []httpserver.Route{
			{Method: http.MethodGet, Session: poe.Alias("bridge"), Event: "lines"},
			{Method: http.MethodPost, Session: poe.Alias("bridge"), Event: "say"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", page.Addr())
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (b *bridge) start(e poe.Event) {
	e.AliasSet("bridge")
	e.Sig("INT", "stop")
	var err error
	if b.client, err = irc.New(e.Kernel, poe.Arg[irc.Config](e, 0)); err != nil { // whose events this session gets
		log.Fatal(err)
	}
	b.client.Connect(irc.Config{})
}

func (b *bridge) stop(e poe.Event) {
	e.SigHandled()
	e.AliasRemove("bridge")
	e.Post(poe.Alias("HTTPD"), "SHUTDOWN")
	b.client.Shutdown("bye")
}

func (b *bridge) public(e poe.Event) {
	m := irc.TextOf(e)
	b.keep(m.Nick, m.Text)
}

// keep keeps a line, and forgets the first when there are too many.
func (b *bridge) keep(nick, text string) {
	line := nick + ": " + text
	fmt.Println(line)
	b.lines = append(b.lines, line)
	b.lines = b.lines[max(0, len(b.lines)-maxLines):]
}

func (b *bridge) show(e poe.Event) {
	answer(httpserver.ResponseOf(e), strings.Join(b.lines, "\n"))
}

func (b *bridge) say(e poe.Event) {
	r := httpserver.ResponseOf(e)
	text := string(httpd.Content(r.Request))
	b.client.Yield("privmsg", b.channel, text)
	b.keep("web", text)
	answer(r, "said")
}

func answer(r *httpserver.Response, text string) {
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("Connection", "close")
	r.Body = []byte(text + "\n")
	r.Done()
}
