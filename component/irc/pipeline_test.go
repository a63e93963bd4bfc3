package irc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/internal/testnet"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// tap is a plugin that notes messages and eats them.
type tap struct {
	name string
	log  *[]string
	eat  irc.Eat
	fail error
}

func (p *tap) Register(c *irc.Client) error {
	c.Hook(p, irc.ServerHook, irc.Hooks{"msg": func(e *irc.Event) irc.Eat {
		*p.log = append(*p.log, p.name+" "+e.Text(2))
		e.Args[2] = strings.ToUpper(e.Text(2))
		if e.Text(2) == "PANIC" {
			panic("as told")
		}
		return p.eat
	}})
	c.Hook(p, irc.UserHook, irc.Hooks{"privmsg": func(e *irc.Event) irc.Eat {
		*p.log = append(*p.log, p.name+" > "+e.Text(0))
		return p.eat
	}})
	return p.fail
}

func (p *tap) Unregister(*irc.Client) { *p.log = append(*p.log, p.name+" is gone") }

// Plugins see events in their order, change them and eat them.
func TestPipeline(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann := n.Client(irc.Config{Nick: "ann", Flood: true})
	bot := n.Client(irc.Config{Nick: "bot", Flood: true})
	n.Run(time.Second)
	var log []string
	one, two := &tap{name: "one", log: &log}, &tap{name: "two", log: &log}
	require.NoError(t, bot.IRC.AddPlugin("one", one))
	require.NoError(t, bot.IRC.Pipeline().AddFirst("two", two))
	assert.Equal(t, []string{"two", "one"}, bot.IRC.Pipeline().Names())
	require.ErrorIs(t, bot.IRC.AddPlugin("one", &tap{}), irc.ErrPluginExists)
	failed := errors.New("no")
	require.ErrorIs(t, bot.IRC.AddPlugin("bad", &tap{name: "bad", log: &log, fail: failed}), failed)
	n.Run(time.Second)
	assert.Equal(t, []string{"plugin_add one", "plugin_add two"}, names(bot.Take("registered", "connected", "cap", "isupport")))

	say := func(text string, eat irc.Eat) (seen []string, plugins string) {
		log, bot.Lines, two.eat = nil, nil, eat
		ann.IRC.Say("bot", text)
		n.Run(time.Second)
		plugins = strings.Join(log, ", ")
		return names(bot.Take()), plugins
	}
	for _, c := range []struct {
		eat     irc.Eat
		seen    int
		plugins string
	}{
		{irc.EatNone, 1, "two x, one X"},
		{irc.EatClient, 0, "two x, one X"},
		{irc.EatPlugin, 1, "two x"},
		{irc.EatAll, 0, "two x"},
	} {
		seen, plugins := say("x", c.eat)
		assert.Len(t, seen, c.seen)
		assert.Equal(t, c.plugins, plugins)
	}
	seen, plugins := say("panic", irc.EatNone)
	assert.Equal(t, "two panic, one PANIC", plugins)
	assert.Equal(t, []string{"msg ann!~poebot@192.0.2.1", "plugin_error msg", "plugin_error msg"}, seen)

	log, two.eat = nil, irc.EatAll
	bot.IRC.Say("ann", "eaten")
	n.Run(time.Second)
	assert.Equal(t, []string{"two > PRIVMSG ann :eaten"}, log)
	assert.NotContains(t, strings.Join(ann.Lines, "\n"), "eaten")

	require.NoError(t, bot.IRC.Pipeline().Move("two", 1))
	require.NoError(t, bot.IRC.Pipeline().InsertBefore("one", "zero", &tap{name: "zero", log: &log}))
	require.NoError(t, bot.IRC.Pipeline().Replace("one", "eins", &tap{name: "eins", log: &log}))
	assert.Equal(t, []string{"zero", "eins", "two"}, bot.IRC.Pipeline().Names())
	require.ErrorIs(t, bot.IRC.RemovePlugin("one"), irc.ErrPluginUnknown)
	found, ok := irc.PluginOf[*tap](bot.IRC)
	assert.True(t, ok)
	assert.Equal(t, "zero", found.name)
	n.End(ann, bot)
	assert.Contains(t, log, "two is gone")
}

// names are the first two words of each event.
func names(lines []string) []string {
	for i, l := range testnet.FixHosts(lines) {
		words := strings.Fields(l)
		lines[i] = strings.Join(words[:min(2, len(words))], " ")
	}
	return lines
}

// A session that has registered lives until it unregisters, and gets only what it
// has asked for.
func TestRegistration(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann := n.Client(irc.Config{Nick: "ann", Alias: "ann"})
	var seen []string
	stopped := false
	note := func(e kernel.Event) { seen = append(seen, e.Name) }
	_, err := session.Inline(n.K, session.Funcs{
		"_start":         func(e kernel.Event) { e.Post(kernel.Alias("ann"), "register", "001", "irc_join", "x_one") },
		"_stop":          func(kernel.Event) { stopped = true },
		"irc_registered": note, "irc_001": note, "irc_x_two": note,
		"irc_x_one": func(e kernel.Event) {
			note(e)
			ann.IRC.EmitNext("x_two")
			ann.IRC.EmitNow("irc_x_one_now")
		},
		"irc_join": func(e kernel.Event) {
			note(e)
			e.Post(kernel.Alias("ann"), "unregister", "001", "join", "x_one")
		},
	})
	require.NoError(t, err)
	n.Run(time.Second)
	ann.Lines = nil
	ann.IRC.Emit("x_one")
	n.Run(time.Second)
	assert.Equal(t, []string{"x_one", "x_one_now", "x_two"}, ann.Lines)
	assert.False(t, stopped)
	ann.IRC.Join("#a")
	n.Run(time.Second)
	assert.True(t, stopped)
	assert.Equal(t, []string{"irc_registered", "irc_001", "irc_x_one", "irc_join"}, seen)
	n.End(ann)
}

// Delayed events of the client.
func TestDelay(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann := n.Client(irc.Config{Nick: "ann"})
	n.Run(time.Second)
	ann.Lines = nil
	id, err := ann.IRC.Delay(time.Minute, "join", "#a")
	require.NoError(t, err)
	_, err = ann.IRC.Delay(time.Minute, "join", "#b")
	require.NoError(t, err)
	assert.True(t, ann.IRC.DelayRemove(id))
	assert.False(t, ann.IRC.DelayRemove(id))
	n.Run(2 * time.Minute)
	lines := names(ann.Take("ping"))
	require.Len(t, lines, 4)
	assert.Contains(t, lines[3], "join ann!")
	n.End(ann)
}

// The signals reach all clients.
func TestSignals(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	a, b := n.Idle(irc.Config{}), n.Idle(irc.Config{})
	registered := 0
	_, err := session.Inline(n.K, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.Signal(e.Kernel.ID(), "POCOIRC_REGISTER", e.Session, "all"))
		},
		"irc_registered": func(e kernel.Event) {
			if registered++; registered == 2 {
				require.NoError(t, e.Kernel.Signal(e.Kernel.ID(), "POCOIRC_SHUTDOWN"))
			}
		},
		"irc_shutdown":   func(kernel.Event) {},
		"irc_plugin_del": func(kernel.Event) {},
	})
	require.NoError(t, err)
	n.Run(time.Minute)
	assert.Equal(t, 2, registered)
	assert.Contains(t, names(a.Lines)[1], "shutdown")
	assert.Contains(t, names(b.Lines)[1], "shutdown")
	n.End()
}
