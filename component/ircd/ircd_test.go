package ircd_test

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// world is a server in memory on virtual time. What its users say to each other and
// to others' clients is tested beside the client, in package irc.
type world struct {
	t     testing.TB
	k     *kernel.Kernel
	clock *poetest.Clock
	at    *poetest.Listener
	s     *ircd.Server
}

func start(t testing.TB, c ircd.Config) *world {
	t.Helper()
	w := &world{t: t, clock: &poetest.Clock{}, at: poetest.Listen(netip.MustParseAddrPort("192.0.2.1:6667"))}
	w.k = poetest.New(t, kernel.Options{Clock: w.clock})
	c.Name, c.Listener = "irc.example", w.at.Handle()
	var err error
	w.s, err = ircd.New(w.k, c)
	require.NoError(t, err)
	return w
}

func (w *world) run(d time.Duration) {
	w.t.Helper()
	_, err := poetest.RunFor(w.k, w.clock, d)
	require.NoError(w.t, err)
}

func (w *world) end() {
	w.t.Helper()
	w.s.Shutdown()
	w.run(10 * time.Minute)
}

func (w *world) talk() *poetest.Conversation { return w.at.Talk(w.t, w.k, w.clock) }

// login logs a user in and reads the welcome.
func (w *world) login(nick string) *poetest.Conversation {
	w.t.Helper()
	c := w.talk()
	c.Send("NICK "+nick, "USER "+nick+" 0 * :"+nick)
	for !strings.Contains(c.Line(), " 422 ") {
	}
	return c
}

func TestConfigErrors(t *testing.T) {
	for field, c := range map[string]ircd.Config{
		"Limits": {Limits: ircd.Limits{Users: -1}}, "Name": {Name: "two words"}, "PingInterval": {PingInterval: -1},
	} {
		_, err := ircd.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}

// Who does not log in, or falls silent, is dropped in virtual time.
func TestSilentUsers(t *testing.T) {
	w := start(t, ircd.Config{PingInterval: time.Minute})
	slow := w.talk()
	slow.Send("NICK slow")
	silent := w.login("silent")
	w.run(61 * time.Second)
	assert.Error(t, slow.ExpectEnd(), "the time to log in is over")
	silent.Expect("PING irc.example")
	silent.Send("PONG irc.example")
	w.run(time.Minute)
	silent.Expect("PING irc.example")
	silent.Timeout = 3 * time.Minute
	silent.ExpectMatch(`^ERROR :Closing Link: \S+ \(Ping timeout\)$`)
	assert.ErrorIs(t, silent.ExpectEnd(), io.EOF)
	assert.Empty(t, w.s.Nicks())
	w.end()
}

// Every command with too few, empty and too many parameters, before and after the
// login; lines that are too long, and bytes that are no message.
func TestNonsense(t *testing.T) {
	w := start(t, ircd.Config{Accounts: map[string]string{"ann": "tea"}, Operators: map[string]string{"op": "x"}, Password: ""})
	for _, line := range []string{"WEBIRC", "WEBIRC a b c", "WEBIRC a b c d", "QUIT", "QUIT :x y"} { // which end the connection, or do nothing
		c := w.talk()
		c.Send(line)
		w.run(time.Second)
		c.Close()
	}
	commands := strings.Fields(`CAP AUTHENTICATE PASS NICK USER PING PONG JOIN PART PRIVMSG NOTICE TAGMSG TOPIC MODE KICK
		INVITE NAMES LIST WHO WHOIS AWAY SETNAME ISON USERHOST MOTD LUSERS VERSION TIME OPER KILL NICKSERV NS NOSUCH`)
	params := []string{"", " :", " ,", " #a", " #a,#b ,", " :#a  ", " bob", " * *", " #a +ov", " #a +beI-k+l x y z", " #a -k", " a b c d e f g h i j k l m n o :p",
		" LS 302", " REQ :-", " REQ :sasl labeled-response batch echo-message", " *", " SCRAM-SHA-256", " PLAIN", " !!!", " :\x01\x02"}
	for _, registered := range []bool{false, true} {
		for _, command := range commands {
			c := w.talk()
			if registered {
				c.Send("NICK bob", "USER bob 0 * :bob", "JOIN #a")
			}
			for _, p := range params {
				c.Send("@label=1;+x=\\ "+command+p, command+p)
			}
			c.Write([]byte("\x00\xff\r\n:\r\n@ :\r\n@x\r\n \r\n" + strings.Repeat("x", 100_000) + "\r\n"))
			c.Send("QUIT")
			w.run(time.Second)
			c.Close()
			w.run(time.Second)
		}
	}
	good := w.login("good")
	good.Send("PING :still here")
	good.Expect(":irc.example PONG irc.example :still here")
	assert.Equal(t, []string{"good"}, w.s.Nicks())
	w.end()
}

// A connection that breaks within a line: the line counts for nothing, and the
// others hear that the user has gone.
func TestResetWithinALine(t *testing.T) {
	w := start(t, ircd.Config{})
	ann, bob := w.login("ann"), w.login("bob")
	ann.Send("JOIN #a")
	ann.ExpectMatch(" JOIN ")
	bob.Send("JOIN #a")
	for !strings.Contains(ann.Line(), "bob") {
	}
	bob.Write([]byte("PRIVMSG #a :hel"))
	bob.Reset()
	for {
		line := ann.Line()
		require.NotContains(t, line, "PRIVMSG")
		if strings.Contains(line, " QUIT ") {
			break
		}
	}
	assert.Equal(t, []string{"ann"}, w.s.Nicks())
	w.end()
}

// The limits: users, channels, entries of a list, what waits for one who does not
// read.
func TestLimits(t *testing.T) {
	w := start(t, ircd.Config{Limits: ircd.Limits{Users: 3, Channels: 2, Entries: 2, SendQueue: 100_000}})
	ann, deaf := w.login("ann"), w.login("deaf")
	for i := range 4 {
		ann.Send(fmt.Sprintf("JOIN #c%d", i))
	}
	for range 2 {
		for !strings.Contains(ann.Line(), " 405 ann ") {
		}
	}
	for i := range 3 {
		ann.Send(fmt.Sprintf("MODE #c0 +b m%d", i))
	}
	for !strings.Contains(ann.Line(), " 478 ann ") {
	}
	deaf.Send("JOIN #c0")
	w.run(time.Second)
	text := strings.Repeat("x", 400)
	for range 2000 {
		ann.Send("PRIVMSG #c0 :" + text)
	}
	w.run(time.Minute)
	assert.Equal(t, []string{"ann"}, w.s.Nicks(), "one who does not read is dropped")
	third, fourth, fifth := w.talk(), w.talk(), w.talk()
	w.run(time.Second)
	third.Send("NICK third", "USER x 0 * :x")
	fourth.Send("NICK fourth", "USER x 0 * :x")
	fifth.Send("NICK fifth", "USER x 0 * :x")
	w.run(time.Second)
	assert.Len(t, w.s.Nicks(), 3, "the next waits until another has gone")
	third.Send("QUIT")
	w.run(time.Second)
	third.Close()
	w.run(time.Second)
	assert.Len(t, w.s.Nicks(), 3)
	w.end()
}

// FuzzClient lets a client say anything.
func FuzzClient(f *testing.F) {
	f.Add("JOIN #a\r\nMODE #a +o-v bob bob\r\nPRIVMSG #a :hi\r\nWHO #a\r\n", true)
	f.Add("CAP LS 302\r\nCAP REQ :sasl batch labeled-response\r\nAUTHENTICATE PLAIN\r\nAUTHENTICATE AGFubgB0ZWE=\r\nCAP END\r\n", false)
	f.Add("@label=a;+b=c TAGMSG bob\r\n@label=x LIST\r\nNICK \xff\r\nWEBIRC a b c d\r\n", true)
	f.Fuzz(func(t *testing.T, text string, registered bool) {
		w := start(t, ircd.Config{Accounts: map[string]string{"ann": "tea"}})
		other := w.login("other")
		c := w.talk()
		if registered {
			c.Send("NICK bob", "USER bob 0 * :bob", "CAP REQ :batch labeled-response message-tags", "JOIN #x")
		}
		c.Write([]byte(text))
		w.run(time.Second)
		other.Send("PING end")
		for !strings.Contains(other.Line(), "PONG irc.example end") {
		}
		c.Close()
		w.end()
	})
}

// A service that counts, on a server in memory, and a user who speaks with it.
func Example() {
	clock := &poetest.Clock{}
	k := kernel.New(kernel.Options{Clock: clock})
	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:6667"))
	server, err := ircd.New(k, ircd.Config{Name: "irc.example", Listener: at.Handle()})
	if err != nil {
		fmt.Println(err)
		return
	}
	var counter *ircd.Service
	heard := 0
	counter, err = server.AddService("Counter", func(from ircutil.Source, m *ircd.Message) {
		if m.Command == "PRIVMSG" {
			heard++
			counter.Do("PRIVMSG", from.Nick, fmt.Sprintf("that was number %d: %s", heard, m.Param(1)))
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	user, err := at.Dial()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = user.Write([]byte("NICK ann\r\nUSER ann 0 * :Ann\r\nPRIVMSG Counter :tea\r\nPRIVMSG Counter :cake\r\n"))
	_, _ = poetest.RunFor(k, clock, time.Second)
	fmt.Println(server.Nicks())
	text := make([]byte, 16<<10)
	n, _ := user.Read(text)
	for line := range strings.Lines(string(text[:n])) {
		if strings.Contains(line, "PRIVMSG") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	server.Shutdown()
	_ = user.Close()
	fmt.Println(k.Run())
	// Output:
	// [ann Counter]
	// :Counter!Counter@irc.example PRIVMSG ann :that was number 1: tea
	// :Counter!Counter@irc.example PRIVMSG ann :that was number 2: cake
	// <nil>
}
