package plugin

import (
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/ircutil"
	ircfilter "github.com/gopoe/poe/filter/irc"
)

// BotTraffic sends events for the messages that the client itself sends:
// bot_public, bot_msg, bot_action and bot_notice, with the list of recipients
// and the text.
//
// POE: POE::Component::IRC::Plugin::BotTraffic.
type BotTraffic struct{ c *irc.Client }

// Register implements [irc.Plugin]; the client calls it.
func (p *BotTraffic) Register(c *irc.Client) error {
	p.c = c
	c.Hook(p, irc.UserHook, irc.Hooks{"privmsg": watch(p.privmsg), "notice": watch(p.notice)})
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *BotTraffic) Unregister(*irc.Client) {}

// said reads a line on its way to the server.
func said(e *irc.Event) (targets []string, text string, ok bool) {
	line, _, _ := strings.Cut(e.Text(0), "\n")
	m, err := ircfilter.Parse([]byte(strings.TrimRight(line, "\r")))
	if err != nil || len(m.Params) < 2 {
		return nil, "", false
	}
	return strings.Split(m.Param(0), ","), m.Param(1), true
}

func (p *BotTraffic) notice(e *irc.Event) {
	if targets, text, ok := said(e); ok && !ircutil.IsCTCP(text) {
		p.c.EmitNext("bot_notice", targets, text)
	}
}

func (p *BotTraffic) privmsg(e *irc.Event) {
	targets, text, ok := said(e)
	if !ok {
		return
	}
	if message, is := ircutil.ParseCTCP(text); is {
		if strings.EqualFold(message.Name, "ACTION") {
			p.c.EmitNext("bot_action", targets, message.Args)
		}
		return
	}
	for _, target := range targets {
		event := "bot_msg"
		if p.c.IsChannel(target) {
			event = "bot_public"
		}
		p.c.EmitNext(event, []string{target}, text)
	}
}
