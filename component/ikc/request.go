package ikc

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/kernel"
)

// receivedMessage acts on a record that another kernel has sent.
func (r *Responder) receivedMessage(ch *channel, record any) {
	m, err := parseMessage(record)
	switch {
	case m == nil:
		ch.failed(err)
	case err != nil:
		r.refuse(ch, m, err)
	default:
		r.deliver(ch, m)
	}
}

// deliver hands an event to its session, and answers if an answer is wanted.
// Without a channel it is from this kernel.
func (r *Responder) deliver(ch *channel, m *message) {
	event, args, err := m.arguments()
	if err == nil && m.to.Session == Alias {
		err = r.requestOfOwn(ch, m, event, args)
	} else if err == nil {
		err = r.callSession(ch, m, event, args)
	}
	if err != nil {
		r.refuse(ch, m, err)
	}
}

// requestOfOwn is an event for IKC itself. Other events than these cannot be
// reached, whatever the session has.
func (r *Responder) requestOfOwn(ch *channel, m *message, event string, args []any) error {
	switch event {
	case "ping":
		return r.answer(ch, m, "", "PONG")
	case "do_you_have":
		return r.haveWe(ch, m, args)
	case "remote_error":
		r.problem(ErrorRemote, ch.subjectOrLocal(r), &RemoteError{errorText(args)})
		return nil
	}
	if c := r.calls[event]; c != nil && c.ch == ch && len(args) > 0 {
		r.finish(event, args[0], nil)
		return nil
	}
	return ErrNotPublished
}

func (ch *channel) subjectOrLocal(r *Responder) string {
	if ch == nil {
		return r.self
	}
	return ch.subject()
}

// errorText finds the text among the arguments of an error.
func errorText(args []any) string {
	for len(args) > 0 {
		if list, ok := args[0].([]any); ok {
			args = list
			continue
		}
		text, ok := scalarText(args[0])
		if !ok {
			text = fmt.Sprintf("%T", args[0])
		}
		return cut(text)
	}
	return ""
}

// cut shortens a text that came from a stranger.
func cut(text string) string {
	if len(text) > maxName {
		return text[:maxName] + "..."
	}
	return text
}

// callSession calls a session of the program, and answers if an answer is wanted.
func (r *Responder) callSession(ch *channel, m *message, event string, args []any) error {
	if !r.published[m.to.Session][event] {
		return ErrNotPublished
	}
	if _, err := r.k.Host().Resolve(kernel.Alias(m.to.Session)); err != nil {
		return ErrNoSession
	}
	var value any
	var list []any
	err := r.as(ch, m.from, func() (err error) {
		if m.rsvp != nil && m.list {
			list, err = r.k.CallList(kernel.Alias(m.to.Session), event, args...)
			return err
		}
		value, err = r.k.Call(kernel.Untrusted(kernel.Alias(m.to.Session)), event, args...)
		return err
	})
	switch {
	case err != nil || m.rsvp == nil:
		return err
	case m.list && len(list) > 0:
		value = list
	case value == nil:
		return nil // as in Perl, where nothing is answered with nothing
	}
	return r.answer(ch, m, m.to.Session, value)
}

// answer answers a message, if its sender wants that. The answer goes back
// where the message came from, whatever kernel it names.
func (r *Responder) answer(ch *channel, m *message, alias string, value any) error {
	if m.rsvp == nil {
		return nil
	}
	if m.rsvp.Session == "" || m.rsvp.State == "" {
		return fmt.Errorf("%w: rsvp: %w", ErrMessage, ErrSpecifier)
	}
	back := &message{to: *m.rsvp, params: value}
	if alias != "" {
		back.from = &Specifier{Kernel: r.self, Session: alias, State: proxyState}
	}
	return r.transmit(ch, back)
}

// refuse notifies both sides of a message that came to nothing. Errors about
// errors are kept here.
func (r *Responder) refuse(ch *channel, m *message, err error) {
	subject := ch.subjectOrLocal(r)
	err = fmt.Errorf("%w: request %s", err, cut(m.to.String()))
	r.problem(ErrorLocal, subject, err)
	if ch == nil || m.isError {
		return
	}
	told := &message{
		to: Specifier{Kernel: ch.id, Session: Alias, State: "remote_error"}, isError: true,
		params: []any{err.Error(), r.config.Name, "request"},
	}
	if err := ch.put(told); err != nil && !errors.Is(err, ErrGone) {
		r.problem(ErrorChannel, subject, err)
	}
}
