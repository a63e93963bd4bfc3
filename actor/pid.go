package actor

import (
	"context"
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/kernel"
)

// PID returns the address of a session in the actor system; it is always the
// same. Any goroutine and any actor may send to it, send requests to it and
// watch it. The error is kernel.ErrNoSession if of names no living session of
// this kernel.
func PID(k *kernel.Kernel, of kernel.Dest) (*actor.PID, error) {
	id, err := k.Host().Resolve(of)
	if err == nil && id == k.ID() {
		err = kernel.ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("actor: PID: %w", err)
	}
	m, err := attachmentOf(k).mailboxOf(id)
	if err != nil {
		return nil, err
	}
	return m.pid, nil
}

// Lookup is like [PID] but may be called on any goroutine. It waits until the
// kernel's goroutine has answered or ctx is done. The errors are those of PID
// and of ctx, and kernel.ErrNotRunning.
func Lookup(ctx context.Context, k *kernel.Kernel, of kernel.Dest) (pid *actor.PID, err error) {
	var pidErr error
	err = k.Outside().Do(ctx, func(k *kernel.Kernel) { pid, pidErr = PID(k, of) })
	switch {
	case errors.Is(err, kernel.ErrWouldDeadlock): // it is the kernel's goroutine
		return PID(k, of)
	case err != nil:
		return nil, fmt.Errorf("actor: Lookup: %w", err)
	}
	return pid, pidErr
}

// mailboxOf returns a session's mailbox, and starts its actor if there is none.
func (a *attachment) mailboxOf(id kernel.ID) (*mailbox, error) {
	if m := a.mailboxes[id]; m != nil {
		return m, nil
	}
	m := &mailbox{a: a, session: id}
	options := append([]actor.PropsOption{actor.WithMailbox(func() actor.Mailbox { return m })}, a.props...)
	props := actor.PropsFromProducer(func() actor.Actor { return m }, options...)
	name := fmt.Sprint(a.prefix(), id.Number())
	pid, err := a.system.Root.SpawnNamed(props, name)
	if errors.Is(err, actor.ErrNameExists) { // another kernel of that name shares the system
		pid, err = a.system.Root.SpawnNamed(props, name+"/"+a.system.ProcessRegistry.NextID())
	}
	if err != nil {
		return nil, fmt.Errorf("actor: starting the actor of session %v: %w", id, err)
	}
	m.pid = pid
	a.mailboxes[id] = m
	m.invoker.InvokeSystemMessage(&actor.Started{})
	return m, nil
}

// active returns the mailbox of the active session, nil outside of any.
func active(k *kernel.Kernel) (*mailbox, error) {
	self := k.ActiveSession()
	if self == k.ID() || !self.Alive() {
		return nil, nil
	}
	return attachmentOf(k).mailboxOf(self)
}
