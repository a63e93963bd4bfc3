package syslogserver_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// collected is what a server has passed on.
type collected struct {
	messages []*syslogserver.Message
	errors   []*syslogserver.Error
}

func (c *collected) texts() (list []string) {
	for _, m := range c.messages {
		list = append(list, m.Text)
	}
	return list
}

// inMemory starts a server of connections in memory.
func inMemory(t *testing.T, c syslogserver.Config) (*poetest.Listener, *kernel.Kernel, *poetest.Clock, *syslogserver.Server, *collected) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	at := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:514"))
	got := &collected{}
	c.Type, c.Handle = "tcp", at.Handle()
	c.Input = func(m *syslogserver.Message) { got.messages = append(got.messages, m) }
	c.Error = func(err *syslogserver.Error) { got.errors = append(got.errors, err) }
	s, err := syslogserver.New(k, c)
	require.NoError(t, err)
	return at, k, clock, s, got
}

// run lets virtual time pass.
func run(t *testing.T, k *kernel.Kernel, clock *poetest.Clock, d time.Duration) {
	t.Helper()
	_, err := poetest.RunFor(k, clock, d)
	require.NoError(t, err)
}

// Both kinds of framing and of message, and what is wrong between them.
func TestStream(t *testing.T) {
	at, k, clock, s, got := inMemory(t, syslogserver.Config{MaxLength: 100})
	c := at.Talk(t, k, clock)
	c.Write([]byte("<34>Oct 11 22:14:15 host su[7]: one\n"))
	c.Write([]byte("42 <165>1 - host app 8 ID [a b=\"c\"] two\nlines<13>plain\n"))
	c.Write([]byte("<13>1 what is this?\n"))
	c.Write([]byte("<13>" + strings.Repeat("x", 200) + "\n<14>three\n"))
	c.Write([]byte("\x00\xff garbage\n"))
	run(t, k, clock, time.Second)
	assert.Equal(t, []string{"one", "two\nlines", "plain", "three", "\x00\xff garbage"}, got.texts())
	first := got.messages[0]
	assert.Equal(t, syslog.RFC3164, first.Format)
	assert.Equal(t, "su", first.AppName)
	assert.Equal(t, 34, first.Priority())
	assert.Equal(t, "127.0.0.1", first.From.Addr().String())
	value, _ := got.messages[1].Param("a", "b")
	assert.Equal(t, "c", value)
	require.Len(t, got.errors, 2)
	var limit *filter.LimitError
	assert.ErrorAs(t, got.errors[1], &limit)
	assert.Equal(t, syslogserver.Stats{Received: 5, Errors: 2, Clients: 1}, s.Stats())
	s.Shutdown()
	require.NoError(t, k.Run())
}

// What a connection leaves when it ends, or is broken, in the middle of a message.
func TestStreamEnds(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		reset   bool
		message string
		failed  error
	}{
		"a line without its end":           {"<13>half\r", false, "half", nil},
		"a part of a counted one":          {"20 <13>half", false, "", io.ErrUnexpectedEOF},
		"a length":                         {"2", false, "", io.ErrUnexpectedEOF},
		"nothing":                          {"", false, "", nil},
		"a reset in a line":                {"<13>half", true, "", nil},
		"an impossible length":             {"99999999999999999999999 x", false, "", errors.New("limit")},
		"a length of more than may follow": {"101 x", false, "", errors.New("limit")},
	} {
		t.Run(name, func(t *testing.T) {
			at, k, clock, s, got := inMemory(t, syslogserver.Config{MaxLength: 100})
			p := at.Talk(t, k, clock)
			p.Write([]byte(c.text))
			run(t, k, clock, time.Second)
			if c.reset {
				p.Reset()
			} else {
				p.CloseWrite()
			}
			run(t, k, clock, time.Second)
			if c.message == "" {
				assert.Empty(t, got.messages)
			} else {
				assert.Equal(t, []string{c.message}, got.texts())
			}
			switch {
			case c.failed == nil:
				assert.Empty(t, got.errors)
			case errors.Is(c.failed, io.ErrUnexpectedEOF):
				require.Len(t, got.errors, 1)
				assert.ErrorIs(t, got.errors[0], c.failed)
			default:
				require.NotEmpty(t, got.errors)
			}
			assert.Zero(t, s.Stats().Clients)
			s.Shutdown()
			require.NoError(t, k.Run())
		})
	}
}

// Peers that say nothing, or send without an end, are ended; others are not.
func TestSlowPeers(t *testing.T) {
	at, k, clock, s, got := inMemory(t, syslogserver.Config{IdleTimeout: time.Minute, MaxClients: 3})
	silent, talker := at.Talk(t, k, clock), at.Talk(t, k, clock)
	for range 8 {
		talker.Write([]byte("<13>still here\n"))
		run(t, k, clock, 20*time.Second)
	}
	silent.ExpectEnd()
	assert.Len(t, got.messages, 8)
	assert.Equal(t, 1, s.Stats().Clients)
	s.Shutdown()
	talker.ExpectEnd()
	require.NoError(t, k.Run())
}

// packets is a socket for datagrams in memory.
type packets struct {
	in     chan []byte
	closed chan struct{}
}

func (p *packets) ReadFrom(buf []byte) (int, net.Addr, error) {
	select {
	case packet := <-p.in:
		return copy(buf, packet), &net.UDPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 514}, nil
	case <-p.closed:
		return 0, nil, net.ErrClosed
	}
}

func (p *packets) WriteTo(b []byte, _ net.Addr) (int, error) { return len(b), nil }
func (p *packets) Close() error                              { close(p.closed); return nil }
func (p *packets) LocalAddr() net.Addr                       { return &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 514} }
func (p *packets) SetDeadline(time.Time) error               { return nil }
func (p *packets) SetReadDeadline(time.Time) error           { return nil }
func (p *packets) SetWriteDeadline(time.Time) error          { return nil }

// Registered sessions get messages and errors by their events, and are kept alive
// until they have unregistered.
func TestRegistration(t *testing.T) {
	k := poetest.New(t, kernel.Options{Clock: &poetest.Clock{}})
	socket := &packets{in: make(chan []byte, 10), closed: make(chan struct{})}
	s, err := syslogserver.New(k, syslogserver.Config{Handle: kernel.PacketConn(socket), MaxLength: 60})
	require.NoError(t, err)
	var got []string
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := e.Call(kernel.Alias("syslogd"), "register", "InputEvent", "logged", "ErrorEvent", "wrong")
			assert.NoError(t, err)
			for _, text := range []string{
				"<13>one\n\x00", "<13>1 no time stamp", "", "\n", strings.Repeat("x", 61), "<14>last",
			} {
				socket.in <- []byte(text)
			}
		},
		"logged": func(e kernel.Event) {
			m := syslogserver.MessageOf(e)
			got = append(got, fmt.Sprint(m.From, " ", m.Text))
			if m.Text == "last" {
				assert.NoError(t, e.Post(kernel.Alias("syslogd"), "unregister"))
			}
		},
		"wrong": func(e kernel.Event) {
			err := syslogserver.ErrorOf(e)
			got = append(got, fmt.Sprint(len(err.Text), " ", errors.Is(err, syslogserver.ErrTooLong)))
		},
		"_stop": func(kernel.Event) { got = append(got, "stop"); s.Shutdown() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"192.0.2.7:514 one", "19 false", "60 true", "192.0.2.7:514 last", "stop"}, got)
	assert.Nil(t, s.Addr())
}

// A session that is stopped by force is forgotten, as is a component.
func TestForce(t *testing.T) {
	k := poetest.New(t, kernel.Options{Clock: &poetest.Clock{}})
	path := filepath.Join(t.TempDir(), "log")
	_, err := syslogserver.New(k, syslogserver.Config{Type: "unixgram", BindAddress: path})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.NoError(t, e.Post(kernel.Alias("syslogd"), "register", syslogserver.Registration{InputEvent: "logged"}))
			e.Yield("stop")
		},
		"stop": func(e kernel.Event) { k.Stop() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.NoFileExists(t, path)
}

// A socket that is left from before, its permissions, and its end.
func TestUnixSocket(t *testing.T) {
	for _, kind := range []string{"unixgram", "unix"} {
		path := filepath.Join(t.TempDir(), "log")
		old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		require.NoError(t, err)
		old.SetUnlinkOnClose(false)
		require.NoError(t, old.Close())
		k := poetest.New(t)
		_, err = syslogserver.New(k, syslogserver.Config{Type: kind, BindAddress: path})
		require.Error(t, err, "it is there already")
		var s *syslogserver.Server
		var text string
		s, err = syslogserver.New(k, syslogserver.Config{
			Type: kind, BindAddress: path, Replace: true, Mode: 0o666,
			Input: func(m *syslogserver.Message) { text = m.Text; s.Shutdown() },
		})
		require.NoError(t, err)
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o666), info.Mode().Perm())
		c, err := net.Dial(kind, path)
		require.NoError(t, err)
		_, err = c.Write([]byte("<13>hello\n"))
		require.NoError(t, err)
		require.NoError(t, k.Run())
		require.NoError(t, c.Close())
		assert.Equal(t, "hello", text)
		assert.NoFileExists(t, path)
	}
}

func TestConfigErrors(t *testing.T) {
	for field, c := range map[string]syslogserver.Config{
		"Type": {Type: "sctp"}, "BindAddress": {Type: "unix"}, "BindPort": {BindPort: 70000}, "MaxLength": {MaxLength: -1},
		"MaxClients": {MaxClients: -1}, "PerPeer": {PerPeer: -1}, "Framing": {Framing: 9},
	} {
		_, err := syslogserver.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}
