package poetest_test

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// talker starts a server in memory which echoes, and hangs up on "quit".
func talker(t *testing.T) (*poetest.Listener, *kernel.Kernel, *poetest.Clock) {
	t.Helper()
	clock := &poetest.Clock{}
	k := kernel.New(kernel.Options{Clock: clock})
	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:7"))
	_, err := servertcp.New(k, servertcp.Config{
		Alias: "server", Listener: at.Handle(),
		ClientConnected: func(c *servertcp.Client) { c.Put("welcome") },
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			switch line {
			case "quit":
				c.Shutdown()
			default:
				c.Put("you said " + line)
			}
		}),
	})
	require.NoError(t, err)
	return at, k, clock
}

func TestConversation(t *testing.T) {
	at, k, clock := talker(t)
	c := at.Talk(t, k, clock)
	c.Expect("welcome")
	c.Send("one", "two")
	c.Expect("you said one", "you said two")
	c.Send("three")
	assert.Equal(t, []string{"you said three", "three"}, c.ExpectMatch(`^you said (\w+)$`))
	c.ExpectSilence(time.Hour)
	c.Send("quit")
	assert.Equal(t, io.EOF, c.ExpectEnd())
}

// record is a testing.TB that notes a failure instead of failing.
type record struct {
	testing.TB
	failure string
}

func (r *record) Helper()        {}
func (r *record) Cleanup(func()) {}
func (r *record) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	panic(r)
}

// What does not come, or comes unasked, fails the test and says what there was.
func TestConversationsThatFail(t *testing.T) {
	for _, c := range []struct {
		name string
		talk func(c *poetest.Conversation)
		want string
	}{
		{"another line", func(c *poetest.Conversation) { c.Expect("hello") }, `the line "welcome" came, want "hello"`},
		{"no line", func(c *poetest.Conversation) { c.Expect("welcome", "more") }, "a line did not come within 1m0s"},
		{"no match", func(c *poetest.Conversation) { c.ExpectMatch("^x") }, `"welcome" came, want a match of "^x"`},
		{"no silence", func(c *poetest.Conversation) { c.ExpectSilence(time.Second) }, `"welcome\r\n" came`},
		{"no end", func(c *poetest.Conversation) { c.Expect("welcome"); _ = c.ExpectEnd() }, "the end of the connection did not come"},
		{"something before the end", func(c *poetest.Conversation) { _ = c.ExpectEnd() }, `"welcome\r\n" came, want the end`},
		{"the end", func(c *poetest.Conversation) { c.Send("quit"); c.Expect("welcome", "more") }, "the connection has ended (EOF)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, k, clock := talker(t)
			r := &record{TB: t}
			func() {
				defer func() {
					if v := recover(); v != nil && v != any(r) {
						panic(v)
					}
				}()
				c.talk(at.Talk(r, k, clock))
			}()
			assert.Contains(t, r.failure, c.want)
		})
	}
}

func TestConversationSendsMoreThanTheBufferHolds(t *testing.T) {
	at, k, clock := talker(t)
	at.SetBuffer(100)
	c := at.Talk(t, k, clock)
	c.Expect("welcome")
	long := strings.Repeat("x", 1000)
	c.Send(long)
	c.Expect("you said " + long)
	c.Close()
}

func TestConversationSeesAReset(t *testing.T) {
	clock := &poetest.Clock{}
	k := kernel.New(kernel.Options{Clock: clock})
	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:7"))
	_, err := servertcp.New(k, servertcp.Config{Alias: "server", Listener: at.Handle(),
		ClientConnected: func(c *servertcp.Client) { poetest.SocketOf(c.Wheel.InputHandle()).Reset() },
		ClientInput:     servertcp.Input(func(*servertcp.Client, string) {}),
		ClientError:     func(*servertcp.Client, *kernel.OpError) {},
	})
	require.NoError(t, err)
	assert.Equal(t, syscall.ECONNRESET, at.Talk(t, k, clock).ExpectEnd())
}
