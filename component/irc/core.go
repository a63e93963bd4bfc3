package irc

import (
	"strings"

	ircfilter "github.com/gopoe/poe/filter/irc"
)

// core is what the client itself does with an event, before plugins and sessions.
func (c *Client) core(ev *Event) {
	c.checkISupport(ev)
	if f := core[ev.Name]; f != nil {
		f(c, ev)
	}
	if c.state != nil {
		c.state.handle(ev)
	}
}

// core are the events that the client handles itself.
var core map[string]func(*Client, *Event)

func init() {
	core = map[string]func(*Client, *Event){
		"001":          (*Client).welcome,
		"004":          func(c *Client, ev *Event) { c.server.version = param(ev, 1) },
		"005":          func(c *Client, ev *Event) { c.isupport.add(tokensOf(ev)) },
		"290":          func(c *Client, ev *Event) { c.identify = c.identify || ev.Text(1) == "IDENTIFY-MSG" },
		"ping":         (*Client).ping,
		"nick":         (*Client).nickChanged,
		"error":        func(c *Client, _ *Event) { c.loggedIn = false },
		"disconnected": func(c *Client, _ *Event) { c.loggedIn = false },
		"shutdown":     func(c *Client, _ *Event) { c.loggedIn = false },
		"isupport":     (*Client).oldCapabilities,
		"cap":          (*Client).capReply,
		"authenticate": (*Client).authenticate,
		"dcc_request":  (*Client).dccRequest,
		"433":          (*Client).nickTaken,
		"432":          (*Client).nickTaken,
	}
	for _, code := range []string{"900", "901", "902", "903", "904", "905", "906", "907", "908"} {
		core[code] = (*Client).saslReply
	}
	for name, f := range whoisReplies {
		core[name] = f
	}
}

// param is a parameter of a three-digit reply.
func param(ev *Event, i int) string {
	if list := ev.List(2); i < len(list) {
		return list[i]
	}
	return ""
}

// tokensOf are the tokens of a reply 005, without the text at its end.
func tokensOf(ev *Event) []string {
	list := ev.List(2)
	return list[:max(len(list)-1, 0)]
}

func (c *Client) welcome(ev *Event) {
	c.server.name, c.loggedIn = ev.Text(0), true
	if ev.Message != nil && ev.Message.Param(0) != "" {
		c.nick = ev.Message.Param(0)
	}
	c.login.done()
}

// checkISupport sends the event isupport at the first reply after the 005s.
func (c *Client) checkISupport(ev *Event) {
	if c.isupport.done || len(c.isupport.tokens) == 0 || len(ev.Name) != 3 || ev.Name <= "005" || ev.Name > "999" {
		return
	}
	c.isupport.done = true
	c.EmitNow("isupport", c.isupport)
}

// oldCapabilities asks for what servers without CAP have.
func (c *Client) oldCapabilities(*Event) {
	for _, ask := range []struct{ token, line, cap string }{
		{"CAPAB", "CAPAB IDENTIFY-MSG", "identify-msg"},
		{"NAMESX", "PROTOCTL NAMESX", "multi-prefix"},
		{"UHNAMES", "PROTOCTL UHNAMES", "userhost-in-names"},
	} {
		if _, has := c.isupport.Value(ask.token); has && !c.login.enabled[ask.cap] {
			c.send(priorityLogin, ask.line)
		}
	}
}

func (c *Client) ping(ev *Event) {
	text := ""
	for i := range ev.Args {
		if i == 0 && len(ev.Args) > 1 && ev.Message != nil && ev.Message.Source != "" {
			continue // the server
		}
		text = ev.Text(i)
		break
	}
	c.send(priorityLogin, "PONG :"+text)
}

func (c *Client) nickChanged(ev *Event) {
	if nick, _, _ := ircfilter.SplitSource(ev.Text(0)); c.IsMe(nick) {
		c.nick = ev.Text(1)
	}
}

// nickTaken asks for another nick while the client logs in, unless a plugin does.
func (c *Client) nickTaken(ev *Event) {
	if c.loggedIn || c.handlesNick() {
		return
	}
	limit := c.isupport.Int("NICKLEN", 30)
	tried := param(ev, 0)
	if tried == "" || tried == "*" {
		tried = c.nick
	}
	if ev.Name == "432" || len(tried) >= limit || c.login.nicks >= 10 {
		return // a nick that is wrong does not become right
	}
	c.login.nicks++
	c.nick = tried + "_"
	c.send(priorityLogin, "NICK "+c.nick)
}

// handlesNick reports whether a plugin looks after nicks that are taken.
func (c *Client) handlesNick() bool {
	for _, e := range c.pipeline.entries {
		if e.hooks[ServerHook]["433"] != nil {
			return true
		}
	}
	return false
}

// words splits a list between blanks.
func words(text string) []string { return strings.Fields(text) }
