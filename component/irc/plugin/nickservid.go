package plugin

import (
	"errors"
	"strings"

	"github.com/gopoe/poe/component/irc"
)

// NickServID identifies the client with NickServ when it has connected, and
// when it has changed back to the nick of its configuration. When NickServ
// confirms that, the event identified is sent.
//
// POE: POE::Component::IRC::Plugin::NickServID.
type NickServID struct {
	// Password is required.
	Password string

	ready ready
}

// Register implements [irc.Plugin]; the client calls it.
func (p *NickServID) Register(c *irc.Client) error {
	if p.Password == "" || strings.ContainsAny(p.Password, " \r\n\x00") {
		return errors.New("a Password that is one word is required")
	}
	identify := func() { _ = c.Yield("nickserv", "IDENTIFY", p.Password) }
	p.ready.hook(c, p, identify)
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"nick": watch(func(e *irc.Event) {
			if c.IsMe(e.Text(1)) && c.Casemapping().Equal(e.Text(1), c.WantedNick()) {
				identify()
			}
		}),
		"notice": watch(func(e *irc.Event) {
			if strings.EqualFold(nickOf(e), "nickserv") && c.IsMe(first(e.List(1))) && identified(bare(e.Text(2))) {
				c.EmitNext("identified")
			}
		}),
	})
	return nil
}

// identified reports whether NickServ says so.
func identified(text string) bool {
	return strings.Contains(text, "now identified") || strings.Contains(text, "now recognized")
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *NickServID) Unregister(*irc.Client) {}
