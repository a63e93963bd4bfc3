package syslogclient_test

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/syslogclient"
	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// line is a message whose fields do not depend on the host.
func line(text string) syslog.Message {
	return syslog.Message{Severity: syslog.Info, Hostname: "host", AppName: "app", ProcID: "7", Text: text}
}

// The server comes late, goes, and comes again: what was not written arrives, in
// order, after pauses that grow.
func TestReconnect(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	at := poetest.Listen(netip.AddrPort{})
	at.SetBuffer(200)
	var dials []time.Duration
	up := false
	var failures []error
	c, err := syslogclient.New(k, syslogclient.Config{
		Type: "tcp", Framing: syslog.Lines, Format: syslog.RFC3164, MaxPending: 400,
		Dial: func(d *clienttcp.Dialing) {
			dials = append(dials, clock.Mono())
			if up {
				d.Complete(at.Dial())
			} else {
				d.Complete(nil, syscall.ECONNREFUSED)
			}
		},
		Error: func(err error) { failures = append(failures, err) },
	})
	require.NoError(t, err)
	var got []string
	server, err := syslogserver.New(k, syslogserver.Config{
		Type: "tcp", Handle: at.Handle(), Input: func(m *syslogserver.Message) { got = append(got, m.Text) },
	})
	require.NoError(t, err)
	for i := range 20 {
		err := c.Send(line(fmt.Sprint("message ", i)))
		if i < 9 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, syslogclient.ErrPending)
		}
	}
	_, err = poetest.RunFor(k, clock, 10*time.Second)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(dials), 3)
	assert.LessOrEqual(t, len(dials), 7, "pauses grow")
	assert.Equal(t, 9, c.Stats().Pending)
	assert.ErrorIs(t, failures[0], syslogclient.ErrPending)
	up = true
	_, err = poetest.RunFor(k, clock, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, syslogclient.Stats{Sent: 9, Dropped: 11}, c.Stats())
	require.Len(t, got, 9)
	assert.Equal(t, "message 8", got[8])
	require.NoError(t, c.Send(line("last")))
	c.Shutdown()
	require.ErrorIs(t, c.Send(line("too late")), syslogclient.ErrShutdown)
	_, err = poetest.RunFor(k, clock, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, "last", got[9])
	server.Shutdown()
	require.NoError(t, k.Run())
}

// A server that reads nothing, or breaks the connection, loses what it has, and what
// was not written is sent again.
func TestResend(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	var peers []*kernel.Handle
	c, err := syslogclient.New(k, syslogclient.Config{
		Type: "tcp", Framing: syslog.Lines, Format: syslog.RFC3164, Error: func(error) {},
		Dial: func(d *clienttcp.Dialing) {
			near, far := poetest.NewPair(poetest.PairConfig{Buffer: 100})
			peers = append(peers, far)
			d.Complete(near, nil)
		},
	})
	require.NoError(t, err)
	for range 20 {
		require.NoError(t, c.Send(line(strings.Repeat("x", 50))))
	}
	_, err = poetest.RunFor(k, clock, time.Second)
	require.NoError(t, err)
	poetest.SocketOf(peers[0]).Reset()
	_, err = poetest.RunFor(k, clock, 5*time.Second) // connects again
	require.NoError(t, err)
	require.Len(t, peers, 2)
	assert.Zero(t, c.Stats().Sent)
	_, err = poetest.RunFor(k, clock, 20*time.Second) // the second one takes nothing either
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(peers), 3, "the write timed out")
	c.Shutdown()
	require.NoError(t, k.Run(), "the deadline ends it")
	assert.Equal(t, syslogclient.Stats{Dropped: 20}, c.Stats())
	assert.Less(t, clock.Mono(), time.Minute)
	for _, h := range peers {
		require.NoError(t, h.Close())
	}
}

// A daemon's socket that is not there yet, and one that is made anew.
func TestUnixDaemonRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	k := poetest.New(t)
	var failures int
	c, err := syslogclient.New(k, syslogclient.Config{
		Type: "unixgram", RemoteAddress: path, Format: syslog.RFC3164, Error: func(error) { failures++ },
	})
	require.NoError(t, err)
	var server *syslogserver.Server
	var got []string
	listen := func(e kernel.Event) {
		server, err = syslogserver.New(k, syslogserver.Config{Type: "unixgram", BindAddress: path, Input: func(m *syslogserver.Message) {
			got = append(got, m.Text)
			assert.Empty(t, m.Hostname, "a local message has none")
			server.Shutdown()
			if m.Text == "second" {
				assert.NoError(t, k.Post(kernel.Alias("syslog"), "shutdown"))
				return
			}
			assert.NoError(t, c.Send(syslog.Message{Text: "second"}))
			assert.NoError(t, k.Post(kernel.Alias("daemon"), "again"))
		}})
		assert.NoError(t, err)
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.NoError(t, e.Post(kernel.Alias("syslog"), "send", "first"))
			assert.NoError(t, e.AliasSet("daemon"))
			_, err := e.DelaySet("listen", 5*time.Second)
			assert.NoError(t, err)
		},
		"again":  func(e kernel.Event) { _, _ = e.DelaySet("listen", 5*time.Second) },
		"listen": listen,
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"first", "second"}, got)
	assert.Equal(t, uint64(2), c.Stats().Sent)
	assert.Positive(t, failures)
}

// The arguments of "send", and what a call of it returns.
func TestSend(t *testing.T) {
	k := poetest.New(t)
	receiver, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer receiver.Close()
	c, err := syslogclient.New(k, syslogclient.Config{
		RemotePort: receiver.LocalAddr().(*net.UDPAddr).Port, Hostname: "here", AppName: "test", ProcID: "1", MaxLength: 200,
	})
	require.NoError(t, err)
	m := line("whole")
	fixed := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m.Time = fixed
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		send := func(args ...any) any {
			v, err := e.Call(kernel.Alias("syslog"), "send", args...)
			assert.NoError(t, err)
			return v
		}
		assert.Nil(t, send("text"))
		assert.Nil(t, send(syslog.Warning, "warning"))
		assert.Nil(t, send(m))
		assert.Nil(t, send(&m))
		assert.Error(t, send().(error))
		assert.Error(t, send(7).(error))
		assert.Error(t, send(syslog.Warning).(error))
		assert.Error(t, send((*syslog.Message)(nil)).(error))
		assert.ErrorIs(t, send(strings.Repeat("x", 200)).(error), syslogclient.ErrTooLong)
		assert.Error(t, send(syslog.Message{Hostname: "two words"}).(error))
		c.Shutdown()
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, uint64(4), c.Stats().Sent)
	for _, want := range []string{"<13>1 ... here test 1 - - text", "<12>1 ... here test 1 - - warning", "<14>1 2026-01-02T03:04:05Z host app 7 - - whole", "<14>1 2026-01-02T03:04:05Z host app 7 - - whole"} {
		require.NoError(t, receiver.SetReadDeadline(time.Now().Add(10*time.Second)))
		buf := make([]byte, 1000)
		n, _, err := receiver.ReadFrom(buf)
		require.NoError(t, err)
		fields := strings.SplitN(string(buf[:n]), " ", 3)
		if strings.Contains(want, "...") {
			fields[1] = "..."
		}
		assert.Equal(t, want, strings.Join(fields, " "))
	}
}

// Where nothing listens, messages are counted as lost and the kernel ends.
func TestNoServer(t *testing.T) {
	gone, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	k := poetest.New(t)
	failures := 0
	c, err := syslogclient.New(k, syslogclient.Config{
		RemotePort: gone.LocalAddr().(*net.UDPAddr).Port, Error: func(error) { failures++ },
	})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { _, _ = e.DelaySet("send", time.Second, 0) },
		"send": func(e kernel.Event) {
			assert.NoError(t, c.Send(line("lost")))
			if n := kernel.Arg[int](e, 0); n < 9 {
				_, _ = e.DelaySet("send", time.Second, n+1)
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run(), "the client does not keep the program running")
	assert.Equal(t, uint64(10), c.Stats().Sent+c.Stats().Dropped)
	assert.Equal(t, uint64(9), c.Stats().Dropped, "the last one's error is not known yet")
	assert.Equal(t, 1, failures, "one warning is enough")
}

func TestConfigErrors(t *testing.T) {
	for field, c := range map[string]syslogclient.Config{
		"Type": {Type: "sctp"}, "RemotePort": {RemotePort: -1}, "Dial": {Dial: func(*clienttcp.Dialing) {}}, "Format": {Format: 7},
		"MaxLength": {MaxLength: -1}, "MaxPending": {MaxPending: -1}, "Timeout": {Timeout: -1}, "ShutdownTimeout": {ShutdownTimeout: -1},
		"Backoff": {Backoff: clienttcp.Backoff{Min: 2, Max: 1}}, "Framing": {Type: "tcp", Framing: 7},
	} {
		_, err := syslogclient.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}
