package kernel

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// This is the only file of the kernel that imports protoactor-go. A session is
// an actor whose mailbox is the kernel's one queue: what is sent to its PID
// becomes an event in the kernel's order, on the kernel's goroutine. Sessions
// that nobody asks for a PID cost nothing of this.

// Message is an event for a session, as actors send it. Anything else that is
// sent to a session's PID arrives as the event "_message" with the value as
// its argument, and a Terminated as "_terminated" with the PID and the reason.
type Message struct {
	Event string
	Args  []any
}

// NoValue is the answer to a Request whose handler called Return without a
// value, or with nil.
type NoValue struct{}

// actors ties a kernel to an actor system.
type actors struct {
	k      *Kernel
	system *actor.ActorSystem
	own    bool
	props  []actor.PropsOption
	boxes  map[*entry]*mailbox

	deadLetters *atomic.Uint64 // of the kernel's sessions, in the event stream
}

// newActors ties them, and counts the dead letters of the kernel's sessions,
// those among them that the library made without asking the kernel.
func newActors(k *Kernel, system *actor.ActorSystem, own bool, props []actor.PropsOption) *actors {
	ours, count := "poe/"+k.name+"/", new(atomic.Uint64)
	system.EventStream.Subscribe(func(event any) {
		d, ok := event.(*actor.DeadLetterEvent)
		if !ok || d.PID == nil || !strings.HasPrefix(d.PID.Id, ours) {
			return
		}
		if _, system := d.Message.(actor.SystemMessage); !system {
			count.Add(1)
		}
	})
	return &actors{k: k, system: system, own: own, props: props, boxes: map[*entry]*mailbox{}, deadLetters: count}
}

// UseActorSystem makes the kernel's sessions actors of that system rather than
// of one of the kernel's own. The props are given to every session's actor:
// middleware, context decorators. It must be called before the first PID is
// asked for; later it returns ErrInvalid.
func (k *Kernel) UseActorSystem(system *actor.ActorSystem, props ...actor.PropsOption) error {
	if k.actors != nil || system == nil {
		return k.fail("UseActorSystem", nil, ErrInvalid)
	}
	k.actors = newActors(k, system, false, props)
	return nil
}

// ActorSystem returns the actor system, making one at the first call.
func (k *Kernel) ActorSystem() *actor.ActorSystem {
	if k.actors == nil {
		logger := k.logger
		if logger == nil {
			logger = slog.New(slog.DiscardHandler)
		}
		system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return logger }),
			actor.WithDeadLetterRequestLogging(false))
		k.actors = newActors(k, system, true, nil)
	}
	return k.actors.system
}

// PID returns a session's address in the actor system. Any goroutine and any
// actor may Send to it and Request from it; what the handler gives to Return
// answers a Request. Watching it tells when the session stops. PoisonPill is
// the signal TERM in its place in the queue; Stop stops the session at once.
// Only on the kernel's goroutine; elsewhere Outside.PID.
func (k *Kernel) PID(of Dest) (*actor.PID, error) {
	e, err := k.resolve(of)
	if err != nil || e == k.root {
		return nil, k.fail("PID", of, ErrNoSession)
	}
	k.ActorSystem()
	return k.actors.pid(e)
}

func (a *actors) pid(e *entry) (*actor.PID, error) {
	if box := a.boxes[e]; box != nil {
		return box.pid, nil
	}
	box := &mailbox{k: a.k, session: e}
	options := append([]actor.PropsOption{actor.WithMailbox(func() actor.Mailbox { return box })}, a.props...)
	props := actor.PropsFromProducer(func() actor.Actor { return box }, options...)
	name := fmt.Sprintf("poe/%s/%d", a.k.name, e.num)
	pid, err := a.system.Root.SpawnNamed(props, name)
	if errors.Is(err, actor.ErrNameExists) { // another kernel of that name shares the system
		pid, err = a.system.Root.SpawnNamed(props, name+"/"+a.system.ProcessRegistry.NextID())
	}
	if err != nil {
		return nil, a.k.fail("PID", ID{e}, err)
	}
	box.pid = pid
	a.boxes[e] = box
	box.invoker.InvokeSystemMessage(&actor.Started{})
	return pid, nil
}

// ToActor makes a destination of an actor's PID: what is posted there is sent
// as a [Message], with the active session's PID as its sender.
func ToActor(pid *actor.PID) Dest { return actorDest{pid} }

type actorDest struct{ pid *actor.PID }

func (actorDest) dest() {}

func (k *Kernel) postActor(to actorDest, event string, args []any) error {
	return k.Send(to.pid, &Message{Event: event, Args: args})
}

// Send sends any value to an actor, with the active session's PID as sender.
func (k *Kernel) Send(to *actor.PID, message any) error {
	if to == nil {
		return k.fail("Send", nil, ErrInvalid)
	}
	system := k.ActorSystem()
	if k.frame.session == k.root || !k.frame.session.alive() {
		system.Root.Send(to, message)
		return nil
	}
	self, err := k.actors.pid(k.frame.session)
	if err != nil {
		return err
	}
	system.Root.RequestWithCustomSender(to, message, self)
	return nil
}

// Request sends any value to an actor. The answer comes to the active session
// as an event with the answer, an error (actor.ErrTimeout,
// actor.ErrDeadLetter) or nil, and args. It keeps the session alive.
func (k *Kernel) Request(to *actor.PID, message any, timeout time.Duration, event string, args ...any) error {
	if to == nil || event == "" {
		return k.fail("Request", event, ErrInvalid)
	}
	if k.frame.session == k.root || !k.frame.session.alive() {
		return k.fail("Request", event, ErrNoActiveSession)
	}
	root := k.ActorSystem().Root
	future := root.RequestFuture(to, message, timeout)
	owned, err := k.Host().Own(&request{root, future.PID()}, "request "+event)
	if err != nil {
		return err
	}
	answer := ID{k.frame.session}.Postback(event, args...)
	go func() {
		v, err := future.Result()
		answer.k.inbox.put(answerMessage(answer, owned, v, err))
	}()
	return nil
}

// request is a Request that waits for its answer. Its session's end closes it,
// so that nobody waits in vain.
type request struct {
	root   *actor.RootContext
	future *actor.PID
}

// Close answers the request itself.
func (r *request) Close() error {
	r.root.Send(r.future, &actor.DeadLetterResponse{})
	return nil
}

// answerMessage is the answer to a Request on its way into the kernel.
func answerMessage(answer *Postback, owned Owned, v any, err error) message {
	return message{run: func() {
		owned.Release()
		if answer.id.Alive() {
			answer.k.enqueue(answer.id.s, answer.k.root, answer.event, append([]any{v, err}, answer.made...), kindPost)
		}
		answer.Release()
	}}
}

// PID is Kernel.PID for other goroutines. It waits for the kernel's goroutine;
// nil if the kernel does not run or the destination names no living session.
func (o Outside) PID(of Dest) *actor.PID {
	answer := make(chan *actor.PID, 1)
	ask := func() {
		pid, err := o.k.PID(of)
		if err != nil {
			pid = nil
		}
		answer <- pid
	}
	if o.k.onOwnGoroutine() {
		ask()
		return <-answer
	}
	if !o.k.inbox.putIf(message{run: ask}, true) {
		return nil
	}
	return <-answer
}

// ActorContext returns the actor's context of an event that came through the
// actor system, for as long as its handler runs: sender, headers, Respond,
// Watch. For other events it is nil.
func ActorContext(e Event) actor.Context {
	if e.frame == nil || e.frame.serial != e.serial || e.frame.extra == nil || e.frame.extra.letter == nil {
		return nil
	}
	return e.frame.extra.letter.box.context
}

// mailbox is a session's side in the actor system: its mailbox and its actor.
type mailbox struct {
	k       *Kernel
	session *entry
	pid     *actor.PID
	invoker actor.MessageInvoker
	context actor.Context
	current letter
}

// actorLetter is a message from the actor system in the kernel's queue.
type actorLetter struct {
	box     *mailbox
	content any
	system  bool
}

type letter = *actorLetter

// PostUserMessage takes what is sent to the PID, on any goroutine.
func (m *mailbox) PostUserMessage(content any) {
	m.k.inbox.put(message{letter: &actorLetter{box: m, content: content}})
}

// PostSystemMessage takes Stop, Watch and the like.
func (m *mailbox) PostSystemMessage(content any) {
	if _, ok := content.(*actor.Started); ok {
		return // pid has done it
	}
	m.k.inbox.put(message{letter: &actorLetter{box: m, content: content, system: true}})
}

// RegisterHandlers gives the mailbox the way to its actor.
func (m *mailbox) RegisterHandlers(invoker actor.MessageInvoker, _ actor.Dispatcher) {
	m.invoker = invoker
}

// Start does nothing: the kernel's loop is what runs.
func (m *mailbox) Start() {}

// UserMessageCount is unknown: the kernel's queue holds the messages.
func (m *mailbox) UserMessageCount() int { return 0 }

// takeLetter acts on what came through the actor system, between events.
func (k *Kernel) takeLetter(l letter) {
	e := l.box.session
	switch {
	case l.system:
		k.takeSystem(l)
	case !e.alive():
		l.returnToSender()
	case isPoison(l.content):
		k.enqueue(e, k.root, "_signal", []any{"TERM"}, kindSignal)
	default:
		k.enqueue(e, k.root, "_message", nil, kindActor).ensureExtra().letter = l
	}
}

func isPoison(content any) bool {
	_, message, _ := actor.UnwrapEnvelope(content)
	_, ok := message.(*actor.PoisonPill)
	return ok
}

func (k *Kernel) takeSystem(l letter) {
	if _, ok := l.content.(*actor.Stop); ok && l.box.session.alive() {
		k.stop(l.box.session) // free tells the actor
		k.sweep()
		return
	}
	l.box.invoker.InvokeSystemMessage(l.content)
}

// deliverLetter dispatches what came through the actor system: the library
// calls back Receive.
func (k *Kernel) deliverLetter(it *item) {
	l := it.extra.letter
	defer func() {
		l.box.current = nil
		if thrown := recover(); thrown != nil { // in somebody's middleware
			k.thrown(it.dest, it.from, it.name, it.caller, kindActor, false, thrown)
		}
	}()
	l.box.current = l
	l.box.invoker.InvokeUserMessage(l.content)
}

// Receive is the actor's side of a session.
func (m *mailbox) Receive(c actor.Context) {
	m.context = c
	event, args := "_message", []any(nil)
	switch content := c.Message().(type) {
	case *actor.Started, *actor.Stopping, *actor.Stopped, *actor.Restarting:
		return
	case *actor.Terminated:
		event, args = "_terminated", []any{content.Who, content.Why}
	case *Message:
		event, args = content.Event, content.Args
	default:
		args = []any{content}
	}
	f := m.k.dispatch(m.session, m.k.root, event, args, "", kindCall, &extra{letter: m.current, untrusted: true})
	m.respond(c, f)
}

// respond answers a Request with what the handler returned, or with a dead
// letter if there was none.
func (m *mailbox) respond(c actor.Context, f *frame) {
	switch {
	case m.current == nil || c.Sender() == nil:
	case !f.found:
		m.k.stats.DeadLetters-- // as an event without a handler: it is counted as a letter
		m.current.returnToSender()
	case f.answered && f.value == nil:
		c.Respond(NoValue{})
	case f.answered:
		c.Respond(f.value)
	}
}

// returnToSender makes a dead letter of a message that reached nobody; one who
// waits for an answer is told. It returns false for an event that did not come
// through the actor system.
func (l *actorLetter) returnToSender() bool {
	if l == nil {
		return false
	}
	header, content, sender := actor.UnwrapEnvelope(l.content)
	letter := any(content)
	if sender != nil || header != nil {
		letter = l.content
	}
	l.box.k.actors.system.DeadLetter.SendUserMessage(l.box.pid, letter)
	return true
}

// stopped ends the actor of a session that has stopped.
func (a *actors) stopped(e *entry) {
	box := a.boxes[e]
	if box == nil {
		return
	}
	delete(a.boxes, e)
	box.invoker.InvokeSystemMessage(&actor.Stop{})
}

// deadLetter shows a dead letter of the kernel's in the event stream.
func (a *actors) deadLetter(d DeadLetter) { a.system.EventStream.Publish(d) }

// close shuts an actor system of the kernel's own down.
func (a *actors) close() {
	if a.own {
		a.k.stats.DeadLetters += a.deadLetters.Load()
		a.system.Shutdown()
	}
}
