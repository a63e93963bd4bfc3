package stompclient

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
)

// window is how many bytes may wait to be written before further frames wait here.
const window = 64 << 10

// connection is one connection to the broker, or the attempt to make one.
type connection struct {
	b       *Broker
	tcp     *clienttcp.Client
	ready   bool // the broker has accepted it
	over    bool
	version string // of the protocol
	goodbye bool   // DISCONNECT was sent

	every, within time.Duration // of signs of life sent, and received; 0 are none
	written, read uint64        // bytes when the timers were last looked at
	timers        [2]kernel.AlarmID
}

// connect makes a connection, in the component's session.
func (b *Broker) connect() {
	if b.ended || b.connection != nil {
		return
	}
	c := &connection{b: b, version: "1.0"}
	b.connection = c
	in := func(f func()) { b.service.In(func(kernel.Event) { f() }) }
	var err error
	c.tcp, err = clienttcp.New(b.k, clienttcp.Config{
		RemoteAddress: b.config.RemoteAddress, RemotePort: b.config.RemotePort, TLS: b.config.TLS, Dial: b.config.Dial,
		ConnectTimeout: b.config.Timeout, Timeouts: clienttcp.Timeouts{Write: b.config.Timeout},
		Filter:        b.newFilter,
		Connected:     func(*clienttcp.Client) { in(c.connected) },
		ConnectError:  func(_ *clienttcp.Client, err *kernel.OpError) { in(func() { c.fail(err) }) },
		ServerInput:   clienttcp.Input(func(_ *clienttcp.Client, f *stomp.Frame) { in(func() { c.frame(f) }) }),
		ServerFlushed: func(*clienttcp.Client) { in(b.flush) },
		ServerError:   func(_ *clienttcp.Client, err *kernel.OpError) { in(func() { c.fail(err) }) },
		Disconnected:  func(*clienttcp.Client) { in(func() { c.fail(ErrLost) }) },
	})
	if err != nil {
		c.fail(err)
	}
}

func (b *Broker) newFilter() filter.Filter {
	f, err := stomp.New(b.config.Limits)
	if err != nil {
		panic(err) // check has looked at it
	}
	return f
}

// connected greets the broker.
func (c *connection) connected() {
	if c.over {
		return
	}
	config := &c.b.config
	f := &stomp.Frame{Command: "CONNECT", Headers: []stomp.Header{{Key: "accept-version", Value: "1.0,1.1,1.2"}, {Key: "host", Value: config.Host}}}
	if config.Login != "" || config.Passcode != "" {
		f.Headers = append(f.Headers, stomp.Header{Key: "login", Value: config.Login}, stomp.Header{Key: "passcode", Value: config.Passcode})
	}
	if beat := config.HeartBeat.Milliseconds(); beat > 0 {
		f.Headers = append(f.Headers, stomp.Header{Key: "heart-beat", Value: fmt.Sprintf("%d,%d", beat, beat)})
	}
	f.Headers = append(f.Headers, config.Headers...)
	c.tcp.Wheel.Put(f)
	c.timers[0], _ = c.b.k.DelaySet("listen", config.Timeout, c) // for CONNECTED
}

// frame is a frame of the broker.
func (c *connection) frame(f *stomp.Frame) {
	if c.over {
		return
	}
	c.b.stats.Received++
	switch {
	case f.Command == "ERROR":
		c.refused(f)
	case f.Command == "CONNECTED" && !c.ready:
		c.accepted(f)
	case f.Command == "MESSAGE" && c.ready:
		c.message(f)
	case f.Command == "RECEIPT" && c.ready:
		c.b.broadcast("handle_receipt", f)
		id, _ := f.Header("receipt-id")
		if o := c.b.awaited[id]; o != nil {
			c.b.answer(o, nil)
		}
		if id == goodbye {
			c.b.end()
		}
		c.b.flush()
	default:
		c.fail(fmt.Errorf("stompclient: the broker sends %s, which has no place here", f.Command))
	}
}

// refused is an ERROR frame: it may be about a frame that wanted a receipt.
func (c *connection) refused(f *stomp.Frame) {
	err := &ServerError{f}
	id, _ := f.Header("receipt-id")
	if o := c.b.awaited[id]; o != nil {
		c.b.answer(o, err)
	}
	c.b.broadcast("handle_error", f)
	c.fail(err)
}

// accepted begins the conversation.
func (c *connection) accepted(f *stomp.Frame) {
	b := c.b
	c.ready = true
	b.stats.Connections++
	if version, ok := f.Header("version"); ok {
		c.version = version
	}
	c.setTimers(f)
	if b.config.Connected != nil {
		b.config.Connected(f)
	}
	b.broadcast("handle_connected", f)
	for _, s := range b.subscriptions {
		c.put(s.frame())
	}
	b.flush()
}

// setTimers agrees on the signs of life.
func (c *connection) setTimers(f *stomp.Frame) {
	c.stopTimers()
	value, _ := f.Header("heart-beat")
	sends, wants, _ := strings.Cut(value, ",")
	own := c.b.config.HeartBeat
	c.every, c.within = agreed(own, wants), 2*agreed(own, sends)
	if c.every > 0 {
		c.beat()
	}
	if c.within > 0 {
		c.listen()
	}
}

// agreed is the longer time of two, 0 if one side does not want to.
func agreed(own time.Duration, text string) time.Duration {
	milliseconds, err := strconv.ParseUint(text, 10, 31)
	if err != nil || milliseconds == 0 || own <= 0 {
		return 0
	}
	return max(own, time.Duration(milliseconds)*time.Millisecond)
}

// beat sends a sign of life unless something was written. It looks twice as often as
// it must, since what was written just after one look would hide a pause.
func (c *connection) beat() {
	c.timers[1] = 0
	if c.over || c.tcp.Wheel == nil {
		return
	}
	if written := c.tcp.Wheel.BytesWritten(); written != c.written {
		c.written = written
	} else if c.tcp.Wheel.OutOctets() == 0 {
		c.tcp.Wheel.Put(stomp.Heartbeat{})
	}
	c.timers[1], _ = c.b.k.DelaySet("beat", c.every/2, c)
}

// listen gives the connection up if nothing has come.
func (c *connection) listen() {
	c.timers[0] = 0
	switch {
	case c.over || c.tcp.Wheel == nil:
	case !c.ready:
		c.fail(ErrTimeout)
	case c.tcp.Wheel.BytesRead() == c.read:
		c.fail(ErrHeartBeat)
	default:
		c.read = c.tcp.Wheel.BytesRead()
		c.timers[0], _ = c.b.k.DelaySet("listen", c.within, c)
	}
}

func (c *connection) stopTimers() {
	for i := range c.timers {
		c.b.service.RemoveAlarm(&c.timers[i])
	}
}

// message passes a message to its subscriber. One of a subscription that has been
// ended meanwhile is passed over.
func (c *connection) message(f *stomp.Frame) {
	id, hasID := f.Header("subscription")
	destination, _ := f.Header("destination")
	for _, s := range c.b.subscriptions { // a broker of 1.0 may give the destination alone
		if hasID && s.id != id || !hasID && s.Destination != destination {
			continue
		}
		if s.Event == "" {
			c.b.broadcast("handle_message", f)
			return
		}
		_ = c.b.k.Post(s.by, s.Event, &Message{Frame: f, Destination: destination, Subscription: s.Subscription, connection: c, id: s.id}) // it may have stopped by force
		return
	}
}

// put writes a frame.
func (c *connection) put(f *stomp.Frame) {
	c.b.stats.Sent++
	c.tcp.Wheel.Put(f)
}

// flush writes what waits, as far as the connection may have it.
func (b *Broker) flush() {
	c := b.connection
	if c == nil || !c.ready || c.over {
		return
	}
	for len(b.pending) > 0 && c.tcp.Wheel != nil && c.tcp.Wheel.OutOctets() < window {
		o := b.pending[0]
		b.pending[0] = nil
		b.pending = b.pending[1:]
		c.put(o.frame)
	}
	if b.over && len(b.pending) == 0 && len(b.awaited) == 0 {
		b.sayGoodbye()
	}
}

// fail ends a connection, and begins the wait for the next.
func (c *connection) fail(err error) {
	if c.over {
		return
	}
	b := c.b
	c.close()
	b.connection = nil
	if b.ended {
		return
	}
	b.lose()
	b.fail(err)
	if b.over && len(b.pending) == 0 && len(b.awaited) == 0 {
		b.end()
	}
	if b.ended {
		return
	}
	if c.ready {
		b.wait = 0
	}
	b.wait = min(max(2*b.wait, b.config.Backoff.Min), b.config.Backoff.Max)
	pause := b.wait/2 + time.Duration(b.k.Rand().Int64N(int64(b.wait/2)+1))
	b.timer, _ = b.k.DelaySet("connect", pause)
}

// lose answers the receipts that a broken connection owes, and gives its
// transactions up, with their frames that wait.
func (b *Broker) lose() {
	waiting := map[*outgoing]bool{}
	begun := map[string]bool{} // whose BEGIN waits still
	b.pending = slices.DeleteFunc(b.pending, func(o *outgoing) bool {
		begun[o.transaction] = begun[o.transaction] || o.frame.Command == "BEGIN"
		gone := o.frame.Command == "ACK" || o.frame.Command == "NACK" || o.transaction != "" && !begun[o.transaction]
		waiting[o] = !gone
		return gone
	})
	for name := range b.transactions {
		b.transactions[name] = b.transactions[name] || !begun[name]
	}
	for _, o := range b.inOrder() {
		if !waiting[o] {
			b.answer(o, ErrLost)
		}
	}
}

// inOrder lists the receipts that are awaited, oldest first.
func (b *Broker) inOrder() []*outgoing {
	var list []*outgoing
	for _, o := range b.awaited {
		list = append(list, o)
	}
	slices.SortFunc(list, func(x, y *outgoing) int {
		if n := len(x.receipt) - len(y.receipt); n != 0 {
			return n
		}
		return strings.Compare(x.receipt, y.receipt)
	})
	return list
}

// close closes the connection, whatever waits.
func (c *connection) close() {
	c.over = true
	c.stopTimers()
	if c.tcp != nil {
		c.tcp.Shutdown()
		c.tcp.Shutdown() // a second one drops output
	}
}

// goodbye is the receipt of DISCONNECT.
const goodbye = "poe-goodbye"

// sayGoodbye ends the conversation once nothing is on its way.
func (b *Broker) sayGoodbye() {
	if c := b.connection; c != nil && c.ready && !c.goodbye {
		c.goodbye = true
		c.put(&stomp.Frame{Command: "DISCONNECT", Headers: []stomp.Header{{Key: "receipt", Value: goodbye}}})
	}
}

// Shutdown sends the frames that wait, for at most Config.Timeout, and ends the
// component. The event "shutdown" does the same.
func (b *Broker) Shutdown() {
	if b.over {
		return
	}
	b.over = true
	b.service.In(func(e kernel.Event) {
		_ = e.AliasRemove(b.config.Alias)
		_, _ = e.DelaySet("deadline", b.config.Timeout)
		if len(b.pending) == 0 && len(b.awaited) == 0 && (b.connection == nil || !b.connection.ready) {
			b.end()
			return
		}
		b.flush()
	})
}

// end ends the component, whatever waits.
func (b *Broker) end() {
	if b.ended {
		return
	}
	b.over, b.ended = true, true
	b.pending = nil
	for _, o := range b.inOrder() {
		b.answer(o, ErrShutdown)
	}
	for _, s := range b.subscriptions {
		b.service.Release(s.by)
	}
	b.subscriptions = nil
	b.registered.Clear()
	if b.connection != nil {
		b.connection.close()
		b.connection = nil
	}
	b.service.In(func(e kernel.Event) { _ = e.AlarmRemoveAll() })
}
