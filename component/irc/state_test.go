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
	"github.com/gopoe/poe/session"
)

// The state of a channel follows what happens there.
func TestState(t *testing.T) {
	n := testnet.New(t, ircd.Config{Accounts: map[string]string{"acc": "pw"}})
	op := n.Client(irc.Config{Nick: "op", Flood: true})
	n.Run(time.Second)
	op.IRC.Join("#tea")
	op.IRC.SetTopic("#tea", "first")
	op.IRC.Mode("#tea", "+lk", "10", "key")
	op.IRC.Mode("#tea", "+b", "*!*@spam.example")
	n.Run(time.Second)

	bot := n.Client(irc.Config{Nick: "bot", State: true, Flood: true})
	n.Run(time.Second)
	bot.IRC.Join("#tea", "key")
	n.Run(time.Second)
	ch := bot.IRC.Channel("#TEA")
	require.NotNil(t, ch)
	assert.True(t, ch.Synced)
	assert.Equal(t, []string{"bot", "op"}, ch.Nicks())
	assert.Equal(t, "first", ch.Topic.Text)
	assert.Equal(t, "key", ch.Key())
	assert.Equal(t, map[byte]string{'k': "key", 'l': "10", 'n': "", 't': ""}, ch.Modes())
	assert.Contains(t, ch.List('b'), "*!*@spam.example")
	assert.False(t, ch.Created.IsZero())
	assert.True(t, bot.IRC.IsChannelOperator("#tea", "op"))
	assert.False(t, bot.IRC.IsChannelOperator("#tea", "bot"))
	assert.Equal(t, "i", bot.IRC.UserModes())
	assert.Equal(t, []string{"#tea"}, bot.IRC.Channels())
	assert.Contains(t, bot.Take(), "chan_sync #tea 0")

	op.IRC.Mode("#tea", "+o-k+v", "bot", "key", "op")
	op.IRC.Raw("AWAY :tea")
	n.Run(time.Second)
	assert.Equal(t, []string{
		"mode op!~poebot@192.0.2.1 #tea +o-k+v bot key op",
		"chan_mode op!~poebot@192.0.2.1 #tea +o bot",
		"chan_mode op!~poebot@192.0.2.1 #tea -k key",
		"chan_mode op!~poebot@192.0.2.1 #tea +v op",
		"away op!~poebot@192.0.2.1 tea",
		"user_away op [#tea]",
		"chan_sync_excepts #tea", "chan_sync_invex #tea",
	}, testnet.FixHosts(bot.Take()))
	assert.True(t, bot.IRC.IsAway("op"))
	assert.Empty(t, ch.Key())
	modes, ok := bot.IRC.NickModes("#tea", "op")
	assert.True(t, ok)
	assert.Equal(t, "ov", modes)
	assert.Equal(t, []string{"op"}, bot.IRC.BanMask("#tea", "o*"))

	third := n.Client(irc.Config{Nick: "third", SASL: &irc.SASL{User: "acc", Password: "pw"}})
	n.Run(time.Second)
	third.IRC.Join("#tea")
	n.Run(time.Second)
	assert.Equal(t, []string{"join third!~poebot@192.0.2.1 #tea acc third", "nick_sync third #tea"}, testnet.FixHosts(bot.Take()))
	assert.Equal(t, "acc", bot.IRC.User("third").Account)
	assert.True(t, n.IRCD.SetHost("third", "t", "cloak.example"))
	third.IRC.ChangeNick("drei")
	n.Run(time.Second)
	assert.Equal(t, "drei!t@cloak.example", bot.IRC.LongForm("DREI"))
	assert.Nil(t, bot.IRC.User("third"))
	bot.Take()

	op.IRC.Kick("#tea", "drei", "out")
	op.IRC.SetTopic("#tea", "second")
	op.IRC.Quit("bye")
	n.Run(time.Second)
	lines := bot.Take()
	require.Len(t, lines, 3)
	assert.Equal(t, "kick op!~poebot@192.0.2.1 #tea drei out drei!t@cloak.example", testnet.FixHosts(lines)[0])
	assert.Contains(t, lines[1], "topic op!~poebot@192.0.2.1 #tea second &{first op!")
	assert.Equal(t, "quit op!~poebot@192.0.2.1 Quit: bye [#tea]", lines[2])
	assert.Equal(t, []string{"bot"}, bot.IRC.Nicks())
	bot.IRC.Part("#tea")
	n.Run(time.Second)
	assert.Empty(t, bot.IRC.Nicks())
	assert.Nil(t, bot.IRC.Channel("#tea"))
	n.End(op, bot, third)
}

// labeled-response: the answer comes as one event.
func TestRequest(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	c := n.Client(irc.Config{Nick: "c"})
	n.Run(time.Second)
	var replies []*irc.Reply
	_, err := session.Inline(n.K, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, c.IRC.Request("WHOIS c", "answered")) // a batch
			require.NoError(t, e.Post(c.IRC.ID(), "send_request", "VERSION", "answered"))
			require.NoError(t, c.IRC.Request("PONG x", "answered")) // nothing to say
		},
		"answered": func(e kernel.Event) { replies = append(replies, kernel.Arg[*irc.Reply](e, 0)) },
	})
	require.NoError(t, err)
	n.Run(time.Second)
	require.Len(t, replies, 3)
	assert.Equal(t, "WHOIS c", replies[0].Line)
	assert.Len(t, replies[0].Messages, 4)
	assert.Empty(t, replies[1].Messages)
	require.Len(t, replies[2].Messages, 1) // posted, so after the handler
	assert.Equal(t, "351", replies[2].Messages[0].Command)
	for _, r := range replies {
		assert.NoError(t, r.Err)
	}
	n.End(c)
}
