package stompclient_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/component/stompclient"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// broker is a broker in memory: it answers as its version has it, but for what
// handle does.
type broker struct {
	at        *poetest.Listener
	listener  *servertcp.Listener
	client    *servertcp.Client // the last one
	got       []string          // frames, without heart-beats
	beats     int
	version   string // empty for 1.0
	heartBeat string
	handle    func(c *servertcp.Client, f *stomp.Frame) bool
	serial    int
	down      bool
	dials     []time.Duration
}

func newBroker(t *testing.T, k *kernel.Kernel, version string) *broker {
	b := &broker{at: poetest.Listen(netip.AddrPort{}), version: version}
	var err error
	b.listener, err = servertcp.New(k, servertcp.Config{
		Listener: b.at.Handle(),
		ClientFilter: func() filter.Filter {
			f, err := stomp.New(stomp.Config{Heartbeats: true})
			require.NoError(t, err)
			return f
		},
		ClientConnected: func(c *servertcp.Client) { b.client = c },
		ClientInput:     servertcp.Input(b.input),
		ClientError:     func(*servertcp.Client, *kernel.OpError) {},
	})
	require.NoError(t, err)
	return b
}

func (b *broker) input(c *servertcp.Client, record any) {
	f, ok := record.(*stomp.Frame)
	if !ok {
		b.beats++
		return
	}
	b.got = append(b.got, text(f))
	if b.handle != nil && b.handle(c, f) {
		return
	}
	switch f.Command {
	case "CONNECT":
		answer := &stomp.Frame{Command: "CONNECTED"}
		if b.version != "" {
			answer.Headers = []stomp.Header{{Key: "version", Value: b.version}}
		}
		if b.heartBeat != "" {
			answer.Headers = append(answer.Headers, stomp.Header{Key: "heart-beat", Value: b.heartBeat})
		}
		c.Wheel.Put(answer)
	case "SEND":
		b.send(c, f)
	}
	if receipt, ok := f.Header("receipt"); ok {
		c.Wheel.Put(&stomp.Frame{Command: "RECEIPT", Headers: []stomp.Header{{Key: "receipt-id", Value: receipt}}})
	}
}

// send sends what was sent back to the first subscription.
func (b *broker) send(c *servertcp.Client, f *stomp.Frame) {
	b.serial++
	destination, _ := f.Header("destination")
	m := &stomp.Frame{Command: "MESSAGE", Body: f.Body, Headers: []stomp.Header{
		{Key: "destination", Value: destination}, {Key: "message-id", Value: fmt.Sprint("m", b.serial)},
	}}
	if b.version != "" {
		m.Headers = append(m.Headers, stomp.Header{Key: "subscription", Value: "1"})
	}
	if b.version == "1.2" {
		m.Headers = append(m.Headers, stomp.Header{Key: "ack", Value: fmt.Sprint("a", b.serial)})
	}
	c.Wheel.Put(m)
}

func (b *broker) dial(d *clienttcp.Dialing) {
	k := b.listener.ID().Kernel()
	b.dials = append(b.dials, time.Duration(k.Now().UnixNano()))
	if b.down {
		d.Complete(nil, fmt.Errorf("nobody is there"))
		return
	}
	d.Complete(b.at.Dial())
}

// text is a frame in one line, without what differs from run to run.
func text(f *stomp.Frame) string {
	var b strings.Builder
	b.WriteString(f.Command)
	for _, h := range f.Headers {
		switch h.Key {
		case "accept-version", "host", "heart-beat", "content-length":
		case "receipt":
			b.WriteString(" receipt")
		default:
			b.WriteString(" " + h.Key + ":" + h.Value)
		}
	}
	if len(f.Body) > 0 {
		b.WriteString(" " + string(f.Body))
	}
	return b.String()
}

// world is a kernel with a broker, a client and a session that uses it.
type world struct {
	k      *kernel.Kernel
	clock  *poetest.Clock
	broker *broker
	client *stompclient.Broker
	id     kernel.ID
	heard  []string
	errors []error
}

func newWorld(t *testing.T, version string, c stompclient.Config, more session.Funcs) *world {
	w := &world{clock: &poetest.Clock{}}
	w.k = poetest.New(t, kernel.Options{Clock: w.clock})
	w.broker = newBroker(t, w.k, version)
	c.Dial = w.broker.dial
	c.Error = func(err error) { w.errors = append(w.errors, err) }
	var err error
	w.client, err = stompclient.New(w.k, c)
	require.NoError(t, err)
	funcs := session.Funcs{
		"_start": func(e kernel.Event) { w.id = e.Session; assert.NoError(t, e.AliasSet("user")) },
		"message": func(e kernel.Event) {
			w.heard = append(w.heard, string(stompclient.MessageOf(e).Body))
		},
		"receipt": func(e kernel.Event) {
			r := stompclient.ReceiptOf(e)
			w.heard = append(w.heard, fmt.Sprint("receipt ", r.Context, " ", r.Err))
		},
	}
	for name, f := range more {
		funcs[name] = f
	}
	_, err = session.Inline(w.k, funcs)
	require.NoError(t, err)
	return w
}

// ask calls an event of the component, in the user's session.
func (w *world) ask(t *testing.T, event string, args ...any) error {
	t.Helper()
	var failed error
	require.NoError(t, w.k.Host().CallFunc(w.id, "test", func(e kernel.Event) {
		v, err := e.Call(kernel.Alias("stomp-client"), event, args...)
		require.NoError(t, err)
		failed, _ = v.(error)
	}))
	return failed
}

func (w *world) run(t *testing.T, d time.Duration) {
	t.Helper()
	_, err := poetest.RunFor(w.k, w.clock, d)
	require.NoError(t, err)
}

// end shuts all down; what the world has left would fail the test.
func (w *world) end(t *testing.T) {
	t.Helper()
	w.client.Shutdown()
	w.run(t, 2*time.Minute)
	require.NoError(t, w.k.Post(w.broker.listener.ID(), "shutdown"))
	require.NoError(t, w.k.Run())
}

// A conversation with brokers of each version.
func TestVersions(t *testing.T) {
	for version, acks := range map[string][]string{
		"":    {"ACK message-id:m1"},
		"1.1": {"ACK message-id:m1 subscription:1", "NACK message-id:m1 subscription:1"},
		"1.2": {"ACK id:a1", "NACK id:a1"},
	} {
		t.Run("version "+version, func(t *testing.T) {
			w := newWorld(t, version, stompclient.Config{Login: "ann", Passcode: "secret"}, session.Funcs{
				"message": func(e kernel.Event) {
					m := stompclient.MessageOf(e)
					assert.Equal(t, "/queue/a", m.Destination)
					assert.Equal(t, "hello", string(m.Body))
					_, err := e.Call(kernel.Alias("stomp-client"), "ack", m)
					assert.NoError(t, err)
					v, err := e.Call(kernel.Alias("stomp-client"), "nack", m)
					assert.NoError(t, err)
					if version == "" {
						assert.ErrorIs(t, v.(error), stompclient.ErrVersion)
					}
				},
			})
			require.NoError(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/queue/a", Event: "message", Ack: stompclient.Client}))
			require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/queue/a", Body: []byte("hello"), Event: "receipt", Context: 7}))
			w.run(t, time.Second)
			require.NoError(t, w.ask(t, "unsubscribe", "/queue/a"))
			require.ErrorIs(t, w.ask(t, "unsubscribe", "/queue/a"), kernel.ErrInvalid)
			w.end(t)
			assert.Equal(t, []string{"receipt 7 <nil>"}, w.heard)
			want := append([]string{
				"CONNECT login:ann passcode:secret", "SUBSCRIBE id:1 destination:/queue/a ack:client", "SEND destination:/queue/a receipt hello",
			}, acks...)
			assert.Equal(t, append(want, "UNSUBSCRIBE id:1 destination:/queue/a", "DISCONNECT receipt"), w.broker.got)
			assert.Empty(t, w.errors)
		})
	}
}

// POE's events, with the frames themselves.
func TestRegistered(t *testing.T) {
	var got []string
	frame := func(e kernel.Event) { got = append(got, e.Name+" "+text(kernel.Arg[*stomp.Frame](e, 0))) }
	w := newWorld(t, "1.2", stompclient.Config{}, session.Funcs{
		"handle_connected": frame, "handle_message": frame, "handle_receipt": frame, "handle_error": frame,
		"connection_down": func(e kernel.Event) { got = append(got, e.Name) },
	})
	require.NoError(t, w.ask(t, "register"))
	require.NoError(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/topic/a"}))
	w.run(t, time.Second)
	require.NoError(t, w.ask(t, "send_data", &stomp.Frame{
		Command: "SEND", Headers: []stomp.Header{{Key: "destination", Value: "/topic/a"}, {Key: "receipt", Value: "mine"}}, Body: []byte("text"),
	}))
	w.run(t, time.Second)
	w.broker.handle = func(c *servertcp.Client, f *stomp.Frame) bool {
		c.Wheel.Put(&stomp.Frame{Command: "ERROR", Headers: []stomp.Header{{Key: "message", Value: "no"}, {Key: "receipt-id", Value: f.Headers[1].Value}}})
		return f.Command == "SEND"
	}
	require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/topic/a", Event: "receipt"}))
	w.run(t, time.Millisecond)
	w.broker.handle = nil
	w.run(t, time.Minute)
	require.NoError(t, w.ask(t, "unregister"))
	w.end(t)
	require.Len(t, got, 6)
	assert.Equal(t, []string{
		"handle_connected CONNECTED version:1.2",
		"handle_message MESSAGE destination:/topic/a message-id:m1 subscription:1 ack:a1 text",
		"handle_receipt RECEIPT receipt-id:mine",
	}, got[:3])
	assert.Contains(t, got[3], "handle_error ERROR message:no")
	assert.Equal(t, []string{"connection_down", "handle_connected CONNECTED version:1.2"}, got[4:])
	require.Len(t, w.heard, 1)
	assert.Contains(t, w.heard[0], "the broker reports: no")
}

// A broker that is away at first, and breaks the connection later: what waits is sent
// in order, what was under way is lost, subscriptions are made again.
func TestReconnect(t *testing.T) {
	w := newWorld(t, "1.2", stompclient.Config{MaxPending: 5}, nil)
	w.broker.down = true
	require.NoError(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/queue/a", Event: "message"}))
	for i := range 7 {
		require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/queue/a", Body: []byte(fmt.Sprint(i)), Event: "receipt", Context: i}))
	}
	w.run(t, 10*time.Second)
	assert.Equal(t, []string{"receipt 5 " + stompclient.ErrPending.Error(), "receipt 6 " + stompclient.ErrPending.Error()}, w.heard)
	w.heard, w.broker.down = nil, false
	assert.LessOrEqual(t, len(w.broker.dials), 7, "pauses grow")
	w.run(t, 2*time.Minute)
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprint(i), fmt.Sprint("receipt ", i, " <nil>"))
	}
	assert.ElementsMatch(t, want, w.heard)

	w.heard, w.broker.got = nil, nil
	w.broker.handle = func(c *servertcp.Client, f *stomp.Frame) bool {
		if f.Command == "SEND" {
			poetest.SocketOf(c.Wheel.InputHandle()).Reset()
		}
		return f.Command == "SEND"
	}
	require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/queue/a", Event: "receipt", Context: "under way"}))
	w.run(t, time.Millisecond)
	w.broker.handle = nil
	require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/queue/a", Body: []byte("later")}))
	w.run(t, time.Minute)
	assert.Equal(t, []string{"receipt under way " + stompclient.ErrLost.Error(), "later"}, w.heard)
	assert.Equal(t, []string{"SEND destination:/queue/a receipt", "CONNECT", "SUBSCRIBE id:1 destination:/queue/a ack:auto", "SEND destination:/queue/a later"}, w.broker.got)
	assert.EqualValues(t, 2, w.client.Stats().Connections)
	require.NoError(t, w.ask(t, "unsubscribe", "/queue/a"))
	w.end(t)
}

// Transactions, and what becomes of those that a connection takes with it.
func TestTransactions(t *testing.T) {
	w := newWorld(t, "1.2", stompclient.Config{}, nil)
	send := func(transaction string) error {
		return w.ask(t, "send", stompclient.Send{Destination: "/queue/a", Transaction: transaction})
	}
	require.ErrorIs(t, send("t1"), kernel.ErrInvalid)
	require.ErrorIs(t, w.ask(t, "commit", "t1"), kernel.ErrInvalid)
	require.NoError(t, w.ask(t, "begin", "t1"))
	require.ErrorIs(t, w.ask(t, "begin", "t1"), kernel.ErrInvalid)
	require.NoError(t, send("t1"))
	require.NoError(t, w.ask(t, "commit", "t1", "receipt"))
	require.NoError(t, w.ask(t, "begin", "t2"))
	w.run(t, time.Second)
	assert.Equal(t, []string{
		"CONNECT", "BEGIN transaction:t1", "SEND destination:/queue/a transaction:t1", "COMMIT transaction:t1 receipt", "BEGIN transaction:t2",
	}, w.broker.got)
	poetest.SocketOf(w.broker.client.Wheel.InputHandle()).Reset()
	w.run(t, time.Minute)
	require.ErrorIs(t, send("t2"), stompclient.ErrLost)
	require.ErrorIs(t, w.ask(t, "commit", "t2"), stompclient.ErrLost)
	require.NoError(t, w.ask(t, "begin", "t2"))
	require.NoError(t, w.ask(t, "abort", "t2"))
	w.end(t)
	assert.Equal(t, []string{"CONNECT", "BEGIN transaction:t2", "ABORT transaction:t2", "DISCONNECT receipt"}, w.broker.got[5:])
	assert.Equal(t, []string{"receipt <nil> <nil>"}, w.heard)
}

// Signs of life go both ways; a broker that sends none is given up.
func TestHeartBeats(t *testing.T) {
	w := newWorld(t, "1.2", stompclient.Config{HeartBeat: 4 * time.Second}, nil)
	w.broker.heartBeat = "0,10000"
	w.run(t, 61*time.Second)
	assert.GreaterOrEqual(t, w.broker.beats, 6)
	assert.LessOrEqual(t, w.broker.beats, 13)
	assert.Empty(t, w.errors)
	w.broker.heartBeat = "10000,0"
	poetest.SocketOf(w.broker.client.Wheel.InputHandle()).Reset()
	w.run(t, 10*time.Second)
	w.errors = nil
	for range 6 {
		w.broker.client.Wheel.Put(stomp.Heartbeat{})
		w.run(t, 9*time.Second)
	}
	assert.Empty(t, w.errors)
	w.run(t, 41*time.Second)
	require.NotEmpty(t, w.errors)
	assert.ErrorIs(t, w.errors[0], stompclient.ErrHeartBeat)
	w.end(t)
}

// A hostile broker: the client ends the connection, reports why, and connects again.
func TestHostileBroker(t *testing.T) {
	for name, c := range map[string]struct {
		bytes string
		reset bool
		want  string
	}{
		"garbage":               {"\x16\x03\x01\x00 what?\n\n", false, "STOMP: decode"},
		"a header without end":  {"CONNECTED\na:" + strings.Repeat("x", 200), false, "MaxHeader"},
		"a body without end":    {"CONNECTED\n\n\x00MESSAGE\n\n" + strings.Repeat("x", 400), false, "MaxBody"},
		"a length of gigabytes": {"CONNECTED\n\n\x00MESSAGE\ncontent-length:99999999999\n\n", false, "MaxBody"},
		"a message too early":   {"MESSAGE\n\n\x00", false, "no place"},
		"a client's frame":      {"CONNECTED\n\n\x00SUBSCRIBE\n\n\x00", false, "no place"},
		"greetings twice":       {"CONNECTED\n\n\x00CONNECTED\n\n\x00", false, "no place"},
		"an error":              {"ERROR\nmessage:go away\n\n\x00", false, "go away"},
		"a reset in a frame":    {"CONNECTED\n\n\x00MESSAGE\ncontent-length:9\n\nabc", true, "reset"},
		"silence":               {"", false, stompclient.ErrTimeout.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "", stompclient.Config{Limits: stomp.Config{MaxHeader: 100, MaxBody: 300}, Timeout: 20 * time.Second}, nil)
			w.broker.handle = func(s *servertcp.Client, f *stomp.Frame) bool {
				h := s.Wheel.InputHandle()
				_, err := h.Write([]byte(c.bytes))
				assert.NoError(t, err)
				return true
			}
			w.run(t, time.Second)
			if c.reset {
				poetest.SocketOf(w.broker.client.Wheel.InputHandle()).Reset()
			}
			w.broker.handle = nil
			w.run(t, time.Minute)
			require.NotEmpty(t, w.errors)
			assert.Contains(t, w.errors[0].Error(), c.want)
			assert.True(t, w.client.Stats().Connected, "it has connected again")
			w.end(t)
		})
	}
}

// What is impossible to ask for, and what a shutdown and a late broker leave.
func TestRefusals(t *testing.T) {
	w := newWorld(t, "1.2", stompclient.Config{Timeout: 5 * time.Second}, nil)
	for event, args := range map[string][]any{
		"subscribe": {stompclient.Subscription{}}, "send": {"text"}, "send_data": {nil}, "ack": {nil}, "begin": {}, "unsubscribe": {"/none"},
	} {
		require.ErrorIs(t, w.ask(t, event, args...), kernel.ErrInvalid, event)
	}
	require.Error(t, w.ask(t, "send_data", &stomp.Frame{Command: "not a command"}))
	require.Error(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/a", Ack: "never"}))
	w.broker.handle = func(_ *servertcp.Client, f *stomp.Frame) bool { return f.Command == "SEND" } // no receipt
	require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/a", Event: "receipt", Context: "late"}))
	w.run(t, 10*time.Second)
	require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/a", Event: "receipt", Context: "cut"}))
	w.client.Shutdown()
	w.run(t, time.Second)
	w.end(t)
	assert.Equal(t, []string{"receipt late " + stompclient.ErrTimeout.Error(), "receipt cut " + stompclient.ErrTimeout.Error()}, w.heard)
}

func TestConfigErrors(t *testing.T) {
	for field, c := range map[string]stompclient.Config{
		"RemotePort": {RemotePort: -1}, "HeartBeat": {HeartBeat: -2}, "Timeout": {Timeout: -1}, "MaxPending": {MaxPending: -1},
		"Backoff": {Backoff: clienttcp.Backoff{Min: 2, Max: 1}}, "Limits": {Limits: stomp.Config{MaxBody: -1}},
		"Headers": {Headers: []stomp.Header{{Key: "a", Value: "b\nc"}}},
	} {
		_, err := stompclient.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}

// A BEGIN or COMMIT for which there is no space changes nothing.
func TestTransactionsWithoutSpace(t *testing.T) {
	w := newWorld(t, "1.2", stompclient.Config{MaxPending: 2}, nil)
	w.broker.down = true
	require.NoError(t, w.ask(t, "begin", "t1"))
	require.NoError(t, w.ask(t, "send", stompclient.Send{Destination: "/queue/a", Transaction: "t1"}))
	require.NoError(t, w.ask(t, "begin", "t2", "receipt"))
	require.ErrorIs(t, w.ask(t, "send", stompclient.Send{Destination: "/queue/a", Transaction: "t2"}), kernel.ErrInvalid, "it has not begun")
	require.ErrorIs(t, w.ask(t, "commit", "t1"), stompclient.ErrPending)
	w.broker.down = false
	w.run(t, time.Minute)
	require.NoError(t, w.ask(t, "commit", "t1"), "it is open still")
	w.end(t)
	assert.Equal(t, []string{"receipt <nil> " + stompclient.ErrPending.Error()}, w.heard)
	assert.Equal(t, []string{
		"CONNECT", "BEGIN transaction:t1", "SEND destination:/queue/a transaction:t1", "COMMIT transaction:t1", "DISCONNECT receipt",
	}, w.broker.got)
}

// A subscription that no frame can have is refused, and does not end each connection.
func TestSubscriptionThatCannotBeWritten(t *testing.T) {
	w := newWorld(t, "1.2", stompclient.Config{}, nil)
	require.NoError(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/queue/a"}))
	require.Error(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/queue/a", Headers: []stomp.Header{{Key: "selector", Value: "\x00"}}}))
	w.run(t, time.Minute)
	require.NoError(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/queue/a", Ack: stompclient.Client}))
	w.run(t, time.Second)
	assert.Empty(t, w.errors)
	assert.Len(t, w.broker.got, 4)
	assert.Contains(t, w.broker.got[1], "SUBSCRIBE id:1 destination:/queue/a ack:auto")
	assert.Equal(t, "UNSUBSCRIBE id:1 destination:/queue/a", w.broker.got[2])
	w.end(t)
}

// A function Connected that subscribes does so once.
func TestSubscribeInConnected(t *testing.T) {
	var w *world
	w = newWorld(t, "1.2", stompclient.Config{Connected: func(*stomp.Frame) {
		require.NoError(t, w.ask(t, "subscribe", stompclient.Subscription{Destination: "/queue/a"}))
	}}, nil)
	w.run(t, time.Minute)
	assert.Equal(t, []string{"CONNECT", "SUBSCRIBE id:1 destination:/queue/a ack:auto"}, w.broker.got)
	w.end(t)
}
