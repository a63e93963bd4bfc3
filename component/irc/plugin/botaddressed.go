package plugin

import (
	"strings"

	"github.com/gopoe/poe/component/irc"
)

// BotAddressed sends events when the client's nick is mentioned on a channel:
// bot_addressed for "bot: text", whose text is without the nick, bot_mentioned,
// and bot_mentioned_action. Their arguments are those of public.
//
// POE: POE::Component::IRC::Plugin::BotAddressed.
type BotAddressed struct {
	// Eat keeps the original event from plugins and sessions.
	Eat bool

	c *irc.Client
}

// Register implements [irc.Plugin]; the client calls it.
func (p *BotAddressed) Register(c *irc.Client) error {
	p.c = c
	c.Hook(p, irc.ServerHook, irc.Hooks{"public": p.public, "ctcp_action": p.action})
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *BotAddressed) Unregister(*irc.Client) {}

// addressed returns what follows the client's nick at the beginning of a text.
// Marks are characters that may come before it.
func addressed(c *irc.Client, text, marks string) (rest string, ok bool) {
	text = strings.TrimLeft(text, " \t")
	if text != "" && strings.IndexByte(marks, text[0]) >= 0 {
		text = text[1:]
	}
	nick := c.Nick()
	if len(text) < len(nick) || !c.Casemapping().Equal(text[:len(nick)], nick) {
		return "", false
	}
	rest = text[len(nick):]
	switch {
	case rest == "":
	case strings.IndexByte(":,;.!?~", rest[0]) >= 0:
		rest = rest[1:]
	case rest[0] != ' ' && rest[0] != '\t':
		return "", false // a longer word
	}
	return strings.TrimLeft(rest, " \t"), true
}

func (p *BotAddressed) mentioned(text string) bool {
	return strings.Contains(p.c.Casemapping().Lower(text), p.c.Casemapping().Lower(p.c.Nick()))
}

func (p *BotAddressed) public(e *irc.Event) irc.Eat {
	event, text := "bot_addressed", e.Text(2)
	rest, ok := addressed(p.c, text, "@%")
	switch {
	case ok:
		text = rest
	case p.mentioned(text):
		event = "bot_mentioned"
	default:
		return irc.EatNone
	}
	for _, channel := range e.List(1) {
		p.c.EmitNext(event, e.Text(0), []string{channel}, text)
	}
	return p.eat()
}

func (p *BotAddressed) action(e *irc.Event) irc.Eat {
	eat := irc.EatNone
	if !p.mentioned(e.Text(2)) {
		return eat
	}
	for _, target := range e.List(1) {
		if p.c.IsChannel(target) {
			eat = p.eat()
			p.c.EmitNext("bot_mentioned_action", e.Text(0), []string{target}, e.Text(2))
		}
	}
	return eat
}

func (p *BotAddressed) eat() irc.Eat {
	if p.Eat {
		return irc.EatAll
	}
	return irc.EatNone
}
