package plugin

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc"
)

// AutoJoin joins channels each time that the client has connected, and rejoins
// those it was on before the connection was lost. With the plugin NickServID it
// waits until the client has identified itself.
//
// POE: POE::Component::IRC::Plugin::AutoJoin.
type AutoJoin struct {
	// Channels maps the channels to their keys, "" for none. If nil, they are
	// the channels that the client is on when the plugin is added, which
	// requires irc.Config.State.
	Channels map[string]string
	// RejoinOnKick joins a channel again after a kick, with a delay of
	// RejoinDelay: 0 means five seconds.
	RejoinOnKick bool
	RejoinDelay  time.Duration
	// RetryWhenBanned is the interval between attempts to join a channel from
	// which the client is banned: 0 means that it does not try again.
	RetryWhenBanned time.Duration
	// NickServDelay is how long to wait for NickServ: 0 means five seconds.
	NickServDelay time.Duration

	c        *irc.Client
	channels map[string]string // by the name in lower case
	tried    map[string]string // keys of joins that are not answered
	ready    ready
	waiting  timer
}

// Register implements [irc.Plugin]; the client calls it.
func (p *AutoJoin) Register(c *irc.Client) error {
	orDefault(&p.RejoinDelay, 5*time.Second)
	orDefault(&p.NickServDelay, 5*time.Second)
	p.c, p.channels, p.tried = c, map[string]string{}, map[string]string{}
	for name, key := range p.Channels {
		p.channels[p.key(name)] = key
	}
	if p.Channels == nil {
		for _, name := range c.Channels() {
			p.channels[p.key(name)] = c.Channel(name).Key()
		}
	}
	p.ready.hook(c, p, p.begin)
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"identified": watch(func(*irc.Event) { p.identified() }),
		"chan_mode":  watch(p.mode),
		"join":       watch(p.joined),
		"kick":       watch(p.kicked),
		"part":       watch(p.parted),
		"474":        watch(p.banned),
	})
	c.Hook(p, irc.UserHook, irc.Hooks{"join": watch(p.joining)})
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *AutoJoin) Unregister(*irc.Client) { p.waiting.stop() }

func (p *AutoJoin) key(name string) string { return p.c.Casemapping().Lower(name) }

func (p *AutoJoin) begin() {
	if _, waits := irc.PluginOf[*NickServID](p.c); waits {
		p.waiting.set(p.c, p.NickServDelay, p.joinAll)
		return
	}
	p.joinAll()
}

func (p *AutoJoin) identified() {
	if p.waiting.cancel != nil {
		p.waiting.stop()
		p.joinAll()
	}
}

func (p *AutoJoin) joinAll() {
	for _, name := range slices.Sorted(maps.Keys(p.channels)) {
		p.join(name)
	}
}

func (p *AutoJoin) join(name string) {
	if key := p.channels[p.key(name)]; key != "" {
		p.c.Join(name, key)
		return
	}
	p.c.Join(name)
}

// joining remembers the key of a join on its way to the server.
func (p *AutoJoin) joining(e *irc.Event) {
	words := strings.Fields(e.Text(0))
	if len(words) > 2 {
		p.tried[p.key(words[1])] = words[2]
	}
}

func (p *AutoJoin) joined(e *irc.Event) {
	if !p.c.IsMe(nickOf(e)) {
		return
	}
	name := p.key(e.Text(1))
	p.channels[name] = p.tried[name]
	delete(p.tried, name)
}

func (p *AutoJoin) parted(e *irc.Event) {
	if p.c.IsMe(nickOf(e)) {
		delete(p.channels, p.key(e.Text(1)))
	}
}

func (p *AutoJoin) kicked(e *irc.Event) {
	name := e.Text(1)
	if !p.c.IsMe(e.Text(2)) {
		return
	}
	if !p.RejoinOnKick {
		delete(p.channels, p.key(name))
		return
	}
	p.later(p.RejoinDelay, name)
}

func (p *AutoJoin) banned(e *irc.Event) {
	if name := first(e.List(2)); p.RetryWhenBanned > 0 && name != "" {
		p.later(p.RetryWhenBanned, name)
	}
}

// later joins a channel after a while.
func (p *AutoJoin) later(d time.Duration, name string) {
	args := []any{name}
	key := p.channels[p.key(name)]
	if tried := p.tried[p.key(name)]; tried != "" {
		key = tried
	}
	if key != "" {
		args = append(args, key)
	}
	_, _ = p.c.Delay(d, "join", args...)
}

// mode follows the key of a channel.
func (p *AutoJoin) mode(e *irc.Event) {
	name := p.key(e.Text(1))
	if _, ours := p.channels[name]; !ours {
		return
	}
	switch e.Text(2) {
	case "+k":
		p.channels[name] = e.Text(3)
	case "-k":
		p.channels[name] = ""
	}
}
