package irc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
)

// Two users meet on a channel.
func TestConversation(t *testing.T) {
	n := newNetwork(t, ircd.Config{})
	ann, bob := n.client(irc.Config{Nick: "ann", Flood: true}), n.client(irc.Config{Nick: "bob"})
	n.run(time.Second)
	assert.Equal(t, []string{"registered *irc.Client", "connected irc.example", "isupport *irc.ISupport"}, ann.take("cap"))
	assert.True(t, ann.irc.LoggedIn())
	assert.Equal(t, "irc.example", ann.irc.ServerName())
	bob.take()

	ann.irc.Join("#tea")
	n.run(time.Second)
	bob.irc.Join("#tea")
	n.run(time.Second)
	assert.Equal(t, []string{"join ann!~poebot@192.0.2.1 #tea * ann", "join bob!~poebot@192.0.2.1 #tea * bob"}, fixHosts(ann.take()))

	ann.irc.Say("#tea", "hello")
	ann.irc.Notice("bob", "psst")
	ann.irc.Action("#tea", "pours")
	ann.irc.CTCP("bob", "VERSION")
	ann.irc.SetTopic("#tea", "tea time")
	ann.irc.Mode("#tea", "+v", "bob")
	n.run(30 * time.Second)
	const from = "ann!~poebot@192.0.2.1"
	assert.Equal(t, []string{
		"join bob!~poebot@192.0.2.1 #tea * bob",
		"public " + from + " [#tea] hello",
		"notice " + from + " [bob] psst",
		"ctcp_action " + from + " [#tea] pours",
		"ctcp action " + from + " [#tea] pours",
		"ctcp_version " + from + " [bob] ",
		"ctcp version " + from + " [bob] ",
		"topic " + from + " #tea tea time",
		"mode " + from + " #tea +v bob",
	}, fixHosts(bob.take()))

	bob.irc.ChangeNick("rob")
	n.run(time.Second)
	ann.irc.Kick("#tea", "rob", "too late")
	n.run(time.Second)
	bob.irc.Quit("bye")
	n.run(20 * time.Second)
	assert.Equal(t, []string{
		"topic " + from + " #tea tea time", "mode " + from + " #tea +v bob",
		"nick bob!~poebot@192.0.2.1 rob", "kick " + from + " #tea rob too late",
	}, fixHosts(ann.take()))
	assert.Equal(t, "rob", bob.irc.Nick())
	assert.False(t, bob.irc.Connected())
	n.end(ann, bob)
	assert.Contains(t, ann.take(), "disconnected irc.example")
}

// The nick that is taken gets a tail.
func TestNickCollision(t *testing.T) {
	n := newNetwork(t, ircd.Config{})
	first := n.client(irc.Config{Nick: "bot"})
	n.run(time.Second)
	second := n.client(irc.Config{Nick: "Bot"})
	n.run(time.Second)
	assert.Equal(t, "bot", first.irc.Nick())
	assert.Equal(t, "Bot_", second.irc.Nick())
	n.end(first, second)
}

// A client shuts down in every state, and its session is told.
func TestShutdown(t *testing.T) {
	n := newNetwork(t, ircd.Config{})
	idle := n.idle(irc.Config{})
	on := n.client(irc.Config{Nick: "on", Alias: "on"})
	n.run(time.Second)
	idle.irc.Shutdown("")
	require.NoError(t, n.k.Post(kernel.Alias("on"), "shutdown", "so long"))
	n.run(time.Second)
	assert.Len(t, idle.take("registered"), 1)
	lines := on.take("registered", "connected", "isupport", "cap")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[0], "error Closing Link")
	assert.Equal(t, "disconnected irc.example", lines[1])
	assert.Contains(t, lines[2], "shutdown")
	n.end()
}

// Lines wait for the flood control: five at once, and then one every two seconds.
func TestFloodControl(t *testing.T) {
	n := newNetwork(t, ircd.Config{})
	ann, bob := n.client(irc.Config{Nick: "ann"}), n.client(irc.Config{Nick: "bob"})
	n.run(time.Minute)
	bob.take()
	for range 20 {
		ann.irc.Say("bob", "x")
	}
	n.run(time.Millisecond)
	assert.Len(t, bob.take(), 5)
	assert.Equal(t, 15, ann.irc.QueueLength())
	require.NoError(t, ann.irc.Yield("privmsghi", "bob", "first"))
	n.run(4300 * time.Millisecond)
	lines := bob.take()
	require.Len(t, lines, 2)
	assert.Contains(t, lines[0], "first")
	n.run(time.Minute)
	assert.Len(t, bob.take("ping"), 14)
	n.end(ann, bob)
}

// A server that says nothing is given up.
func TestTimeouts(t *testing.T) {
	n := newNetwork(t, ircd.Config{OnlyCaps: []string{}})
	mute := n.client(irc.Config{Nick: "?", Timeouts: irc.Timeouts{Login: time.Minute}}) // a nick that is refused
	n.run(59 * time.Second)
	assert.True(t, mute.irc.Connected())
	n.run(2 * time.Second)
	assert.False(t, mute.irc.Connected())
	assert.Contains(t, mute.take(), "disconnected irc.example")
	n.end(mute)
}

// SASL: PLAIN, and what happens if it fails.
func TestSASL(t *testing.T) {
	n := newNetwork(t, ircd.Config{Accounts: map[string]string{"ann": "secret"}})
	good := n.client(irc.Config{Nick: "good", SASL: &irc.SASL{User: "ann", Password: "secret"}})
	bad := n.client(irc.Config{Nick: "bad", SASL: &irc.SASL{User: "ann", Password: "wrong"}})
	required := n.client(irc.Config{Nick: "required", SASL: &irc.SASL{User: "ann", Password: "wrong", Required: true}})
	n.run(20 * time.Second)
	assert.Contains(t, good.take(), "sasl_ok PLAIN")
	assert.True(t, good.irc.LoggedIn())
	assert.Contains(t, bad.take(), "sasl_failed PLAIN SASL authentication failed")
	assert.True(t, bad.irc.LoggedIn())
	assert.False(t, required.irc.Connected())
	n.end(good, bad, required)
}

// What a configuration cannot be.
func TestConfigErrors(t *testing.T) {
	k := kernel.New()
	for field, c := range map[string]irc.Config{
		"Nick":     {Nick: "a b"},
		"RealName": {RealName: "a\nb"},
		"Port":     {Port: 70000},
		"Timeouts": {Timeouts: irc.Timeouts{Login: -1}},
		"Limits":   {Limits: irc.Limits{Queue: -1}},
		"SASL":     {SASL: &irc.SASL{Mechanism: "NTLM"}},
		"DCC":      {DCC: irc.DCCConfig{NATAddr: "here"}},
	} {
		_, err := irc.New(k, c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}
