package irc_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// play is what a director does while a bot is on its channel.
var play = []string{
	"PRIVMSG bot :do join #test",
	"PRIVMSG #test :hello, all",
	"PRIVMSG #test :\x01ACTION waves\x01",
	"PRIVMSG bot :\x01VERSION\x01",
	"PRIVMSG bot :\x01PING 1234\x01",
	"NOTICE bot :\x01VERSION a bot\x01",
	"NOTICE #test :a note",
	"NOTICE bot :another",
	"TOPIC #test :first topic",
	"TOPIC #test :",
	"MODE #test +m",
	"MODE #test +o bot",
	"MODE #test +vb-m bot *!*@spam.example",
	"MODE #test +kl key 12",
	"MODE #test -l",
	"MODE #test -k key",
	"NICK other",
	"NICK director",
	"PART #test :so long",
	"JOIN #test",
	"INVITE bot #elsewhere",
	"PRIVMSG bot :do mode #test +o director",
	"PRIVMSG bot :do topic #test by-the-bot",
	"PRIVMSG bot :do ison director nobody",
	"PRIVMSG bot :do userhost director",
	"PRIVMSG bot :do names #test",
	"PRIVMSG bot :do away busy",
	"PRIVMSG bot :do away",
	"PRIVMSG bot :do nick bott",
	"PRIVMSG bott :do nick bot",
	"PRIVMSG bot :do whois nobody",
	"PRIVMSG bot :do kick #test director",
	"JOIN #test",
	"PRIVMSG bot :do part #test",
	"PRIVMSG bot :do join #test",
	"KICK #test bot :out with you",
	"PRIVMSG bot :do nosuchcommand",
	"PRIVMSG bot :\x01DCC SEND ../../file 2130706433 4000 17\x01",
	"PRIVMSG bot :\x01DCC CHAT chat 2130706433 4000\x01",
}

// direct makes a client that plays, each step when the bot has done the one before.
func direct(t *testing.T, k *kernel.Kernel, port int, play []string, ended func()) {
	t.Helper()
	next := 0
	step := func(c *irc.Client) {
		if next == len(play) {
			c.Raw("PRIVMSG bot :end")
			return
		}
		c.Raw(play[next])
		if !strings.Contains(play[next], "do nick") { // those are seen to happen
			c.Raw("PRIVMSG bot :sync")
		}
		next++
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			c, err := irc.New(k, irc.Config{Nick: "director", Server: "127.0.0.1", Port: port, Flood: true, Caps: []string{}})
			require.NoError(t, err)
			c.Connect(irc.Config{})
		},
		"_default": func(kernel.Event) {},
		"irc_376":  func(e kernel.Event) { irc.From(e).Join("#test"); irc.From(e).Join("#elsewhere") },
		"irc_422":  func(e kernel.Event) { irc.From(e).Join("#test"); irc.From(e).Join("#elsewhere") },
		"irc_366": func(e kernel.Event) {
			if irc.NumericOf(e).Param(0) == "#elsewhere" {
				irc.From(e).Raw("ISON bot")
			}
		},
		"irc_303": func(e kernel.Event) {
			if next > 0 {
				return
			}
			if !strings.Contains(irc.TextOf(e).Text+irc.NumericOf(e).Text, "bot") { // not there yet
				irc.From(e).AfterFunc(50*time.Millisecond, func() { irc.From(e).Raw("ISON bot") })
				return
			}
			step(irc.From(e))
		},
		"irc_msg": func(e kernel.Event) { step(irc.From(e)) },
		"irc_nick": func(e kernel.Event) {
			if strings.HasPrefix(irc.MemberOf(e).Nick, "bot") {
				step(irc.From(e))
			}
		},
		"irc_quit": func(e kernel.Event) {
			irc.From(e).Shutdown("")
			ended()
		},
	})
	require.NoError(t, err)
}

// syncDelay lets what a bot was told before take effect before it says that it is
// done.
const syncDelay = 50 * time.Millisecond

// goBot is bot.pl in Go.
func goBot(t *testing.T, k *kernel.Kernel, port int) *[]string {
	t.Helper()
	lines := &[]string{}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			c, err := irc.New(k, irc.Config{
				Nick: "bot", Username: "bot", RealName: "bot", Server: "127.0.0.1", Port: port, Flood: true, State: true,
				Caps: []string{"multi-prefix"},
			})
			require.NoError(t, err)
			c.Connect(irc.Config{})
		},
		"_default": func(e kernel.Event) {
			name, args := kernel.Arg[string](e, 0), kernel.Arg[[]any](e, 1)
			if !strings.HasPrefix(name, "irc_") {
				return
			}
			*lines = append(*lines, show(name, args))
			if name != "irc_msg" {
				return
			}
			c := irc.From(e)
			nick, _, _ := strings.Cut(args[0].(string), "!")
			switch words := strings.Fields(args[2].(string)); words[0] {
			case "do":
				rest := make([]any, len(words)-2)
				for i, w := range words[2:] {
					rest[i] = w
				}
				_ = c.Yield(words[1], rest...)
			case "sync":
				_, _ = c.Delay(syncDelay, "privmsg", nick, "ok")
			case "end":
				c.Shutdown("done")
			}
		},
	})
	require.NoError(t, err)
	return lines
}

// show prints an event as bot.pl does.
func show(name string, args []any) string {
	words := []string{strings.TrimPrefix(name, "irc_")}
	for _, arg := range args {
		switch v := arg.(type) {
		case nil:
			words = append(words, "")
		case []string:
			words = append(words, "["+strings.Join(v, " ")+"]")
		case string, int, int64:
			words = append(words, fmt.Sprint(v))
		case bool:
			words = append(words, "1")
		case *irc.Topic:
			if v == nil {
				words = append(words, "")
			} else {
				words = append(words, "{}")
			}
		default:
			words = append(words, "{}")
		}
	}
	return strings.Join(words, " ")
}

// comparable reduces a trace to what both programs must have alike.
func comparable(lines []string) []string {
	out := []string{}
	for _, l := range lines {
		name, _, _ := strings.Cut(l, " ")
		switch name {
		case "250", "251", "252", "253", "254", "255", "265", "266", "snotice":
			continue // how many have used the server
		case "221":
			continue // comes before or after what the director says, as it happens
		case "cap", "plugin_add", "plugin_del", "registered", "shutdown", "ping", "isupport":
			continue // the original's own plugins, and capabilities
		case "disconnected", "error", "socketerr", "delay_set":
			l = name
		case "chan_sync", "nick_sync": // and how many seconds it has taken
			l = seconds.ReplaceAllString(l, "N")
		case "topic": // the original has no old topic at first
			l = strings.TrimRight(strings.TrimSuffix(l, "{}"), " ")
		}
		l = volatile.ReplaceAllString(l, "N")
		out = append(out, strings.TrimRight(l, " "))
	}
	return out
}

// seconds is a number at the end.
var seconds = regexp.MustCompile(`[0-9]+$`)

// volatile are times and ports.
var volatile = regexp.MustCompile(`\b[0-9]{9,}\b|\b[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\b`)

// The events of the original's client and of this one are the same, for the same
// director on the same server.
func TestSameEventsAsTheOriginal(t *testing.T) {
	if err := exec.Command("perl", "-MPOE::Component::IRC::State", "-e", "1").Run(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal("POE::Component::IRC is required and not there:", err)
		}
		t.Skip("needs perl with POE::Component::IRC")
	}
	for _, name := range []string{"ircd", "ngircd", "inspircd"} {
		t.Run(name, func(t *testing.T) {
			port := 0
			if name != "ircd" {
				port = startServer(t, name)
			}
			steps := play
			if name == "ngircd" {
				steps = play[:8]
			}
			var perl, ours []string
			for range 3 { // on a busy machine an answer may come behind the next command
				perl, ours = comparable(perlTrace(t, port, steps)), comparable(goTrace(t, port, steps))
				assert.Greater(t, len(perl), 50)
				if name != "ircd" { // others let clients wait, so that answers come when they like
					slices.Sort(perl)
					slices.Sort(ours)
				}
				if slices.Equal(perl, ours) {
					return
				}
			}
			assert.Equal(t, strings.Join(perl, "\n"), strings.Join(ours, "\n"))
		})
	}
}

// giveUp is how long a play may take.
const giveUp = 50 * time.Second

// withServer runs a kernel with our own server, if port is 0.
func withServer(t *testing.T, port int, run func(k *kernel.Kernel, port int, end func())) {
	t.Helper()
	k := kernel.New()
	end := func() {}
	if port == 0 {
		s, err := ircd.New(k, ircd.Config{Name: "irc.test.example", Address: "127.0.0.1"})
		require.NoError(t, err)
		port, end = int(s.Addr().Port()), s.Shutdown
	}
	run(k, port, end)
	timer := time.AfterFunc(giveUp, k.Outside().Stop)
	defer timer.Stop()
	require.NoError(t, k.Run())
}

func goTrace(t *testing.T, port int, steps []string) []string {
	var lines *[]string
	withServer(t, port, func(k *kernel.Kernel, port int, end func()) {
		lines = goBot(t, k, port)
		direct(t, k, port, steps, end)
	})
	return slices.Clone(*lines)
}

func perlTrace(t *testing.T, port int, steps []string) []string {
	var out strings.Builder
	var cmd *exec.Cmd
	withServer(t, port, func(k *kernel.Kernel, port int, end func()) {
		cmd = exec.Command("perl", "testdata/bot.pl", "127.0.0.1", fmt.Sprint(port))
		cmd.Stdout, cmd.Stderr = &out, os.Stderr
		require.NoError(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		direct(t, k, port, steps, end)
	})
	require.NoError(t, cmd.Wait())
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}
