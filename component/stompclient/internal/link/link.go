// Package link keeps a connection to a message broker: it connects, greets the broker,
// exchanges heart-beats, and connects again after pauses that grow.
package link

import (
	"errors"
	"io"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/internal/backoff"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
)

// Errors of Config.Failed, besides those of the connection.
var (
	ErrTimeout   = errors.New("stompclient: no answer of the broker in time")
	ErrHeartBeat = errors.New("stompclient: the broker is silent")
)

// window is how many bytes may wait to be written before Writable reports false.
const window = 64 << 10

// Config configures a Link. All its functions are called in the component's session.
type Config struct {
	TCP       clienttcp.Config // where the broker is; its callbacks are the link's
	Limits    stomp.Config     // which are valid
	Greeting  *stomp.Frame     // CONNECT
	HeartBeat time.Duration    // that Greeting offers; none if it is not positive
	Timeout   time.Duration    // bounds an attempt, the answer to Greeting included
	Backoff   clienttcp.Backoff

	// Ready is called with CONNECTED.
	Ready func(f *stomp.Frame)
	// Frame is called with each further frame, and with an ERROR that comes instead of
	// CONNECTED. Its error ends the connection.
	Frame func(f *stomp.Frame) error
	// Flushed is called when all frames have been written.
	Flushed func()
	// Failed is called with the reason when a connection has ended, or could not be
	// made.
	Failed func(err error)
}

// Link is the connection of a component.
type Link struct {
	// Connections counts those that the broker has accepted, Sent and Received their
	// frames.
	Connections, Sent, Received uint64

	service *service.Service
	config  Config
	current *conn // nil while there is none
	wait    backoff.Pause
	timer   kernel.AlarmID
	over    bool
}

// New returns the link of a component. Connect begins it.
func New(s *service.Service, c Config) *Link { return &Link{service: s, config: c} }

// Connect begins to connect, in the component's session.
func (l *Link) Connect() {
	l.timer = 0
	c := &conn{l: l, version: "1.0"}
	l.current = c
	in := func(f func()) { l.service.In(func(kernel.Event) { f() }) }
	made := l.config.TCP
	made.ConnectTimeout, made.Timeouts = l.config.Timeout, clienttcp.Timeouts{Write: l.config.Timeout}
	made.Filter = l.filter
	made.Connected = func(*clienttcp.Client) { in(c.greet) }
	made.ConnectError = func(_ *clienttcp.Client, err *kernel.OpError) { in(func() { c.fail(err) }) }
	made.ServerInput = clienttcp.Input(func(_ *clienttcp.Client, f *stomp.Frame) { in(func() { c.frame(f) }) })
	made.ServerFlushed = func(*clienttcp.Client) { in(l.config.Flushed) }
	made.ServerError = made.ConnectError
	made.Disconnected = func(*clienttcp.Client) { in(func() { c.fail(io.EOF) }) }
	var err error
	if c.tcp, err = clienttcp.New(l.service.Kernel, made); err != nil {
		c.fail(err)
	}
}

func (l *Link) filter() filter.Filter {
	f, err := stomp.New(l.config.Limits)
	if err != nil {
		panic(err)
	}
	return f
}

// Ready reports whether the broker has accepted the connection.
func (l *Link) Ready() bool { return l.current != nil && l.current.ready }

// Version returns the version of the protocol, while Ready.
func (l *Link) Version() string { return l.current.version }

// Put writes a frame, while Ready.
func (l *Link) Put(f *stomp.Frame) {
	l.Sent++
	l.current.tcp.Wheel.Put(f)
}

// Writable reports whether the link is ready and little of what was put is still to be
// written.
func (l *Link) Writable() bool {
	return l.Ready() && l.current.tcp.Wheel != nil && l.current.tcp.Wheel.OutOctets() < window
}

// Close closes the connection, whatever is still to be written. There is no other.
func (l *Link) Close() {
	l.over = true
	l.service.RemoveAlarm(&l.timer)
	if c := l.current; c != nil {
		l.current = nil
		c.close()
	}
}

// failed reports the end of a connection, and begins the pause before the next.
func (l *Link) failed(wasReady bool, err error) {
	l.current = nil
	if l.over {
		return
	}
	if l.config.Failed(err); l.over {
		return
	}
	if wasReady {
		l.wait = 0
	}
	pause := l.wait.Next(l.config.Backoff.Min, l.config.Backoff.Max, l.service.Kernel.Rand())
	l.timer = l.after("connect", pause, l.Connect)
}

// after calls f once a time has passed, in the component's session.
func (l *Link) after(name string, d time.Duration, f func()) kernel.AlarmID {
	id, _ := l.service.Kernel.Host().DelayFunc(name, d, func(kernel.Event) { f() }) // fails after the session's end
	return id
}
