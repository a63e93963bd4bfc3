package base

import (
	"errors"
	"io"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Kind is a kind of wheel: what the package is called in errors, warnings and
// lists of what is alive.
type Kind struct{ pkg, name string }

// NewKind returns the kind of the wheels of a package, "readwrite". There is
// one for each package.
func NewKind(pkg string) *Kind { return &Kind{pkg, "wheel/" + pkg} }

// Name returns the kind's name, "wheel/readwrite".
func (kind *Kind) Name() string { return kind.name }

// ConfigError returns the error for a field of the wheel's Config.
func (kind *Kind) ConfigError(field string, err error) error {
	return &kernel.ConfigError{Package: kind.pkg, Field: field, Err: err}
}

// Base is the state that every wheel has. Init sets it up; the zero Base is
// good for nothing else.
type Base struct {
	Kernel *kernel.Kernel
	Owner  kernel.ID // the session that was active at Init

	owned kernel.Owned // zero once the wheel is closed
	id    kernel.WheelID
	boxed *any // what IDArg returns, once it was called
	kind  *Kind
}

// Init makes the active session the wheel's owner: the wheel gets an ID, and is
// closed when the session has stopped. Outside of any session it fails with the
// error of the field "Kernel".
func (b *Base) Init(k *kernel.Kernel, kind *Kind, wheel io.Closer) (err error) {
	b.Kernel, b.Owner, b.kind = k, k.ActiveSession(), kind
	b.id = k.Host().AllocateWheelID()
	if b.owned, err = k.Host().Own(wheel, kind.name); err != nil {
		return kind.ConfigError("Kernel", err)
	}
	return nil
}

// ID returns the wheel's ID, which is unique in its kernel.
func (b *Base) ID() kernel.WheelID { return b.id }

// IDArg returns the wheel's ID as an argument of events, boxed once.
func (b *Base) IDArg() any {
	if b.boxed == nil {
		id := any(b.id)
		b.boxed = &id
	}
	return *b.boxed
}

// Close marks the wheel as closed and reports whether it was open until now.
func (b *Base) Close() bool {
	if b.Closed() {
		return false
	}
	b.owned.Release()
	b.owned = kernel.Owned{}
	return true
}

// Closed reports whether the wheel has been closed.
func (b *Base) Closed() bool { return b.owned == kernel.Owned{} }

// OwnerActive reports whether the owner's session is active, as it nearly always is.
// Whoever calls a function directly then, and with InOwner otherwise, needs no closure in
// the common case.
func (b *Base) OwnerActive() bool { return b.Kernel.ActiveSession() == b.Owner }

// InOwner runs f in the owner's session: at once if that is active, as most
// often, else by a call. If the session has stopped, f does not run.
func (b *Base) InOwner(f func()) {
	if b.OwnerActive() {
		f()
		return
	}
	if err := b.Kernel.Host().CallFunc(b.Owner, b.kind.name, func(kernel.Event) { f() }); err != nil {
		b.Warn("the wheel's session has stopped", "error", err)
	}
}

// Later queues f for the owner's session. It does not run if the wheel has been
// closed by then.
func (b *Base) Later(f func()) {
	b.InOwner(func() {
		// It fails only without a session, and InOwner has just found one.
		_ = b.Kernel.Host().YieldFunc(b.kind.name, func(kernel.Event) {
			if !b.Closed() {
				f()
			}
		})
	})
}

// Delay sets a timer of the owner's, which runs f. what shows in traces,
// behind the wheel's kind.
func (b *Base) Delay(what string, d time.Duration, f func()) (id kernel.AlarmID) {
	b.InOwner(func() {
		var err error
		id, err = b.Kernel.Host().DelayFunc(b.kind.name+": "+what, d, func(kernel.Event) { f() })
		if err != nil {
			b.Warn("no timer", "for", what, "error", err)
		}
	})
	return id
}

// Cancel removes the timer in *id, if there is one, and zeroes it. With a
// session that has stopped its timers are gone already.
func (b *Base) Cancel(id *kernel.AlarmID) {
	old := *id
	*id = 0
	if old == 0 || !b.Owner.Alive() {
		return
	}
	b.InOwner(func() {
		_, _ = b.Kernel.AlarmRemove(old) // it may have fired
	})
}

// Call sends the owner a named event, at once. It fails only if the session has
// stopped: then the error says so, and nothing is left to report to.
func (b *Base) Call(event string, args ...any) error {
	_, err := b.Kernel.Call(b.Owner, event, args...)
	return err
}

// OpError returns the error of an operation of this wheel.
func (b *Base) OpError(op string, err error) *kernel.OpError {
	return &kernel.OpError{Op: op, Err: err, Wheel: b.id}
}

// Unreported warns of an error for which the program has no event, so that none
// is silent. The end of a stream is not an error.
func (b *Base) Unreported(op string, err error) {
	if !errors.Is(err, io.EOF) {
		b.Warn("an error, and no event for it", "op", op, "error", err)
	}
}

// Warn reports what the wheel has no event for, through the kernel's logger.
func (b *Base) Warn(message string, args ...any) {
	b.Kernel.Host().Logger().Warn(b.kind.pkg+": "+message, append([]any{"wheel", b.id}, args...)...)
}
