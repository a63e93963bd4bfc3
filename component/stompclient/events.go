package stompclient

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gopoe/poe/component/stompclient/internal/outbox"
	"github.com/gopoe/poe/component/stompclient/internal/subscriptions"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

var states = session.States[Broker]{
	"_start": func(b *Broker, e kernel.Event) {
		b.service.Start(e, "STOMP frames", b.end, func(kernel.Event) error { b.link.Connect(); return nil })
	},
	"_stop":       func(*Broker, kernel.Event) {},
	"_child":      func(*Broker, kernel.Event) {},
	"register":    (*Broker).register,
	"unregister":  func(b *Broker, e kernel.Event) { b.registered.Remove(e.Sender) },
	"subscribe":   reports((*Broker).subscribe),
	"unsubscribe": reports((*Broker).unsubscribe),
	"send":        reports((*Broker).send),
	"send_data":   reports((*Broker).sendData),
	"ack":         reports((*Broker).acknowledge),
	"nack":        reports((*Broker).acknowledge),
	"begin":       reports((*Broker).transact),
	"commit":      reports((*Broker).transact),
	"abort":       reports((*Broker).transact),
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
	added, replaced, err := b.subscriptions.Add(e.Sender, s.Destination, cmp.Or(string(s.Ack), "auto"), s.Headers, s)
	if err != nil {
		return err
	}
	b.unsubscribed(replaced)
	if b.link.Ready() { // or else connected does it
		b.link.Put(added.Frame)
	}
	return nil
}

func (b *Broker) unsubscribe(e kernel.Event) error {
	destination, _ := kernel.ArgOK[string](e, 0)
	removed := b.subscriptions.Remove(e.Sender, destination)
	if removed == nil {
		return fmt.Errorf("stompclient: no subscription to %q: %w", destination, kernel.ErrInvalid)
	}
	b.unsubscribed(removed)
	return nil
}

func (b *Broker) unsubscribed(s *subscriptions.Entry[Subscription]) {
	if s != nil && b.link.Ready() {
		b.link.Put(stomp.NewFrame("UNSUBSCRIBE", "id", s.ID, "destination", s.Destination))
	}
}

func (b *Broker) send(e kernel.Event) error {
	s, ok := kernel.ArgOK[Send](e, 0)
	if !ok || s.Destination == "" {
		return invalid(e, "a Send with a destination")
	}
	f := stomp.NewFrame("SEND", "destination", s.Destination)
	f.Headers, f.Body = append(f.Headers, s.Headers...), s.Body
	return b.box.Add(&outbox.Item{Frame: f, Transaction: s.Transaction, By: e.Sender, Event: s.Event, Context: s.Context})
}

func (b *Broker) sendData(e kernel.Event) error {
	f, ok := kernel.ArgOK[*stomp.Frame](e, 0)
	if !ok || f == nil {
		return invalid(e, "a *stomp.Frame")
	}
	copied := *f
	copied.Headers = slices.Clone(f.Headers)
	return b.box.Add(&outbox.Item{Frame: &copied})
}

// acknowledge handles "ack" and "nack".
func (b *Broker) acknowledge(e kernel.Event) error {
	m, ok := kernel.ArgOK[*Message](e, 0)
	switch {
	case !ok || m == nil:
		return invalid(e, "a *Message")
	case !b.link.Ready() || m.connection != b.link.Connections:
		return ErrStale
	}
	f, err := stomp.Acknowledge(strings.ToUpper(e.Name), m.Frame, b.link.Version(), m.id)
	if err != nil {
		return err
	}
	transaction, _ := kernel.ArgOK[string](e, 1)
	return b.box.Add(&outbox.Item{Frame: f, Transaction: transaction})
}

// transact handles "begin", "commit" and "abort".
func (b *Broker) transact(e kernel.Event) error {
	name, _ := kernel.ArgOK[string](e, 0)
	if name == "" {
		return invalid(e, "the name of a transaction")
	}
	receipt, _ := kernel.ArgOK[string](e, 1)
	return b.box.Transact(e.Name, &outbox.Item{Transaction: name, By: e.Sender, Event: receipt})
}
