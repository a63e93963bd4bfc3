package irc

import (
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Event is an event on its way through the plugins to the sessions.
type Event struct {
	// Name is the event's name without its prefix: "public".
	Name string
	// Args are its arguments; a plugin may change them and append to them.
	Args []any
	// Message is the message on the wire that has caused it; nil if there is
	// none.
	Message *Message
}

// Text returns the i-th argument if it is a string, otherwise "".
func (e *Event) Text(i int) string {
	s, _ := e.arg(i).(string)
	return s
}

// List returns the i-th argument if it is a []string, otherwise nil.
func (e *Event) List(i int) []string {
	s, _ := e.arg(i).([]string)
	return s
}

func (e *Event) arg(i int) any {
	if i < 0 || i >= len(e.Args) {
		return nil
	}
	return e.Args[i]
}

// Emit queues an event for the plugins and the registered sessions, after those
// that are queued already. POE: send_event.
func (c *Client) Emit(event string, args ...any) {
	c.post(&Event{Name: eventName(event), Args: args})
}

// post queues an event.
func (c *Client) post(ev *Event) {
	if c.over {
		return
	}
	_ = c.k.Post(c.id, "_send", ev)
}

// EmitNow sends an event immediately, before the remaining plugins and sessions
// get the current one. POE: send_event_now.
func (c *Client) EmitNow(event string, args ...any) {
	ev := &Event{Name: eventName(event), Args: args, Message: c.message}
	c.inSession("irc_emit", func() { c.dispatchAll(ev) })
}

// EmitNext sends an event directly after the current one. Outside of an event
// it is Emit. POE: send_event_next.
func (c *Client) EmitNext(event string, args ...any) {
	ev := &Event{Name: eventName(event), Args: args, Message: c.message}
	if len(c.pending) == 0 {
		c.post(ev)
		return
	}
	top := len(c.pending) - 1
	c.pending[top] = append(c.pending[top], ev)
}

func (c *Client) sendPending(e kernel.Event) { c.dispatchAll(kernel.Arg[*Event](e, 0)) }

// dispatchAll sends an event and those that its handlers send next.
func (c *Client) dispatchAll(ev *Event) {
	c.within(func() { c.pending[len(c.pending)-1] = append(c.pending[len(c.pending)-1], ev) })
}

// within runs a function and then sends the events that it has sent next.
func (c *Client) within(f func()) {
	before := c.message
	c.pending = append(c.pending, nil)
	depth := len(c.pending)
	defer func() { c.pending, c.message = c.pending[:depth-1], before }()
	f()
	for len(c.pending[depth-1]) > 0 {
		ev := c.pending[depth-1][0]
		c.pending[depth-1] = c.pending[depth-1][1:]
		c.message = ev.Message
		c.dispatch(ev)
	}
}

// dispatch sends one event: to the client itself, the plugins, the sessions.
func (c *Client) dispatch(ev *Event) {
	ids := c.registry.wanting(ev.Name)
	if len(ids) > 0 && ids[0] == c.id {
		_, _ = c.k.Call(c.id, "irc_"+ev.Name, ev.Args...)
	}
	if c.core(ev); c.pipeline.process(ServerHook, ev) {
		for _, id := range ids {
			if id != c.id {
				_, _ = c.k.Call(id, "irc_"+ev.Name, ev.Args...)
			}
		}
	}
	if ev.Name == "shutdown" {
		c.registry.clear()
	}
}

// userEvent gets every event that is no command, and gives it to the plugins.
func (c *Client) userEvent(e kernel.Event) {
	name := kernel.Arg[string](e, 0)
	if name == "" || name[0] == '_' {
		return
	}
	args, _ := e.Arg(1).([]any)
	c.within(func() { c.pipeline.process(UserHook, &Event{Name: name, Args: args}) })
}

// delayedEvent is an event of Delay.
type delayedEvent struct {
	event string
	args  []any
}

// Delay posts an event to the client after d and returns an ID for DelayRemove;
// it sends the event delay_set. POE: delay.
func (c *Client) Delay(d time.Duration, event string, args ...any) (id kernel.AlarmID, err error) {
	c.inSession("irc_delay", func() {
		number := new(kernel.AlarmID)
		if id, err = c.k.DelaySet("_delayed", d, number); err == nil {
			*number = id
			c.delayed[id] = delayedEvent{event, args}
			c.Emit("delay_set", append([]any{id, event}, args...)...)
		}
	})
	return id, err
}

// DelayRemove cancels a Delay and sends delay_removed. It reports whether the
// event had not been posted yet; otherwise it does nothing. POE: delay_remove.
func (c *Client) DelayRemove(id kernel.AlarmID) bool {
	event, ok := c.delayed[id]
	if !ok {
		return false
	}
	delete(c.delayed, id)
	c.inSession("irc_delay", func() { _, _ = c.k.AlarmRemove(id) })
	c.Emit("delay_removed", append([]any{id, event.event}, event.args...)...)
	return true
}

func (c *Client) delayedDue(e kernel.Event) {
	id := *kernel.Arg[*kernel.AlarmID](e, 0)
	event, ok := c.delayed[id]
	if !ok {
		return
	}
	delete(c.delayed, id)
	e.Yield(event.event, event.args...)
}

// texts returns arguments as strings; lists are joined by commas, nil is left out.
func texts(args []any) []string {
	out := make([]string, 0, len(args))
	for _, arg := range args {
		switch v := arg.(type) {
		case nil:
		case string:
			out = append(out, v)
		case []string:
			out = append(out, joinComma(v))
		default:
			out = append(out, fmt.Sprint(v))
		}
	}
	return out
}
