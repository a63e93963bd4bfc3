package plugin

import (
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/kernel"
)

// NickReclaim appends "_" to a nick that is in use, and changes back to the
// wanted nick as soon as it is free.
//
// POE: POE::Component::IRC::Plugin::NickReclaim.
type NickReclaim struct {
	// Poll is the interval between attempts: 0 means 30 seconds.
	Poll time.Duration

	c       *irc.Client
	desired string
	temp    string
	timer   kernel.AlarmID
}

// Register implements [irc.Plugin]; the client calls it.
func (p *NickReclaim) Register(c *irc.Client) error {
	orDefault(&p.Poll, 30*time.Second)
	p.c, p.desired = c, c.WantedNick()
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"connected": watch(func(*irc.Event) { p.desired, p.temp = c.WantedNick(), "" }),
		"433":       watch(p.taken),
		"nick":      watch(p.changed),
		"quit":      watch(p.quit),
	})
	hook(c, p, watch(func(*irc.Event) { p.stop() }), "disconnected")
	c.Hook(p, irc.UserHook, irc.Hooks{"nick": watch(p.asked)})
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *NickReclaim) Unregister(*irc.Client) { p.stop() }

func (p *NickReclaim) stop() {
	p.c.DelayRemove(p.timer)
	p.timer = 0
}

func (p *NickReclaim) same(a, b string) bool { return p.c.Casemapping().Equal(a, b) }

// asked is a change of nick on its way to the server: one of the program's own is
// what it wants from now on.
func (p *NickReclaim) asked(e *irc.Event) {
	words := strings.Fields(e.Text(0))
	if len(words) > 1 && words[1] != p.temp && p.c.LoggedIn() {
		p.temp, p.desired = "", strings.TrimPrefix(words[1], ":")
	}
}

func (p *NickReclaim) taken(e *irc.Event) {
	offending := first(e.List(2))
	if offending == "" {
		return
	}
	if !p.c.LoggedIn() || p.same(p.c.Nick(), offending) {
		p.temp = offending + "_"
		p.c.ChangeNick(p.temp)
	}
	p.stop()
	p.timer, _ = p.c.Delay(p.Poll, "nick", p.desired)
}

// quit is a user who leaves the nick free.
func (p *NickReclaim) quit(e *irc.Event) { p.freed(nickOf(e)) }

func (p *NickReclaim) changed(e *irc.Event) {
	switch {
	case !p.same(e.Text(1), p.c.Nick()):
		p.freed(nickOf(e))
	case p.same(e.Text(1), p.desired):
		p.stop()
	}
}

func (p *NickReclaim) freed(nick string) {
	if !p.same(nick, p.desired) || p.same(p.c.Nick(), p.desired) {
		return
	}
	p.stop()
	p.c.ChangeNick(p.desired)
}
