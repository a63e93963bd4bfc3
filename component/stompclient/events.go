package stompclient

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// outgoing is a frame on its way.
type outgoing struct {
	frame       *stomp.Frame
	transaction string
	by          kernel.ID // gets the receipt
	event       string    // empty for none
	context     any
	receipt     string // its name on the wire
	alarm       kernel.AlarmID
}

var states = session.States[Broker]{
	"_start": func(b *Broker, e kernel.Event) {
		b.service.Start(e, "STOMP frames", b.end, func(kernel.Event) error { b.connect(); return nil })
	},
	"_stop":       func(*Broker, kernel.Event) {},
	"_child":      func(*Broker, kernel.Event) {},
	"register":    (*Broker).register,
	"unregister":  func(b *Broker, e kernel.Event) { b.registered.Remove(e.Sender) },
	"subscribe":   reports((*Broker).subscribe),
	"unsubscribe": reports((*Broker).unsubscribe),
	"send":        reports((*Broker).sendEvent),
	"send_data":   reports((*Broker).sendData),
	"ack":         reports((*Broker).acknowledge),
	"nack":        reports((*Broker).acknowledge),
	"begin":       reports((*Broker).transact),
	"commit":      reports((*Broker).transact),
	"abort":       reports((*Broker).transact),
	"connect":     func(b *Broker, _ kernel.Event) { b.timer = 0; b.connect() },
	"late":        func(b *Broker, e kernel.Event) { b.late(kernel.Arg[*outgoing](e, 0)) },
	"beat":        func(_ *Broker, e kernel.Event) { kernel.Arg[*connection](e, 0).beat() },
	"listen":      func(_ *Broker, e kernel.Event) { kernel.Arg[*connection](e, 0).listen() },
	"deadline":    func(b *Broker, _ kernel.Event) { b.end() },
	"shutdown":    func(b *Broker, _ kernel.Event) { b.Shutdown() },
}

// reports makes a handler of a method that can fail: a call gets the error.
func reports(f func(*Broker, kernel.Event) error) func(*Broker, kernel.Event) {
	return func(b *Broker, e kernel.Event) {
		err := ErrShutdown
		if !b.over {
			err = f(b, e)
		}
		if err != nil { // the arguments, which can be long and secret, are not logged
			b.k.Host().Logger().Warn(err.Error(), "event", e.Name, "sender", e.Sender)
			e.Return(err)
		}
	}
}

func (b *Broker) register(e kernel.Event) {
	if !b.over {
		b.registered.Add(e.Sender, struct{}{})
	}
}

// invalid is the error about arguments that are not those of an event.
func invalid(e kernel.Event, want string) error {
	return fmt.Errorf("stompclient: %s needs %s: %w", e.Name, want, kernel.ErrInvalid)
}

func (b *Broker) subscribe(e kernel.Event) error {
	s, ok := kernel.ArgOK[Subscription](e, 0)
	if !ok || s.Destination == "" || s.Ack != Auto && s.Ack != Client && s.Ack != ClientIndividual {
		return invalid(e, "a Subscription with a destination")
	}
	if err := b.drop(e.Sender, s.Destination); err != nil && !errors.Is(err, kernel.ErrInvalid) {
		return err
	}
	if err := b.service.Keep(e.Sender); err != nil {
		return err
	}
	b.serial++
	made := &subscribed{Subscription: s, by: e.Sender, id: strconv.FormatUint(b.serial, 10)}
	b.subscriptions = append(b.subscriptions, made)
	if b.connection != nil && b.connection.ready { // or else connected does it
		b.connection.put(made.frame())
	}
	return nil
}

// frame is what subscribes.
func (s *subscribed) frame() *stomp.Frame {
	ack := s.Ack
	if ack == Auto {
		ack = "auto"
	}
	f := &stomp.Frame{Command: "SUBSCRIBE", Headers: []stomp.Header{
		{Key: "id", Value: s.id}, {Key: "destination", Value: s.Destination}, {Key: "ack", Value: string(ack)},
	}}
	f.Headers = append(f.Headers, s.Headers...)
	return f
}

func (b *Broker) unsubscribe(e kernel.Event) error {
	destination, _ := kernel.ArgOK[string](e, 0)
	return b.drop(e.Sender, destination)
}

func (b *Broker) drop(by kernel.ID, destination string) error {
	i := slices.IndexFunc(b.subscriptions, func(s *subscribed) bool { return s.by == by && s.Destination == destination })
	if i < 0 {
		return fmt.Errorf("stompclient: no subscription to %q: %w", destination, kernel.ErrInvalid)
	}
	s := b.subscriptions[i]
	b.subscriptions = slices.Delete(b.subscriptions, i, i+1)
	b.service.Release(by)
	if b.connection != nil && b.connection.ready {
		b.connection.put(&stomp.Frame{Command: "UNSUBSCRIBE", Headers: []stomp.Header{{Key: "id", Value: s.id}, {Key: "destination", Value: destination}}})
	}
	return nil
}

func (b *Broker) sendEvent(e kernel.Event) error {
	s, ok := kernel.ArgOK[Send](e, 0)
	if !ok || s.Destination == "" {
		return invalid(e, "a Send with a destination")
	}
	f := &stomp.Frame{Command: "SEND", Headers: []stomp.Header{{Key: "destination", Value: s.Destination}}, Body: s.Body}
	f.Headers = append(f.Headers, s.Headers...)
	return b.add(&outgoing{frame: f, transaction: s.Transaction, by: e.Sender, event: s.Event, context: s.Context})
}

func (b *Broker) sendData(e kernel.Event) error {
	f, ok := kernel.ArgOK[*stomp.Frame](e, 0)
	if !ok || f == nil {
		return invalid(e, "a *stomp.Frame")
	}
	copied := *f
	copied.Headers = slices.Clone(f.Headers)
	return b.add(&outgoing{frame: &copied})
}

func (b *Broker) acknowledge(e kernel.Event) error {
	m, ok := kernel.ArgOK[*Message](e, 0)
	if !ok || m == nil {
		return invalid(e, "a *Message")
	}
	c := m.connection
	if c != b.connection || !c.ready {
		return ErrStale
	}
	f := &stomp.Frame{Command: map[string]string{"ack": "ACK", "nack": "NACK"}[e.Name]}
	messageID, _ := m.Header("message-id")
	switch c.version {
	case "1.0":
		f.Headers = []stomp.Header{{Key: "message-id", Value: messageID}}
		if f.Command == "NACK" {
			return ErrVersion
		}
	case "1.1":
		f.Headers = []stomp.Header{{Key: "message-id", Value: messageID}, {Key: "subscription", Value: m.id}}
	default:
		id, _ := m.Header("ack")
		f.Headers = []stomp.Header{{Key: "id", Value: id}}
	}
	transaction, _ := kernel.ArgOK[string](e, 1)
	return b.add(&outgoing{frame: f, transaction: transaction})
}

// transact handles "begin", "commit" and "abort".
func (b *Broker) transact(e kernel.Event) error {
	name, _ := kernel.ArgOK[string](e, 0)
	lost, open := b.transactions[name]
	switch {
	case name == "":
		return invalid(e, "the name of a transaction")
	case e.Name == "begin" && open && !lost:
		return fmt.Errorf("stompclient: transaction %q is open: %w", name, kernel.ErrInvalid)
	case e.Name != "begin" && !open:
		return fmt.Errorf("stompclient: transaction %q is not open: %w", name, kernel.ErrInvalid)
	case e.Name == "begin" && len(b.transactions) >= b.config.MaxPending:
		return ErrPending
	}
	o := &outgoing{
		frame:       &stomp.Frame{Command: map[string]string{"begin": "BEGIN", "commit": "COMMIT", "abort": "ABORT"}[e.Name]},
		transaction: name, by: e.Sender,
	}
	o.event, _ = kernel.ArgOK[string](e, 1)
	if e.Name == "begin" {
		b.transactions[name] = false
	} else {
		delete(b.transactions, name)
	}
	if lost && e.Name == "abort" {
		return nil // the broker has done it
	}
	if lost && e.Name == "commit" {
		return b.refuse(o, ErrLost)
	}
	if err := b.queue(o); err != nil {
		delete(b.transactions, name)
		return err
	}
	return nil
}

// refuse reports that a frame is not sent, by its event if there is one.
func (b *Broker) refuse(o *outgoing, err error) error {
	if o.event == "" {
		return err
	}
	return b.k.Post(o.by, o.event, &Receipt{Frame: o.frame, Context: o.context, Err: err})
}

// add has a frame sent, which must not be of a transaction that is lost or not open.
func (b *Broker) add(o *outgoing) error {
	if o.transaction != "" {
		lost, open := b.transactions[o.transaction]
		switch {
		case lost:
			return b.refuse(o, ErrLost)
		case !open:
			return fmt.Errorf("stompclient: transaction %q is not open: %w", o.transaction, kernel.ErrInvalid)
		}
	}
	return b.queue(o)
}

// queue checks a frame and has it wait for its turn.
func (b *Broker) queue(o *outgoing) error {
	if len(b.pending) >= b.config.MaxPending || o.event != "" && len(b.awaited) >= b.config.MaxPending {
		return b.refuse(o, ErrPending)
	}
	if o.transaction != "" {
		o.frame.Headers = append(o.frame.Headers, stomp.Header{Key: "transaction", Value: o.transaction})
	}
	if o.event != "" {
		b.serial++
		o.receipt = "poe-" + strconv.FormatUint(b.serial, 10)
		o.frame.Headers = append(o.frame.Headers, stomp.Header{Key: "receipt", Value: o.receipt})
	}
	if err := check(o.frame); err != nil {
		return err
	}
	if o.event != "" {
		if err := b.service.Keep(o.by); err != nil {
			return err
		}
		b.awaited[o.receipt] = o
		b.service.In(func(e kernel.Event) { o.alarm, _ = e.DelaySet("late", b.config.Timeout, o) })
	}
	b.pending = append(b.pending, o)
	b.service.In(func(kernel.Event) { b.flush() })
	return nil
}

// check reports whether a frame can be written.
func check(frame *stomp.Frame) error {
	f, err := stomp.New(stomp.Config{})
	if err == nil {
		_, err = f.Append(nil, frame)
	}
	return err
}

// late is the end of the time for a receipt. A frame that waits still is not sent.
func (b *Broker) late(o *outgoing) {
	o.alarm = 0
	b.pending = slices.DeleteFunc(b.pending, func(p *outgoing) bool { return p == o })
	b.answer(o, ErrTimeout)
}

// answer posts a receipt that is awaited.
func (b *Broker) answer(o *outgoing, err error) {
	if b.awaited[o.receipt] != o {
		return
	}
	delete(b.awaited, o.receipt)
	b.service.RemoveAlarm(&o.alarm)
	_ = b.k.Post(o.by, o.event, &Receipt{Frame: o.frame, Context: o.context, Err: err}) // it may have stopped by force
	b.service.Release(o.by)
}
