package irc_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// evil is a client whose server is the test: it says what it likes.
type evil struct {
	t     testing.TB
	k     *kernel.Kernel
	clock *poetest.Clock
	c     *irc.Client
	end   *kernel.Handle // the server's
	seen  map[string]int
}

func newEvil(t testing.TB, config irc.Config) *evil {
	t.Helper()
	clock := &poetest.Clock{}
	return newEvilOn(t, poetest.New(t, kernel.Options{Clock: clock}), clock, config)
}

// newFastEvil makes one whose kernel does not check every call.
func newFastEvil(t testing.TB, config irc.Config) *evil {
	t.Helper()
	clock := &poetest.Clock{}
	return newEvilOn(t, kernel.New(kernel.Options{Clock: clock, Logger: slog.New(slog.DiscardHandler)}), clock, config)
}

func newEvilOn(t testing.TB, k *kernel.Kernel, clock *poetest.Clock, config irc.Config) *evil {
	t.Helper()
	v := &evil{t: t, clock: clock, k: k, seen: map[string]int{}}
	config.Dial = func(d *clienttcp.Dialing) {
		var mine *kernel.Handle
		mine, v.end = poetest.NewPair(poetest.PairConfig{Buffer: 1 << 20, A: netip.MustParseAddrPort("192.0.2.1:1"), B: netip.MustParseAddrPort("192.0.2.2:2")})
		d.Complete(mine, nil)
	}
	_, err := session.Inline(v.k, session.Funcs{
		"_start": func(kernel.Event) {
			var err error
			v.c, err = irc.New(v.k, config)
			require.NoError(t, err)
			v.c.Connect(irc.Config{})
		},
		"_default": func(e kernel.Event) { v.seen[kernel.Arg[string](e, 0)]++ },
	})
	require.NoError(t, err)
	v.run(0)
	return v
}

func (v *evil) run(d time.Duration) {
	_, err := poetest.RunFor(v.k, v.clock, d)
	require.NoError(v.t, err)
}

// say sends lines as the server.
func (v *evil) say(lines ...string) { v.write(strings.Join(lines, "\r\n") + "\r\n") }

func (v *evil) write(text string) {
	socket := poetest.SocketOf(v.end)
	for text != "" {
		n, err := socket.Write([]byte(text))
		if err != nil {
			n = 0
			if socket.Closed() || !v.c.Connected() {
				return
			}
		}
		text = text[n:]
		v.run(0)
		v.drain()
	}
}

// drain reads what the client has said.
func (v *evil) drain() string {
	var out strings.Builder
	buffer := make([]byte, 64<<10)
	for {
		n, err := poetest.SocketOf(v.end).Read(buffer)
		out.Write(buffer[:n])
		if n == 0 || err != nil {
			return out.String()
		}
	}
}

func (v *evil) shutdown() {
	v.c.Shutdown("")
	v.run(time.Minute)
	v.end.Close()
	v.run(time.Minute)
}

// Garbage, and every reply without the parameters that it should have.
func TestServerTalksNonsense(t *testing.T) {
	v := newEvil(t, irc.Config{Nick: "bot", State: true, Raw: true})
	v.say(":irc 001 bot :hi", ":irc 005 bot PREFIX=(ov CHANMODES=, CASEMAPPING= CHANTYPES= -X =a PREFIX :x", ":irc 005 bot PREFIX=(ov)@+ CHANMODES=b,k,l,imnpst :x")
	for code := range 1000 {
		for _, params := range []string{"", " bot", " bot #a", " bot #a b", " bot #a b c d e f :g h", " :", " bot :"} {
			v.say(fmt.Sprintf(":irc %03d%s", code, params))
		}
	}
	for _, command := range []string{"JOIN", "PART", "QUIT", "KICK", "NICK", "MODE", "TOPIC", "INVITE", "PRIVMSG", "NOTICE", "PING", "CAP", "AUTHENTICATE", "BATCH", "ACCOUNT", "AWAY", "CHGHOST", "SETNAME", "WALLOPS", "TAGMSG"} {
		for _, params := range []string{"", " :", " #a", " bot", " + - :", " #a +ov", " #a +ovbkl a", " bot +i", " a b c d e f g"} {
			for _, source := range []string{"", ":irc ", ":bot!b@h ", ":x!y@z ", ":!@ "} {
				v.say(source + command + params)
			}
		}
	}
	v.say("\x00\xff", ":", "@ :", "@x=y", " ", ":a b\x01", "PRIVMSG bot :\x01", "PRIVMSG bot :\x01DCC\x01", "PRIVMSG bot :\x01DCC SEND\x01", "PRIVMSG bot :\x01DCC SEND \"\x01", ":a!b@c PRIVMSG bot :\x01DCC SEND .. 1 1 1\x01")
	v.write(strings.Repeat("x", 100_000) + "\r\n")
	v.say(":irc 001 bot :still here", "PING :end")
	v.run(time.Hour / 60)
	assert.True(t, v.c.Connected())
	assert.Positive(t, v.seen["irc_ping"])
	assert.Zero(t, v.seen["irc_plugin_error"])
	v.shutdown()
}

// Ten thousand channels are followed; what is beyond the limits is not.
func TestManyChannels(t *testing.T) {
	v := newFastEvil(t, irc.Config{Nick: "bot", State: true, Limits: irc.Limits{Queue: 100_000, Entries: 10, Members: 25_000, Channels: 10_000}})
	v.say(":irc 001 bot :hi")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 10_100 {
		v.say(fmt.Sprintf(":bot!b@h JOIN #c%d", i), fmt.Sprintf(":u%d!u@h JOIN #c%d", i%100, i))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d bytes for each channel with two members", (int64(after.HeapAlloc)-int64(before.HeapAlloc))/10_000)
	assert.Len(t, v.c.Channels(), 10_000)
	assert.Equal(t, 1, v.seen["irc_state_limit"])
	for i := range 100 {
		v.say(fmt.Sprintf(":x!y@z MODE #c1 +b m%d!*@*", i))
	}
	assert.Len(t, v.c.Channel("#c1").List('b'), 10)
	names := make([]string, 30_000)
	for i := range names {
		names[i] = fmt.Sprint("n", i)
	}
	for len(names) > 0 {
		v.say(":irc 353 bot = #c1 :" + strings.Join(names[:500], " "))
		names = names[500:]
	}
	assert.LessOrEqual(t, len(v.c.Nicks()), 25_000)
	v.shutdown()
}

// A server that floods is answered at the client's pace, and what waits is bounded.
func TestPingFlood(t *testing.T) {
	v := newEvil(t, irc.Config{Nick: "bot", Limits: irc.Limits{Queue: 100}})
	v.say(":irc 001 bot :hi")
	for range 1000 {
		v.say("PING :x")
	}
	assert.Equal(t, 100, v.c.QueueLength())
	assert.Positive(t, v.seen["irc_queue_full"])
	v.shutdown()
}

// The connection breaks in the middle of a line.
func TestResetWithinALine(t *testing.T) {
	v := newEvil(t, irc.Config{Nick: "bot"})
	v.say(":irc 001 bot :hi")
	v.write(":a!b@c PRIVMSG bot :hel")
	poetest.SocketOf(v.end).Reset()
	v.run(time.Second)
	assert.False(t, v.c.Connected())
	assert.Equal(t, 1, v.seen["irc_disconnected"])
	assert.Zero(t, v.seen["irc_msg"])
	v.shutdown()
}

// Batches, whois and labels that never end are bounded too.
func TestUnendingReplies(t *testing.T) {
	v := newEvil(t, irc.Config{Nick: "bot"})
	v.say(":irc CAP * LS :batch labeled-response", ":irc CAP * ACK :batch labeled-response", ":irc 001 bot :hi")
	for i := range 1000 {
		v.say(fmt.Sprintf("BATCH +b%d netsplit a b", i), fmt.Sprintf(":irc 311 bot n%d u h * :r", i), fmt.Sprintf(":irc CAP bot NEW :c%d", i))
	}
	assert.Equal(t, 64, v.seen["irc_batch_start"])
	v.shutdown()
}

// SCRAM with a count that would stop the kernel is refused.
func TestExcessiveIterations(t *testing.T) {
	v := newEvil(t, irc.Config{Nick: "bot", SASL: &irc.SASL{User: "u", Password: "p", Mechanism: "SCRAM-SHA-256"}})
	v.say(":irc CAP * LS :sasl", ":irc CAP * ACK :sasl", "AUTHENTICATE +")
	assert.Contains(t, v.drain()+"AUTHENTICATE", "AUTHENTICATE")
	v.say("AUTHENTICATE cj14LHM9c2FsdCxpPTIwMDAwMDAwMDA=") // r=x,s=salt,i=2000000000
	v.run(time.Second)
	assert.Equal(t, 1, v.seen["irc_sasl_failed"])
	v.shutdown()
}

// FuzzServer lets a server say anything, to a client that has logged in.
func FuzzServer(f *testing.F) {
	f.Add(":bot!b@h JOIN #a\n:irc 353 bot = #a :@bot +x\n:x!y@z MODE #a +o-v bot x\n")
	f.Add(":a!b@c PRIVMSG bot :\x01DCC SEND \"a b\" 1 2 3\x01\nBATCH +a b\n@batch=a;label=1 :x 001 y\n")
	f.Add(":irc 005 bot PREFIX=(qaohv)~&@%+ CHANMODES=b,k,l,i CASEMAPPING=ascii\n:irc 324 bot #a +kl a 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		v := newEvil(t, irc.Config{Nick: "bot", State: true})
		v.say(":irc 001 bot :hi", ":bot!b@h JOIN #a")
		v.write(text)
		v.run(time.Second)
		v.shutdown()
	})
}
