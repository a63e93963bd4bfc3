package irc

import (
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
	ircfilter "github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/kernel"
)

// line is a message from the server. What it becomes is queued, as all events, so
// that other sessions have their turn.
func (c *Client) line(e kernel.Event) {
	if !c.current(e) {
		return
	}
	m := kernel.Arg[*Message](e, 1)
	c.debug("received", m.Raw)
	if c.config.Raw {
		c.post(&Event{Name: "raw", Args: []any{m.Raw}, Message: m})
	}
	c.labels.collect(c, m)
	for _, ev := range c.eventsOf(m) {
		ev.Message = m
		c.post(ev)
	}
}

// eventsOf makes the events of a message.
func (c *Client) eventsOf(m *Message) []*Event {
	name := strings.ToLower(m.Command)
	switch {
	case name[0] >= '0' && name[0] <= '9':
		return one(name, numericArgs(m))
	case name == "privmsg" || name == "notice":
		return c.textEvents(name, m)
	case name == "invite":
		return one(name, []any{m.Source, m.Param(len(m.Params) - 1)})
	case name == "cap":
		return one(name, anys(m.Params[min(1, len(m.Params)):]))
	case name == "batch":
		return c.batches.event(c, m)
	}
	args := anys(m.Params)
	if m.Source != "" {
		args = append([]any{m.Source}, args...)
	}
	return one(name, args)
}

func one(name string, args []any) []*Event { return []*Event{{Name: name, Args: args}} }

// numericArgs are the server, the text and the list of parameters, the client's
// own nick left out.
func numericArgs(m *Message) []any {
	params := m.Params[min(1, len(m.Params)):]
	if len(params) > 0 && strings.Contains(params[0], " ") {
		return []any{m.Source, params[0], params}
	}
	words := make([]string, len(params))
	for i, p := range params {
		if words[i] = p; strings.Contains(p, " ") {
			words[i] = ":" + p
		}
	}
	return []any{m.Source, strings.Join(words, " "), params}
}

// textEvents are the events of PRIVMSG and NOTICE.
func (c *Client) textEvents(command string, m *Message) []*Event {
	text := m.Param(1)
	if ircutil.IsCTCP(text) {
		return c.ctcpEvents(command, m)
	}
	if command == "notice" && !strings.Contains(m.Source, "!") && !c.isEcho(m) {
		args := []any{text, m.Param(0)}
		if m.Source != "" {
			args = append(args, m.Source)
		}
		return one("snotice", args)
	}
	name := command
	if command == "privmsg" {
		name = "msg"
		if strings.ContainsAny(m.Param(0), c.isupport.ChannelTypes()) {
			name = "public"
		}
	}
	args := []any{m.Source, strings.Split(m.Param(0), ",")}
	if c.identify && text != "" {
		args = append(args, text[1:], text[0] == '+')
	} else {
		args = append(args, text)
	}
	return one(c.echoed(m)+name, args)
}

// isEcho reports whether a message is the client's own.
func (c *Client) isEcho(m *Message) bool {
	nick, _, _ := ircfilter.SplitSource(m.Source)
	return c.login.enabled["echo-message"] && c.IsMe(nick)
}

// echoed is what comes before the name of an event for the client's own message.
func (c *Client) echoed(m *Message) string {
	if c.isEcho(m) {
		return "echo_"
	}
	return ""
}

// ctcpEvents are the events of a message with CTCP.
func (c *Client) ctcpEvents(command string, m *Message) []*Event {
	text := m.Param(1)
	identified := false
	marked := c.identify && len(text) > 8 && text[1:8] == "\x01ACTION"
	if marked {
		identified, text = text[0] == '+', text[1:]
	}
	message, ok := ircutil.ParseCTCP(text)
	if !ok {
		return nil
	}
	if strings.EqualFold(message.Name, "dcc") {
		return c.dccRequestEvents(m, message.Args)
	}
	kind := "ctcp_"
	if command == "notice" {
		kind = "ctcpreply_"
	}
	lower := strings.ToLower(message.Name)
	args := []any{m.Source, strings.Split(m.Param(0), ","), message.Args}
	if marked {
		args = append(args, identified)
	}
	events := one(c.echoed(m)+kind+lower, args)
	if kind == "ctcp_" && !c.isEcho(m) {
		events = append(events, &Event{Name: "ctcp", Args: append([]any{lower}, args...)})
	}
	return events
}
