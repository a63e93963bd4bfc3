// Package service is what components have in common: a session with an alias, which
// keeps the sessions alive that want something of it, and whose failures are the results
// of calls.
package service

import (
	"errors"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Service is the session of a component, which embeds it.
type Service struct {
	Kernel *kernel.Kernel
	ID     kernel.ID
	Alias  string // empty for none; it must not be changed after Start
	name   string // of the component's package
	tag    string // of the references of Keep
}

// New describes the session of a component that is named as its package.
func New(k *kernel.Kernel, name, alias string) Service {
	return Service{Kernel: k, name: name, Alias: alias}
}

// Create makes the session, as a child of the active session. Its handler of _start
// calls Service.Start, whose error Create returns.
func Create[H any](k *kernel.Kernel, heap *H, states session.States[H]) error {
	var failed error
	_, err := session.Create(k, heap, states, &failed)
	return errors.Join(err, failed)
}

// Start begins the session: it sets the alias and calls begin, if that is not nil.
// Closing is called after the session's end, however that comes; owned is the name of
// what it ends. After an error the session has no alias.
func (s *Service) Start(e kernel.Event, owned string, closing func(), begin func(e kernel.Event) error) {
	s.ID, s.tag = e.Session, s.name+" "+s.Alias
	failed := kernel.Arg[*error](e, 0)
	if _, *failed = s.Kernel.Host().Own(closer(closing), owned); *failed != nil {
		return
	}
	if s.Alias != "" {
		*failed = e.AliasSet(s.Alias)
	}
	if *failed != nil || begin == nil {
		return
	}
	if *failed = begin(e); *failed != nil {
		s.RemoveAlias()
	}
}

// closer is a function as an io.Closer.
type closer func()

func (c closer) Close() error {
	c()
	return nil
}

// RemoveAlias removes the alias, after which the session ends with its last work.
func (s *Service) RemoveAlias() {
	if s.Alias != "" {
		s.In(func(e kernel.Event) { _ = e.AliasRemove(s.Alias) }) // it may be removed
	}
}

// In runs f in the session.
func (s *Service) In(f kernel.Handler) { _ = s.Kernel.Host().CallFunc(s.ID, s.name, f) }

// Keep keeps a session alive until Release; its error is that the session has stopped.
func (s *Service) Keep(id kernel.ID) error {
	_, err := s.Kernel.RefcountIncrement(id, s.tag)
	return err
}

// Release ends one Keep.
func (s *Service) Release(id kernel.ID) {
	_, _ = s.Kernel.RefcountDecrement(id, s.tag) // it may have stopped by force
}

// Delay sets a timer of the session, as DelaySet does; 0 is none, after the session's
// end.
func (s *Service) Delay(event string, d time.Duration, args ...any) (id kernel.AlarmID) {
	if s.Kernel.ActiveSession() == s.ID { // the usual case, without a function
		id, _ = s.Kernel.DelaySet(event, d, args...)
		return id
	}
	s.In(func(e kernel.Event) { id, _ = e.DelaySet(event, d, args...) })
	return id
}

// RemoveAlarm removes a timer of the session, and sets it to 0.
func (s *Service) RemoveAlarm(id *kernel.AlarmID) {
	switch {
	case *id == 0:
	case s.Kernel.ActiveSession() == s.ID: // the usual case, without a function
		_, _ = s.Kernel.AlarmRemove(*id)
	default:
		s.In(func(e kernel.Event) { _, _ = e.AlarmRemove(*id) })
	}
	*id = 0
}

// Report reports the error of an event to its sender: it is the result of a call, and
// logged.
func (s *Service) Report(e kernel.Event, err error) {
	if err != nil {
		s.Kernel.Host().Logger().Warn(err.Error(), "event", e.Name, "args", e.Args, "sender", e.Sender)
		e.Return(err)
	}
}
