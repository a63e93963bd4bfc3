package irc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/internal/testnet"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
)

// Two users meet on a channel.
func TestConversation(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann, bob := n.Client(irc.Config{Nick: "ann", Flood: true}), n.Client(irc.Config{Nick: "bob"})
	n.Run(time.Second)
	assert.Equal(t, []string{"registered *irc.Client", "connected irc.example", "isupport *irc.ISupport"}, ann.Take("cap"))
	assert.True(t, ann.IRC.LoggedIn())
	assert.Equal(t, "irc.example", ann.IRC.ServerName())
	bob.Take()

	ann.IRC.Join("#tea")
	n.Run(time.Second)
	bob.IRC.Join("#tea")
	n.Run(time.Second)
	assert.Equal(t, []string{"join ann!~poebot@192.0.2.1 #tea * ann", "join bob!~poebot@192.0.2.1 #tea * bob"}, testnet.FixHosts(ann.Take()))

	ann.IRC.Say("#tea", "hello")
	ann.IRC.Notice("bob", "psst")
	ann.IRC.Action("#tea", "pours")
	ann.IRC.CTCP("bob", "VERSION")
	ann.IRC.SetTopic("#tea", "tea time")
	ann.IRC.Mode("#tea", "+v", "bob")
	n.Run(30 * time.Second)
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
	}, testnet.FixHosts(bob.Take()))

	bob.IRC.ChangeNick("rob")
	n.Run(time.Second)
	ann.IRC.Kick("#tea", "rob", "too late")
	n.Run(time.Second)
	bob.IRC.Quit("bye")
	n.Run(20 * time.Second)
	assert.Equal(t, []string{
		"topic " + from + " #tea tea time", "mode " + from + " #tea +v bob",
		"nick bob!~poebot@192.0.2.1 rob", "kick " + from + " #tea rob too late",
	}, testnet.FixHosts(ann.Take()))
	assert.Equal(t, "rob", bob.IRC.Nick())
	assert.False(t, bob.IRC.Connected())
	n.End(ann, bob)
	assert.Contains(t, ann.Take(), "disconnected irc.example")
}

// The nick that is taken gets a tail.
func TestNickCollision(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	first := n.Client(irc.Config{Nick: "bot"})
	n.Run(time.Second)
	second := n.Client(irc.Config{Nick: "Bot"})
	n.Run(time.Second)
	assert.Equal(t, "bot", first.IRC.Nick())
	assert.Equal(t, "Bot_", second.IRC.Nick())
	n.End(first, second)
}

// A client shuts down in every state, and its session is notified.
func TestShutdown(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	idle := n.Idle(irc.Config{})
	on := n.Client(irc.Config{Nick: "on", Alias: "on"})
	n.Run(time.Second)
	idle.IRC.Shutdown("")
	require.NoError(t, n.K.Post(kernel.Alias("on"), "shutdown", "so long"))
	n.Run(time.Second)
	assert.Len(t, idle.Take("registered"), 1)
	lines := on.Take("registered", "connected", "isupport", "cap")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[0], "error Closing Link")
	assert.Equal(t, "disconnected irc.example", lines[1])
	assert.Contains(t, lines[2], "shutdown")
	n.End()
}

// Lines wait for the flood control: five at once, and then one every two seconds.
func TestFloodControl(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann, bob := n.Client(irc.Config{Nick: "ann"}), n.Client(irc.Config{Nick: "bob"})
	n.Run(time.Minute)
	bob.Take()
	for range 20 {
		ann.IRC.Say("bob", "x")
	}
	n.Run(time.Millisecond)
	assert.Len(t, bob.Take(), 5)
	assert.Equal(t, 15, ann.IRC.QueueLength())
	require.NoError(t, ann.IRC.Yield("privmsghi", "bob", "first"))
	n.Run(4300 * time.Millisecond)
	lines := bob.Take()
	require.Len(t, lines, 2)
	assert.Contains(t, lines[0], "first")
	n.Run(time.Minute)
	assert.Len(t, bob.Take("ping"), 14)
	n.End(ann, bob)
}

// A server that says nothing is given up.
func TestTimeouts(t *testing.T) {
	n := testnet.New(t, ircd.Config{OnlyCaps: []string{}})
	mute := n.Client(irc.Config{Nick: "?", Timeouts: irc.Timeouts{Login: time.Minute}}) // a nick that is refused
	n.Run(59 * time.Second)
	assert.True(t, mute.IRC.Connected())
	n.Run(2 * time.Second)
	assert.False(t, mute.IRC.Connected())
	assert.Contains(t, mute.Take(), "disconnected irc.example")
	n.End(mute)
}

// SASL: PLAIN, and what happens if it fails.
func TestSASL(t *testing.T) {
	n := testnet.New(t, ircd.Config{Accounts: map[string]string{"ann": "secret"}})
	good := n.Client(irc.Config{Nick: "good", SASL: &irc.SASL{User: "ann", Password: "secret", Mechanism: "PLAIN"}})
	bad := n.Client(irc.Config{Nick: "bad", SASL: &irc.SASL{User: "ann", Password: "wrong", Mechanism: "PLAIN"}})
	required := n.Client(irc.Config{Nick: "required", SASL: &irc.SASL{User: "ann", Password: "wrong", Mechanism: "PLAIN", Required: true}})
	n.Run(20 * time.Second)
	assert.Contains(t, good.Take(), "sasl_ok PLAIN")
	assert.True(t, good.IRC.LoggedIn())
	assert.Contains(t, bad.Take(), "sasl_failed PLAIN SASL authentication failed")
	assert.True(t, bad.IRC.LoggedIn())
	assert.False(t, required.IRC.Connected())
	n.End(good, bad, required)
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
