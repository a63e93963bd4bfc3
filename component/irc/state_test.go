package irc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// The state of a channel follows what happens there.
func TestState(t *testing.T) {
	n := newNetwork(t, ircd.Config{Accounts: map[string]string{"acc": "pw"}})
	op := n.client(irc.Config{Nick: "op", Flood: true})
	n.run(time.Second)
	op.irc.Join("#tea")
	op.irc.SetTopic("#tea", "first")
	op.irc.Mode("#tea", "+lk", "10", "key")
	op.irc.Mode("#tea", "+b", "*!*@spam.example")
	n.run(time.Second)

	bot := n.client(irc.Config{Nick: "bot", State: true, Flood: true})
	n.run(time.Second)
	bot.irc.Join("#tea", "key")
	n.run(time.Second)
	ch := bot.irc.Channel("#TEA")
	require.NotNil(t, ch)
	assert.True(t, ch.Synced)
	assert.Equal(t, []string{"bot", "op"}, ch.Nicks())
	assert.Equal(t, "first", ch.Topic.Text)
	assert.Equal(t, "key", ch.Key())
	assert.Equal(t, map[byte]string{'k': "key", 'l': "10", 'n': "", 't': ""}, ch.Modes())
	assert.Contains(t, ch.List('b'), "*!*@spam.example")
	assert.False(t, ch.Created.IsZero())
	assert.True(t, bot.irc.IsChannelOperator("#tea", "op"))
	assert.False(t, bot.irc.IsChannelOperator("#tea", "bot"))
	assert.Equal(t, "i", bot.irc.UserModes())
	assert.Equal(t, []string{"#tea"}, bot.irc.Channels())
	assert.Contains(t, bot.take(), "chan_sync #tea 0")

	op.irc.Mode("#tea", "+o-k+v", "bot", "key", "op")
	op.irc.Raw("AWAY :tea")
	n.run(time.Second)
	assert.Equal(t, []string{
		"mode op!~poebot@192.0.2.1 #tea +o-k+v bot key op",
		"chan_mode op!~poebot@192.0.2.1 #tea +o bot",
		"chan_mode op!~poebot@192.0.2.1 #tea -k key",
		"chan_mode op!~poebot@192.0.2.1 #tea +v op",
		"away op!~poebot@192.0.2.1 tea",
		"user_away op [#tea]",
		"chan_sync_excepts #tea", "chan_sync_invex #tea",
	}, fixHosts(bot.take()))
	assert.True(t, bot.irc.IsAway("op"))
	assert.Empty(t, ch.Key())
	modes, ok := bot.irc.NickModes("#tea", "op")
	assert.True(t, ok)
	assert.Equal(t, "ov", modes)
	assert.Equal(t, []string{"op"}, bot.irc.BanMask("#tea", "o*"))

	third := n.client(irc.Config{Nick: "third", SASL: &irc.SASL{User: "acc", Password: "pw"}})
	n.run(time.Second)
	third.irc.Join("#tea")
	n.run(time.Second)
	assert.Equal(t, []string{"join third!~poebot@192.0.2.1 #tea acc third", "nick_sync third #tea"}, fixHosts(bot.take()))
	assert.Equal(t, "acc", bot.irc.User("third").Account)
	assert.True(t, n.ircd.SetHost("third", "t", "cloak.example"))
	third.irc.ChangeNick("drei")
	n.run(time.Second)
	assert.Equal(t, "drei!t@cloak.example", bot.irc.LongForm("DREI"))
	assert.Nil(t, bot.irc.User("third"))
	bot.take()

	op.irc.Kick("#tea", "drei", "out")
	op.irc.SetTopic("#tea", "second")
	op.irc.Quit("bye")
	n.run(time.Second)
	lines := bot.take()
	require.Len(t, lines, 3)
	assert.Equal(t, "kick op!~poebot@192.0.2.1 #tea drei out drei!t@cloak.example", fixHosts(lines)[0])
	assert.Contains(t, lines[1], "topic op!~poebot@192.0.2.1 #tea second &{first op!")
	assert.Equal(t, "quit op!~poebot@192.0.2.1 Quit: bye [#tea]", lines[2])
	assert.Equal(t, []string{"bot"}, bot.irc.Nicks())
	bot.irc.Part("#tea")
	n.run(time.Second)
	assert.Empty(t, bot.irc.Nicks())
	assert.Nil(t, bot.irc.Channel("#tea"))
	n.end(op, bot, third)
}

// labeled-response: the answer comes as one event.
func TestRequest(t *testing.T) {
	n := newNetwork(t, ircd.Config{})
	c := n.client(irc.Config{Nick: "c"})
	n.run(time.Second)
	var replies []*irc.Reply
	_, err := session.Inline(n.k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, c.irc.Request("WHOIS c", "answered")) // a batch
			require.NoError(t, e.Post(c.irc.ID(), "send_request", "VERSION", "answered"))
			require.NoError(t, c.irc.Request("PONG x", "answered")) // nothing to say
		},
		"answered": func(e kernel.Event) { replies = append(replies, kernel.Arg[*irc.Reply](e, 0)) },
	})
	require.NoError(t, err)
	n.run(time.Second)
	require.Len(t, replies, 3)
	assert.Equal(t, "WHOIS c", replies[0].Line)
	assert.Len(t, replies[0].Messages, 4)
	assert.Empty(t, replies[1].Messages)
	require.Len(t, replies[2].Messages, 1) // posted, so after the handler
	assert.Equal(t, "351", replies[2].Messages[0].Command)
	for _, r := range replies {
		assert.NoError(t, r.Err)
	}
	n.end(c)
}
