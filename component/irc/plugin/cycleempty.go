package plugin

import (
	"errors"

	"github.com/gopoe/poe/component/irc"
)

// CycleEmpty leaves and rejoins a channel on which the client is alone without
// being an operator, in order to become one. Topic and key are restored. It
// needs irc.Config.State.
//
// POE: POE::Component::IRC::Plugin::CycleEmpty.
type CycleEmpty struct {
	c       *irc.Client
	cycling map[string]bool
}

// errNeedsState is why a plugin does not register.
var errNeedsState = errors.New("the client must follow channels: irc.Config.State")

// Register implements [irc.Plugin]; the client calls it.
func (p *CycleEmpty) Register(c *irc.Client) error {
	if !c.FollowsState() {
		return errNeedsState
	}
	p.c, p.cycling = c, map[string]bool{}
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"join": watch(func(e *irc.Event) { delete(p.cycling, p.key(e.Text(1))) }),
		"part": watch(func(e *irc.Event) { p.left(nickOf(e), e.Text(1)) }),
		"kick": watch(func(e *irc.Event) { p.left(e.Text(2), e.Text(1)) }),
		"quit": watch(func(e *irc.Event) { p.left(nickOf(e), e.List(2)...) }),
	})
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *CycleEmpty) Unregister(*irc.Client) {}

func (p *CycleEmpty) key(channel string) string { return p.c.Casemapping().Lower(channel) }

// IsCycling reports whether the plugin is leaving and rejoining a channel.
func (p *CycleEmpty) IsCycling(channel string) bool { return p.cycling[p.key(channel)] }

// left looks at channels that somebody has left.
func (p *CycleEmpty) left(nick string, channels ...string) {
	if p.c.IsMe(nick) {
		return
	}
	for _, name := range channels {
		if ch := p.c.Channel(name); ch != nil && ch.Len() == 1 && !p.c.IsChannelOperator(name, p.c.Nick()) {
			p.cycle(ch)
		}
	}
}

func (p *CycleEmpty) cycle(ch *irc.Channel) {
	p.cycling[p.key(ch.Name)] = true
	topic, key := ch.Topic.Text, ch.Key()
	p.c.Part(ch.Name)
	if key == "" {
		p.c.Join(ch.Name)
	} else {
		p.c.Join(ch.Name, key)
		p.c.Mode(ch.Name, "+k", key)
	}
	if topic != "" {
		p.c.SetTopic(ch.Name, topic)
	}
}
