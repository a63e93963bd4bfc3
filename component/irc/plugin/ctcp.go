package plugin

import (
	"time"

	"github.com/gopoe/poe/component/irc"
)

// CTCP answers the requests VERSION, CLIENTINFO, USERINFO, SOURCE, PING and TIME.
//
// POE: POE::Component::IRC::Plugin::CTCP.
type CTCP struct {
	// Version, ClientInfo, UserInfo and Source are the answers to these
	// requests; if empty, a default answer is sent.
	Version, ClientInfo, UserInfo, Source string
	// Pass passes the requests that were answered on to sessions. POE: eat =>
	// 0.
	Pass bool
}

// Register implements [irc.Plugin]; the client calls it.
func (p *CTCP) Register(c *irc.Client) error {
	orDefault(&p.Version, "github.com/gopoe/poe")
	orDefault(&p.ClientInfo, "ACTION CLIENTINFO PING SOURCE TIME USERINFO VERSION")
	orDefault(&p.UserInfo, "a bot")
	orDefault(&p.Source, "https://github.com/gopoe/poe")
	answer := func(name string, text func(e *irc.Event) string) irc.Hook {
		return func(e *irc.Event) irc.Eat {
			if reply := text(e); nickOf(e) != "" {
				c.CTCPReply(nickOf(e), name+" "+reply)
			}
			if p.Pass {
				return irc.EatNone
			}
			return irc.EatClient
		}
	}
	fixed := func(text string) func(*irc.Event) string { return func(*irc.Event) string { return text } }
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"ctcp_version":    answer("VERSION", fixed(p.Version)),
		"ctcp_clientinfo": answer("CLIENTINFO", fixed(p.ClientInfo)),
		"ctcp_userinfo":   answer("USERINFO", fixed(p.UserInfo)),
		"ctcp_source":     answer("SOURCE", fixed(p.Source)),
		"ctcp_ping":       answer("PING", func(e *irc.Event) string { return e.Text(2) }),
		"ctcp_time":       answer("TIME", func(*irc.Event) string { return c.Now().Format(time.RFC1123Z) }),
	})
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *CTCP) Unregister(*irc.Client) {}
