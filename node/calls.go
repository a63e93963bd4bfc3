package node

import (
	"errors"
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
)

// callTag is the tag under which pending calls keep their session alive.
const callTag = "node call"

// call is a call that waits for its answer.
type call struct {
	link       *link
	generation uint64
	who        *subscriber
	timer      kernel.AlarmID
}

// Call calls a session on another node: its handler of event runs there, and
// the active session is sent the event reply, whose arguments are the value
// that the handler returned, an error or nil, and extra. The error is
// ErrTimeout after Config.CallTimeout, ErrUnreachable if the node goes down,
// ErrNoSession, ErrNotExposed, ErrTooLarge, ErrBadValue, or ErrClosed. The
// answer of a handler that panics or does not exist is nil. The call keeps the
// session alive until the answer has come.
//
// Call does not block. If it returns an error, no answer comes; besides those
// above that is ErrNoNode, ErrBusy, kernel.ErrNoActiveSession outside of any
// session, or kernel.ErrInvalid if reply is empty. POE::Component::IKC: call.
func (n *Node) Call(to Address, event string, args []any, reply string, extra ...any) error {
	return n.CallTimeout(n.config.CallTimeout, to, event, args, reply, extra...)
}

// CallTimeout is Call with a timeout in place of Config.CallTimeout. One that
// is not positive is kernel.ErrInvalid.
func (n *Node) CallTimeout(timeout time.Duration, to Address, event string, args []any, reply string, extra ...any) error {
	a := n.agent
	who, err := a.subscriber(reply, extra)
	if err != nil || timeout <= 0 {
		if err == nil {
			err = kernel.ErrInvalid
		}
		return callError("Call", to, err)
	}
	f := &frame{verb: verbCall, id: a.nextID(), to: to.Alias, event: event, from: n.publicAlias(who.id)}
	l, generation, err := n.send(to, f, args)
	if err != nil {
		return callError("Call", to, err)
	}
	c := &call{link: l, generation: generation, who: who}
	if _, err := a.k.RefcountIncrement(who.id, callTag); err != nil {
		return callError("Call", to, err)
	}
	a.calls[f.id] = c
	a.inside(func() { c.timer, err = a.k.DelaySet(eventTimeout, timeout, f.id) })
	if l == nil {
		n.handLocal(f)
	}
	return err
}

func (a *agent) nextID() uint64 {
	a.lastID++
	return a.lastID
}

// answer ends a call.
func (a *agent) answer(id uint64, value any, err error) {
	c := a.calls[id]
	if c == nil {
		return // it has timed out
	}
	delete(a.calls, id)
	a.inside(func() { _, _ = a.k.AlarmRemove(c.timer) }) // it may have fired
	c.who.notify(a, value, err)
	if c.who.id.Alive() {
		if _, err := a.k.RefcountDecrement(c.who.id, callTag); err != nil {
			a.k.Host().Logger().Warn("node: ending a call", "error", err)
		}
	}
}

func (a *agent) timeout(id uint64) { a.answer(id, nil, ErrTimeout) }

func (a *agent) handleReply(in *incoming) {
	c := a.calls[in.frame.id]
	if c == nil || c.link != in.link {
		return
	}
	err := in.err
	var value any
	if err == nil && len(in.args) != 1 {
		err = ErrBadValue
	}
	if err == nil {
		value = in.args[0]
	}
	a.answer(in.frame.id, value, err)
}

// carryOut runs a handler for another node and answers.
func (a *agent) carryOut(in *incoming) {
	f, err := in.frame, in.err
	reply := &frame{verb: verbReply, id: f.id}
	if err == nil {
		_, err = a.session(f.to)
	}
	if err == nil {
		a.as(in, func() {
			var value any
			if value, err = a.k.Call(kernel.Untrusted(kernel.Alias(f.to)), f.event, in.args...); err == nil {
				reply.payload, err = a.n.encode([]any{value})
			}
		})
	}
	var wrong *kernel.ArgError
	if errors.As(err, &wrong) {
		err = fmt.Errorf("%w: %w", ErrBadValue, err)
	}
	if err != nil {
		reply.code, reply.text = codeOf(err), cut(err.Error())
	}
	a.reply(in, reply)
}

// reply sends an answer. One that does not fit into the window becomes a small
// one that says so.
func (a *agent) reply(in *incoming, reply *frame) {
	if in.link == nil {
		a.n.handLocal(reply)
		return
	}
	_, err := a.n.sendOn(in.link, reply, bounded)
	if err == nil {
		return
	}
	reply.payload, reply.code, reply.text = nil, codeOf(err), err.Error()
	if _, err := a.n.sendOn(in.link, reply, unbounded); err != nil {
		a.n.log.Warn("cannot answer a call", "node", in.link.name, "error", err)
	}
}
