// A chat for the users of IRC and for browsers, who are in one room: each browser is
// a user of the IRC server, and what that hears comes to it by WebSocket.
//
//	go run . IRCPORT WEBPORT
//
// The channel is #salon. The first text of a browser is its nick.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter/websocket"
)

const channel = "#salon"

// salon is what the sessions share.
type salon struct {
	irc    *ircd.Server
	guests map[*servertcp.Client]*ircd.Service
}

func main() {
	ports := []int{6667, 4014}
	for i, arg := range os.Args[1:] {
		ports[i], _ = strconv.Atoi(arg)
	}
	k := poe.New()
	s := &salon{guests: map[*servertcp.Client]*ircd.Service{}}
	var err error
	s.irc, err = ircd.New(k, ircd.Config{Name: "salon.example", Address: "127.0.0.1", Port: ports[0]})
	if err != nil {
		log.Fatal(err)
	}
	web, err := httpserver.Listen(k, httpserver.Config{
		Server: servertcp.Config{Address: "127.0.0.1", Port: ports[1], ClientDisconnected: s.left},
		Routes: []httpserver.Route{
			{Pattern: regexp.MustCompile(`^/chat$`), Handle: func(r *httpserver.Response) { _ = r.WebSocket(websocket.Config{}, s.heard) }},
			{Handle: show},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", s.irc.Addr())
	fmt.Println("listening on", web.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) { e.AliasSet("control"); e.Sig("INT", "stop") },
		"stop": func(e poe.Event) {
			e.SigHandled()
			e.AliasRemove("control")
			web.Shutdown(0)
			s.irc.Shutdown()
		},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// heard is called with what a browser sends.
func (s *salon) heard(c *servertcp.Client, message any) {
	switch m := message.(type) {
	case websocket.Text:
		text := strings.Join(strings.Fields(string(m)), " ")
		if guest := s.guests[c]; guest != nil {
			guest.Do("PRIVMSG", channel, text)
			return
		}
		s.enter(c, text)
	case websocket.Ping:
		c.Put(websocket.Pong(m))
	case websocket.Close:
		c.Put(m)
		c.Shutdown()
	}
}

// enter makes a browser a user of the IRC server.
func (s *salon) enter(c *servertcp.Client, nick string) {
	guest, err := s.irc.AddService(nick, func(from ircutil.Source, m *ircd.Message) {
		if text := news(from.Nick, m); text != "" && from.Nick != nick {
			c.Put(text)
		}
	})
	if err != nil {
		c.Put("You cannot be " + nick + ".")
		return
	}
	s.guests[c] = guest
	guest.Do("JOIN", channel)
	c.Put("You are " + nick + ".")
}

// news is what a browser sees of a message; empty for nothing.
func news(nick string, m *ircd.Message) string {
	switch m.Command {
	case "JOIN":
		return nick + " comes."
	case "PART", "QUIT":
		return nick + " leaves."
	case "PRIVMSG":
		return nick + ": " + m.Param(1)
	}
	return ""
}

// left is called when a connection has ended.
func (s *salon) left(c *servertcp.Client) {
	if guest := s.guests[c]; guest != nil {
		guest.Remove("gone")
		delete(s.guests, c)
	}
}

func show(r *httpserver.Response) {
	if r.Request.URL.Path != "/" {
		r.Status = http.StatusNotFound
	} else {
		r.Header.Set("Content-Type", "text/html")
		r.Body = []byte(page)
	}
	r.Done()
}

const page = `<!DOCTYPE html>
<title>Salon</title>
<pre></pre>
<form><input name="text" autofocus></form>
<script>
const form = document.forms[0], socket = new WebSocket('ws://' + location.host + '/chat');
const add = text => document.querySelector('pre').append(text + '\n');
socket.onopen = () => socket.send(prompt('Your name?'));
socket.onmessage = event => add(event.data);
form.onsubmit = () => {
  socket.send(form.text.value);
  add('> ' + form.text.value);
  form.reset();
  return false;
};
</script>
`
