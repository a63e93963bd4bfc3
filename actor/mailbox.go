package actor

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/kernel"
)

// Message is an event which an actor sends to a session: its name and its
// arguments.
type Message struct {
	Event string
	Args  []any
}

// NoValue answers a request whose handler has called Return without a value, or
// with nil.
type NoValue struct{}

// Context returns the actor's context for an event that came through the actor
// system: it has the sender, the headers and Respond. It may be used only while
// the event's handler runs. For other events it is nil.
func Context(e kernel.Event) actor.Context {
	if e.Kernel == nil {
		return nil
	}
	if l, ok := e.Kernel.Host().LetterOf(e).(*letter); ok {
		return l.to.context
	}
	return nil
}

// mailbox is a session's side in the actor system: its mailbox and its actor.
type mailbox struct {
	a       *attachment
	session kernel.ID
	pid     *actor.PID
	invoker actor.MessageInvoker
	context actor.Context
	current *letter // the one that is being delivered
	watched map[string]*actor.PID
}

// PostUserMessage receives what is sent to the PID, on any goroutine.
func (m *mailbox) PostUserMessage(content any) {
	l := &letter{to: m, content: content}
	if isPoison(content) {
		m.a.k.Outside().DoAsync(l.terminate)
		return
	}
	m.a.k.Outside().PostLetter(m.session, "_message", l)
}

// PostSystemMessage receives Stop, Watch and the like, on any goroutine.
func (m *mailbox) PostSystemMessage(content any) {
	if _, ok := content.(*actor.Started); ok {
		return // mailboxOf has done it
	}
	m.a.k.Outside().DoAsync(func(k *kernel.Kernel) {
		if _, ok := content.(*actor.Stop); ok && m.session.Alive() {
			_ = k.Host().StopSession(m.session) // SessionStopped ends the actor
			return
		}
		m.invoker.InvokeSystemMessage(content)
	})
}

// RegisterHandlers gives the mailbox what invokes its actor.
func (m *mailbox) RegisterHandlers(invoker actor.MessageInvoker, _ actor.Dispatcher) {
	m.invoker = invoker
}

// Start does nothing: the kernel's loop delivers.
func (m *mailbox) Start() {}

// UserMessageCount is unknown: the kernel's queue holds the messages.
func (m *mailbox) UserMessageCount() int { return 0 }

// Receive is the actor's side of a session.
func (m *mailbox) Receive(c actor.Context) {
	m.context = c
	event, args := "_message", []any(nil)
	switch content := c.Message().(type) {
	case *actor.Started, *actor.Stopping, *actor.Stopped, *actor.Restarting:
		return
	case *actor.Terminated:
		defer m.unwatched(content.Who)
		event, args = "_terminated", []any{content.Who, content.Why}
	case *Message:
		event, args = content.Event, content.Args
	default:
		args = []any{content}
	}
	l := m.current
	v := m.a.k.Host()
	if l == nil { // a nil *letter would not be a nil Letter
		v.DispatchLetter(m.session, event, args, nil)
		return
	}
	value, answered, found := v.DispatchLetter(m.session, event, args, l)
	if c.Sender() == nil {
		return
	}
	switch {
	case !found:
		m.a.deadLetters.Add(-1) // the kernel has counted it as an event without a handler
		l.Return()
	case answered && value == nil:
		c.Respond(NoValue{})
	case answered:
		c.Respond(value)
	}
}

// letter is a message of the actor system in the kernel's queue.
type letter struct {
	to      *mailbox
	content any
}

// Deliver hands the message to the actor, which calls back Receive.
func (l *letter) Deliver() {
	l.to.current = l
	defer func() { l.to.current = nil }()
	l.to.invoker.InvokeUserMessage(l.content)
}

// Return makes a dead letter of a message; the library notifies the sender of a
// request.
func (l *letter) Return() {
	header, content, sender := actor.UnwrapEnvelope(l.content)
	message := any(content)
	if sender != nil || header != nil {
		message = l.content
	}
	l.to.a.system.DeadLetter.SendUserMessage(l.to.pid, message)
}

// terminate acts on a PoisonPill.
func (l *letter) terminate(k *kernel.Kernel) {
	if !l.to.session.Alive() || k.Signal(l.to.session, "TERM") != nil {
		l.Return()
	}
}

func isPoison(content any) bool {
	_, message, _ := actor.UnwrapEnvelope(content)
	_, ok := message.(*actor.PoisonPill)
	return ok
}
