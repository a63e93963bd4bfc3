package stompclient

import (
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/component/stompclient/internal/link"
	"github.com/gopoe/poe/component/stompclient/internal/outbox"
	"github.com/gopoe/poe/component/stompclient/internal/subscriptions"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
)

// Broker is the component, which represents the broker. Its methods belong to
// the kernel's goroutine.
type Broker struct {
	k             *kernel.Kernel
	service       service.Service
	config        Config
	link          *link.Link
	box           *outbox.Box
	subscriptions *subscriptions.Set[Subscription]
	registered    *service.Registry[struct{}]
	leaving       bool // DISCONNECT was sent on this connection
	over, ended   bool
}

// New creates the component, as a child of the active session, and begins to
// connect. The error is a *kernel.ConfigError, or that of the alias.
func New(k *kernel.Kernel, c Config) (*Broker, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	b := &Broker{k: k, service: service.New(k, "stompclient", c.Alias), config: c}
	b.registered = service.NewRegistry[struct{}](&b.service)
	b.subscriptions = subscriptions.New[Subscription](&b.service)
	b.box = outbox.New(&b.service, outbox.Config{
		Max: c.MaxPending, Timeout: c.Timeout, Late: ErrTimeout, Added: b.flush,
		Answer: func(i *outbox.Item, err error) error {
			return k.Post(i.By, i.Event, &Receipt{Frame: i.Frame, Context: i.Context, Err: err})
		},
	})
	b.link = link.New(&b.service, link.Config{
		TCP:    clienttcp.Config{RemoteAddress: c.RemoteAddress, RemotePort: c.RemotePort, TLS: c.TLS, Dial: c.Dial},
		Limits: c.Limits, Greeting: c.greeting(), HeartBeat: c.HeartBeat, Timeout: c.Timeout, Backoff: c.Backoff,
		Ready: b.connected, Frame: b.frame, Flushed: b.flush, Failed: b.failed,
	})
	if err := service.Create(k, b, states); err != nil {
		return nil, err
	}
	return b, nil
}

// connected makes the subscriptions on a new connection.
func (b *Broker) connected(f *stomp.Frame) {
	b.leaving = false
	for _, s := range b.subscriptions.All() {
		b.link.Put(s.Frame)
	}
	if b.config.Connected != nil {
		b.config.Connected(f)
	}
	b.broadcast("handle_connected", f)
	b.flush()
}

// frame is a frame of the broker.
func (b *Broker) frame(f *stomp.Frame) error {
	switch f.Command {
	case "MESSAGE":
		b.message(f)
	case "RECEIPT":
		b.broadcast("handle_receipt", f)
		b.box.Answer(f, nil)
		if id, _ := f.Header("receipt-id"); id == goodbye {
			b.end()
		}
		b.flush()
	case "ERROR": // of a frame that wanted a receipt, or of the connection
		err := &ServerError{f}
		b.box.Answer(f, err)
		b.broadcast("handle_error", f)
		return err
	default:
		return link.Misplaced(f)
	}
	return nil
}

// message passes a message to its subscriber.
func (b *Broker) message(f *stomp.Frame) {
	s := b.subscriptions.Of(f)
	if s == nil {
		return
	}
	if s.Value.Event == "" {
		b.broadcast("handle_message", f)
		return
	}
	m := &Message{Frame: f, Subscription: s.Value, connection: b.link.Connections, id: s.ID}
	m.Destination, _ = f.Header("destination")
	_ = b.k.Post(s.By, s.Value.Event, m) // it may have stopped by force
}

// flush writes what waits, as far as the connection may have it.
func (b *Broker) flush() {
	for b.box.Pending() > 0 && b.link.Writable() {
		b.link.Put(b.box.Next())
	}
	if b.over && b.idle() && b.link.Ready() && !b.leaving {
		b.leaving = true
		b.link.Put(stomp.NewFrame("DISCONNECT", "receipt", goodbye))
	}
}

// goodbye is the receipt of DISCONNECT.
const goodbye = "poe-goodbye"

// idle reports whether nothing is on its way.
func (b *Broker) idle() bool { return b.box.Pending() == 0 && b.box.Awaited() == 0 }

// failed reports the end of a connection.
func (b *Broker) failed(err error) {
	b.box.Lose()
	if b.config.Error != nil {
		b.config.Error(err)
	} else {
		b.k.Host().Logger().Warn("stompclient: the connection failed", "broker", b.config.RemoteAddress, "error", err)
	}
	b.broadcast("connection_down", err)
	if b.over && b.idle() {
		b.end()
	}
}

// broadcast posts an event to all who have registered.
func (b *Broker) broadcast(event string, record any) {
	b.registered.Post(func(struct{}) string { return event }, record)
}

// Stats returns the statistics.
func (b *Broker) Stats() Stats {
	return Stats{
		Connected: b.link.Ready(), Connections: b.link.Connections, Sent: b.link.Sent, Received: b.link.Received,
		Pending: b.box.Pending(), Awaited: b.box.Awaited(),
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
		if b.idle() && !b.link.Ready() {
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
	b.box.Clear(ErrShutdown)
	b.subscriptions.Clear()
	b.registered.Clear()
	b.link.Close()
	b.service.In(func(e kernel.Event) { _ = e.AlarmRemoveAll() })
}
