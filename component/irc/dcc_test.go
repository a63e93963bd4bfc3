package irc_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
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

// dccPair is two clients on a server of their own, on real sockets.
type dccPair struct {
	k        *kernel.Kernel
	a, b     *irc.Client
	server   *ircd.Server
	handlers map[string]func(c *irc.Client, e kernel.Event) // by the nick and the event
	log      []string
}

func newDCCPair(t *testing.T, config irc.DCCConfig, handlers map[string]func(c *irc.Client, e kernel.Event)) *dccPair {
	t.Helper()
	p := &dccPair{k: kernel.New(), handlers: handlers}
	var err error
	p.server, err = ircd.New(p.k, ircd.Config{Address: "127.0.0.1"})
	require.NoError(t, err)
	online := 0
	client := func(nick string) (c *irc.Client) {
		_, err := session.Inline(p.k, session.Funcs{
			"_start": func(kernel.Event) {
				c, err = irc.New(p.k, irc.Config{Nick: nick, Server: "127.0.0.1", Port: int(p.server.Addr().Port()), Flood: true, DCC: config})
				require.NoError(t, err)
				c.Connect(irc.Config{})
			},
			"_default": func(e kernel.Event) {
				name, args := kernel.Arg[string](e, 0), kernel.Arg[[]any](e, 1)
				e.Args = args
				if strings.HasPrefix(name, "irc_dcc") {
					p.log = append(p.log, nick+" "+line(name, args))
				}
				if name == "irc_422" {
					if online++; online == 2 {
						p.handlers["begin"](p.a, e)
					}
				}
				if f := p.handlers[nick+" "+strings.TrimPrefix(name, "irc_")]; f != nil {
					f(c, e)
				}
			},
		})
		require.NoError(t, err)
		return c
	}
	p.a, p.b = client("ann"), client("bob")
	timer := time.AfterFunc(20*time.Second, p.k.Outside().Stop)
	t.Cleanup(func() { timer.Stop() })
	return p
}

// line shows an event without what differs from run to run.
func line(name string, args []any) string {
	var out strings.Builder
	out.WriteString(strings.TrimPrefix(name, "irc_"))
	for _, arg := range args {
		switch v := arg.(type) {
		case kernel.WheelID, *irc.DCCOffer:
		case int:
			if v < 1024 {
				fmt.Fprint(&out, " ", v)
			}
		case string:
			fmt.Fprint(&out, " ", filepath.Base(v))
		case nil:
		default:
			fmt.Fprint(&out, " ", v)
		}
	}
	return out.String()
}

func (p *dccPair) end() {
	p.a.Shutdown("")
	p.b.Shutdown("")
	p.server.Shutdown()
}

func TestDCCChat(t *testing.T) {
	var p *dccPair
	p = newDCCPair(t, irc.DCCConfig{}, map[string]func(*irc.Client, kernel.Event){
		"begin":           func(*irc.Client, kernel.Event) { _ = p.a.Yield("dcc", "bob", "CHAT") },
		"bob dcc_request": func(c *irc.Client, e kernel.Event) { _ = c.Yield("dcc_accept", irc.DCCOf(e)) },
		"bob dcc_start":   func(c *irc.Client, e kernel.Event) { _ = c.Yield("dcc_chat", e.Arg(0), "hello", "ann") },
		"ann dcc_chat": func(c *irc.Client, e kernel.Event) {
			if e.Arg(3) == "ann" {
				_ = c.Yield("dcc_chat", e.Arg(0), "bye")
				_ = c.Yield("dcc_close", e.Arg(0))
			}
		},
		"bob dcc_done": func(*irc.Client, kernel.Event) { p.end() },
	})
	require.NoError(t, p.k.Run())
	assert.ElementsMatch(t, []string{
		"bob dcc_request ann!~poebot@127.0.0.1 CHAT chat 2130706433",
		"ann dcc_start bob CHAT 127.0.0.1", "bob dcc_start ann CHAT 127.0.0.1",
		"ann dcc_chat bob hello 127.0.0.1", "ann dcc_chat bob ann 127.0.0.1", "bob dcc_chat ann bye 127.0.0.1",
		"ann dcc_done bob CHAT . 0 0 127.0.0.1", "bob dcc_done ann CHAT chat 0 0 127.0.0.1",
	}, p.log)
}

// A file is sent, whole and from where a part of it ends.
func TestDCCSend(t *testing.T) {
	for _, have := range []int{0, 30_000} {
		dir := t.TempDir()
		content := bytes.Repeat([]byte("0123456789"), 10_000)
		source, target := filepath.Join(dir, "a file"), filepath.Join(dir, "got")
		require.NoError(t, os.WriteFile(source, content, 0o600))
		if have > 0 {
			require.NoError(t, os.WriteFile(target, content[:have], 0o600))
		}
		var p *dccPair
		done := 0
		over := func(*irc.Client, kernel.Event) {
			if done++; done == 2 {
				p.end()
			}
		}
		p = newDCCPair(t, irc.DCCConfig{}, map[string]func(*irc.Client, kernel.Event){
			"begin": func(*irc.Client, kernel.Event) { _ = p.a.Yield("dcc", "bob", "SEND", source, 10_000) },
			"bob dcc_request": func(c *irc.Client, e kernel.Event) {
				offer := irc.DCCOf(e)
				switch {
				case offer.Type != "SEND":
				case have > 0:
					_ = c.Yield("dcc_resume", offer, target)
				default:
					assert.Equal(t, "a file", offer.File)
					assert.EqualValues(t, len(content), offer.Size)
					_ = c.Yield("dcc_accept", offer, target)
				}
			},
			"ann dcc_done": over, "bob dcc_done": over,
		})
		require.NoError(t, p.k.Run())
		got, err := os.ReadFile(target)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(content, got), "%d bytes", len(got))
		assert.Equal(t, "bob dcc_done ann GET got 100000 100000 127.0.0.1", strings.Replace(p.log[len(p.log)-1], "ann dcc_done bob SEND a file", "bob dcc_done ann GET got", 1))
	}
}

// What cannot be sent or accepted is an error.
func TestDCCErrors(t *testing.T) {
	var p *dccPair
	errs := 0
	failed := func(*irc.Client, kernel.Event) {
		if errs++; errs == 4 {
			p.end()
		}
	}
	p = newDCCPair(t, irc.DCCConfig{MaxSize: 10, ListenTimeout: 200 * time.Millisecond}, map[string]func(*irc.Client, kernel.Event){
		"begin": func(*irc.Client, kernel.Event) {
			_ = p.a.Yield("dcc", "bob", "SEND", "/does/not/exist")
			_ = p.a.Yield("dcc", "bob", "SEND", t.TempDir())
			_ = p.a.Yield("ctcp", "bob", "DCC SEND big 2130706433 4000 11")
			_ = p.a.Yield("dcc", "nobody", "CHAT")
		},
		"bob dcc_request": func(c *irc.Client, e kernel.Event) { _ = c.Yield("dcc_accept", irc.DCCOf(e)) },
		"ann dcc_error":   failed, "bob dcc_error": failed,
	})
	require.NoError(t, p.k.Run())
	all := strings.Join(p.log, "\n")
	assert.Contains(t, all, "exist: no such file or directory")
	assert.Contains(t, all, "is no regular file")
	assert.Contains(t, all, "the limit is 10")
	assert.Contains(t, all, "DCC connection timed out nobody CHAT")
}
