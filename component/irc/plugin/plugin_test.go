package plugin_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/internal/testnet"
	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/component/irc/plugin"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// add adds a plugin under the name of its type.
func add(t *testing.T, c *testnet.Client, name string, p irc.Plugin) {
	t.Helper()
	require.NoError(t, c.IRC.AddPlugin(name, p))
}

// events returns those of a client's events that begin with a word.
func events(c *testnet.Client, prefix string) []string {
	var found []string
	for _, l := range testnet.FixHosts(c.Lines) {
		if strings.HasPrefix(l, prefix) {
			found = append(found, l)
		}
	}
	c.Lines = nil
	return found
}

// A client with Connector comes back, to the channels it was on.
func TestConnectorAndAutoJoin(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	bot := n.Idle(irc.Config{Nick: "bot", State: true})
	add(t, bot, "Connector", &plugin.Connector{})
	add(t, bot, "AutoJoin", &plugin.AutoJoin{Channels: map[string]string{"#a": "", "#B": "key"}})
	bot.IRC.Connect(irc.Config{})
	n.Run(20 * time.Second)
	assert.Equal(t, []string{"#a", "#b"}, bot.IRC.Channels())
	bot.IRC.Join("#c")
	bot.IRC.Part("#a")
	n.Run(time.Minute)
	bot.IRC.Disconnect()
	n.Run(59 * time.Second)
	assert.False(t, bot.IRC.Connected())
	n.Run(30 * time.Second)
	assert.Equal(t, []string{"#b", "#c"}, bot.IRC.Channels())
	n.End(bot)
}

// Connector gives a server up that is silent.
func TestConnectorNoticesSilence(t *testing.T) {
	n := testnet.New(t, ircd.Config{PingInterval: 24 * time.Hour})
	bot := n.Idle(irc.Config{Nick: "bot", Timeouts: irc.Timeouts{Idle: irc.Forever}})
	p := &plugin.Connector{Delay: time.Minute}
	add(t, bot, "Connector", p)
	bot.IRC.Connect(irc.Config{})
	n.Run(10 * time.Minute)
	assert.True(t, bot.IRC.Connected())
	assert.Len(t, events(bot, "pong"), 5) // an answer counts as traffic until the next look
	require.NoError(t, bot.IRC.AddPlugin("Mute", mute{}))
	n.Run(4 * time.Minute)
	assert.NotEmpty(t, events(bot, "disconnected"))
	n.End(bot)
}

// mute keeps pings from the server.
type mute struct{}

func (m mute) Register(c *irc.Client) error {
	c.Hook(m, irc.UserHook, irc.Hooks{"ping": func(*irc.Event) irc.Eat { return irc.EatAll }})
	return nil
}

func (mute) Unregister(*irc.Client) {}

func TestAutoJoinAfterAKick(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	op := n.Client(irc.Config{Nick: "op", Flood: true})
	n.Run(time.Second)
	op.IRC.Join("#a")
	bot := n.Idle(irc.Config{Nick: "bot", State: true})
	add(t, bot, "AutoJoin", &plugin.AutoJoin{Channels: map[string]string{"#a": ""}, RejoinOnKick: true, RetryWhenBanned: 30 * time.Second})
	bot.IRC.Connect(irc.Config{})
	n.Run(20 * time.Second)
	op.IRC.Mode("#a", "+b", "bot!*@*")
	op.IRC.Kick("#a", "bot", "out")
	n.Run(20 * time.Second)
	assert.Empty(t, bot.IRC.Channels())
	op.IRC.Mode("#a", "-b", "bot!*@*")
	n.Run(30 * time.Second)
	assert.Equal(t, []string{"#a"}, bot.IRC.Channels())
	n.End(op, bot)
}

func TestNickReclaim(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	other := n.Client(irc.Config{Nick: "bot"})
	n.Run(time.Second)
	bot := n.Idle(irc.Config{Nick: "bot"})
	add(t, bot, "NickReclaim", &plugin.NickReclaim{})
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Minute)
	assert.Equal(t, "bot_", bot.IRC.Nick())
	other.IRC.Quit("")
	n.Run(time.Minute)
	assert.Equal(t, "bot", bot.IRC.Nick())
	n.End(other, bot)
}

func TestNickServ(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	var service *ircd.Service
	service, err := n.IRCD.AddService("NickServ", func(from ircutil.Source, m *ircd.Message) {
		if m.Param(1) == "IDENTIFY secret" {
			service.Do("NOTICE", from.Nick, "You are now identified for "+from.Nick+".")
			n.IRCD.LogIn(from.Nick, from.Nick)
		}
	})
	require.NoError(t, err)
	bot := n.Idle(irc.Config{Nick: "bot", State: true})
	require.Error(t, bot.IRC.AddPlugin("NickServID", &plugin.NickServID{}))
	add(t, bot, "NickServID", &plugin.NickServID{Password: "secret"})
	add(t, bot, "AutoJoin", &plugin.AutoJoin{Channels: map[string]string{"#a": ""}})
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Second)
	assert.Len(t, events(bot, "identified"), 1)
	n.Run(3 * time.Second)
	assert.Equal(t, []string{"#a"}, bot.IRC.Channels())
	n.End(bot)
	service.Remove("")
}

func TestBotCommand(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann := n.Client(irc.Config{Nick: "ann", Flood: true})
	bot := n.Idle(irc.Config{Nick: "bot", Flood: true})
	p := &plugin.BotCommand{
		Commands: map[string]plugin.Command{
			"slap": {Info: "Slaps somebody.", Aliases: []string{"hit"}},
			"roll": {Info: "Rolls dice.", Args: []string{"dice", "kind"}, Values: map[string][]string{"kind": {"w6", "w20"}}},
			"ping": {Info: "Answers.", Run: func(call *plugin.Call) { call.Reply("pong, " + call.Nick) }},
		},
		Auth: func(call *plugin.Call) (bool, []string) { return call.Text != "root", nil },
	}
	add(t, bot, "BotCommand", p)
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Second)
	ann.IRC.Join("#a")
	bot.IRC.Join("#a")
	n.Run(time.Second)
	bot.Lines, ann.Lines = nil, nil
	for _, text := range []string{"bot: slap eve", "Bot, HIT bob", "slap x", "bottle: slap x", "bot: roll 3 w7", "bot: roll 3 w20", "bot: nix", "bot: slap root", "bot: help", "bot: help roll", "bot: ping"} {
		ann.IRC.Say("#a", text)
	}
	ann.IRC.Say("bot", "!slap me")
	ann.IRC.Say("bot", "slap me")
	n.Run(time.Second)
	const from = "ann!~poebot@192.0.2.1"
	assert.Equal(t, []string{
		"botcmd_slap " + from + " #a eve slap slap",
		"botcmd_slap " + from + " #a bob slap hit",
		"botcmd_roll " + from + " #a map[dice:3 kind:w20] roll roll",
		"botcmd_slap " + from + " ann me slap slap",
	}, events(bot, "botcmd"))
	const b = "bot!~poebot@192.0.2.1 [#a] "
	assert.Equal(t, []string{
		"notice " + b + "kind can be one of w6|w20",
		"notice " + b + "Unknown command: nix",
		"notice " + b + "To get a list of commands, use: bot: help",
		"notice " + b + "You are not authorized to use this command.",
		"notice " + b + "Commands: ping, roll, slap",
		"notice " + b + "For more details, use: bot: help <command>",
		"notice " + b + "Syntax: bot: roll dice kind",
		"notice " + b + "Description: Rolls dice.",
		"notice " + b + "Arguments:",
		"notice " + b + "    kind: (w6|w20)",
	}, events(ann, "notice"))
	assert.True(t, p.Add("new", plugin.Command{}))
	assert.False(t, p.Add("new", plugin.Command{}))
	assert.True(t, p.Remove("new"))
	assert.False(t, p.Remove("new"))
	n.End(ann, bot)
}

func TestBotEvents(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann := n.Client(irc.Config{Nick: "ann", Flood: true})
	bot := n.Idle(irc.Config{Nick: "bot", Flood: true})
	add(t, bot, "BotTraffic", &plugin.BotTraffic{})
	add(t, bot, "BotAddressed", &plugin.BotAddressed{Eat: true})
	add(t, bot, "CTCP", &plugin.CTCP{Version: "test 1"})
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Second)
	ann.IRC.Join("#a")
	bot.IRC.Join("#a")
	n.Run(time.Second)
	bot.Lines = nil
	ann.IRC.Say("#a", "Bot: hi")
	ann.IRC.Say("#a", "robots rule")
	ann.IRC.Say("#a", "bot")
	ann.IRC.Say("#a", "nothing")
	ann.IRC.Action("#a", "likes bot")
	ann.IRC.CTCP("bot", "VERSION")
	ann.IRC.CTCP("bot", "PING 123")
	bot.IRC.Say("#a", "mine")
	bot.IRC.Say("ann", "private")
	bot.IRC.Notice("#a", "note")
	bot.IRC.Action("#a", "acts")
	n.Run(time.Second)
	const from = "ann!~poebot@192.0.2.1 [#a] "
	assert.Equal(t, []string{
		"bot_public [#a] mine", "bot_msg [ann] private", "bot_notice [#a] note", "bot_action [#a] acts",
		"bot_addressed " + from + "hi", "bot_mentioned " + from + "robots rule", "bot_addressed " + from, "public " + from + "nothing",
		"bot_mentioned_action " + from + "likes bot", "ctcp action " + from + "likes bot",
		"ctcp version ann!~poebot@192.0.2.1 [bot] ", "ctcp ping ann!~poebot@192.0.2.1 [bot] 123",
	}, testnet.FixHosts(bot.Take()))
	assert.Equal(t, []string{
		"ctcpreply_version bot!~poebot@192.0.2.1 [ann] test 1", "ctcpreply_ping bot!~poebot@192.0.2.1 [ann] 123",
	}, events(ann, "ctcpreply"))
	n.End(ann, bot)
}

func TestLogger(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	dir := t.TempDir()
	ann := n.Client(irc.Config{Nick: "ann", Flood: true})
	bot := n.Idle(irc.Config{Nick: "bot", Flood: true, State: true})
	require.Error(t, ann.IRC.AddPlugin("Logger", &plugin.Logger{Path: dir}), "it needs the state")
	add(t, bot, "Logger", &plugin.Logger{Path: dir, StripColor: true})
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Second)
	bot.IRC.Join("#a/b")
	n.Run(time.Second)
	ann.IRC.Join("#A/b")
	n.Run(time.Second)
	ann.IRC.Say("#a/b", "\x0304red\xe4")
	ann.IRC.Action("#a/b", "waves")
	ann.IRC.Say("bot", "psst")
	bot.IRC.Say("#a/b", "mine")
	bot.IRC.Mode("#a/b", "+v", "ann")
	n.Run(time.Second)
	ann.IRC.Part("#a/b", "bye")
	n.Run(time.Second)
	data, err := os.ReadFile(filepath.Join(dir, "#a_b.log"))
	require.NoError(t, err)
	var lines []string
	for line := range strings.Lines(string(data)) {
		lines = append(lines, strings.TrimSpace(line[len("2006-01-02 15:04:05 "):]))
	}
	assert.ElementsMatch(t, []string{
		"--> bot (~poebot@192.0.2.1) joins #a/b", "--> ann (~poebot@192.0.2.1) joins #a/b",
		"<ann> redä", "* ann waves", "<bot> mine", "--- bot gives voice to ann", "<-- ann (~poebot@192.0.2.1) leaves #a/b (bye)",
	}, testnet.FixHosts(lines))
	info, err := os.Stat(filepath.Join(dir, "ann.log"))
	require.NoError(t, err)
	assert.EqualValues(t, 0o600, info.Mode().Perm())
	n.End(ann, bot)
}

func TestCycleEmpty(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann := n.Client(irc.Config{Nick: "ann", Flood: true})
	n.Run(time.Second)
	ann.IRC.Join("#a")
	bot := n.Idle(irc.Config{Nick: "bot", Flood: true, State: true})
	add(t, bot, "CycleEmpty", &plugin.CycleEmpty{})
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Second)
	bot.IRC.Join("#a")
	n.Run(time.Second)
	assert.False(t, bot.IRC.IsChannelOperator("#a", "bot"))
	ann.IRC.Part("#a")
	n.Run(time.Second)
	assert.True(t, bot.IRC.IsChannelOperator("#a", "bot"))
	n.End(ann, bot)
}

func TestPlugMan(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	ann, eve := n.Client(irc.Config{Nick: "ann"}), n.Client(irc.Config{Nick: "eve"})
	bot := n.Idle(irc.Config{Nick: "bot", Flood: true})
	p := &plugin.PlugMan{Owner: "ann", Makers: map[string]func([]string) (irc.Plugin, error){
		"CTCP": func(args []string) (irc.Plugin, error) { return &plugin.CTCP{Version: strings.Join(args, " ")}, nil },
	}}
	add(t, bot, "PlugMan", p)
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Minute)
	eve.IRC.Say("bot", "plugin_add c CTCP one")
	ann.IRC.Say("bot", "plugin_add ctcp CTCP two")
	ann.IRC.Say("bot", "plugin_reload ctcp")
	ann.IRC.Say("bot", "plugin_list")
	n.Run(time.Minute)
	assert.Equal(t, []string{"ctcp"}, p.Loaded())
	const b = "msg bot!~poebot@192.0.2.1 [ann] "
	assert.Equal(t, []string{b + "Done.", b + "Done.", b + "Plugins: PlugMan ctcp"}, events(ann, "msg"))
	require.ErrorIs(t, p.Unload("x"), plugin.ErrNotLoaded)
	n.End(ann, eve, bot)
}

func TestConsole(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.2:6969"))
	bot := n.Idle(irc.Config{Nick: "bot", Flood: true})
	add(t, bot, "Console", &plugin.Console{Password: "sesame", Listener: at.Handle()})
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Second)
	wrong := at.Talk(t, n.K, n.Clock)
	wrong.Send("guess")
	wrong.Expect("* Wrong password")
	_ = wrong.ExpectEnd()
	c := at.Talk(t, n.K, n.Clock)
	c.Send("sesame")
	c.Expect("* Welcome. Commands are those of the client.")
	c.ExpectMatch(`<<< console_authed`)
	c.Send("join #a", "privmsg #a :hello all")
	c.Expect(`>>> join "JOIN #a"`, `>>> privmsg "PRIVMSG #a :hello all"`)
	c.ExpectMatch(`<<< join "bot!~poebot@[0-9.]+" "#a" "\*" "bot"`)
	n.End(bot)
	assert.NotEmpty(t, events(bot, "console_service"))
}

func TestProxy(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.2:6969"))
	ann := n.Client(irc.Config{Nick: "ann", Flood: true})
	bot := n.Idle(irc.Config{Nick: "bot", Flood: true, State: true})
	p := &plugin.Proxy{Password: "sesame", Listen: func() (*kernel.Handle, error) { return at.Handle(), nil }}
	add(t, bot, "Proxy", p)
	bot.IRC.Connect(irc.Config{})
	n.Run(time.Second)
	bot.IRC.Join("#a")
	n.Run(time.Second)
	bot.IRC.SetTopic("#a", "tea")
	n.Run(time.Second)
	wrong := at.Talk(t, n.K, n.Clock)
	wrong.Send("PASS guess", "NICK x", "USER x 0 * x")
	wrong.Expect("ERROR :Closing Link: wrong password")
	_ = wrong.ExpectEnd()
	c := at.Talk(t, n.K, n.Clock)
	c.Send("CAP LS 302", "PASS sesame", "NICK whoever", "USER x 0 * x")
	c.Expect("CAP * LS :")
	c.ExpectMatch(`^:irc.example 001 bot :Welcome`)
	for range 5 {
		c.Line() // 002 to 005
	}
	c.Expect(":irc.example 422 bot :MOTD File is missing")
	c.ExpectMatch(`^:bot!~poebot@[0-9.]+ JOIN #a$`)
	c.Expect(":irc.example 332 bot #a tea", ":irc.example 353 bot = #a @bot", ":irc.example 366 bot #a :End of NAMES list")
	require.Len(t, p.Users(), 1)
	ann.IRC.Join("#a")
	n.Run(time.Second)
	c.ExpectMatch(`^:ann!~poebot@[0-9.]+ JOIN #a$`)
	c.Send("NICK other", "PRIVMSG #a :from the proxy", "PING x")
	c.ExpectMatch(`PONG irc.example x`)
	n.Run(time.Second)
	assert.Len(t, events(ann, "public"), 1)
	assert.Equal(t, "bot", bot.IRC.Nick())
	n.End(ann, bot)
	assert.NotEmpty(t, events(bot, "proxy_down"))
}

func TestFollowTail(t *testing.T) {
	n := testnet.New(t, ircd.Config{})
	n.Clock.Wait = 50 * time.Millisecond
	file := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	bot := n.Client(irc.Config{Nick: "bot"})
	add(t, bot, "FollowTail", &plugin.FollowTail{Filename: file})
	require.Error(t, bot.IRC.AddPlugin("none", &plugin.FollowTail{}))
	n.Run(time.Second)
	require.NoError(t, os.WriteFile(file, []byte("one\ntwo\n"), 0o600))
	n.Run(5 * time.Second)
	assert.Equal(t, []string{"tail_input " + file + " one", "tail_input " + file + " two"}, events(bot, "tail_input"))
	n.Clock.Wait = 0
	n.End(bot)
}
