package servertcp

import (
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
)

// accepting is how a listener deals with errors of accept.
type accepting struct {
	acceptDelay time.Duration  // of the last pause, 0 after a success
	acceptTimer kernel.AlarmID // the end of the pause
	warned      time.Time      // of the last warning
	notWarned   int            // errors since then
}

// The pause after an error of accept doubles from the first to the second.
const (
	minAcceptDelay = 5 * time.Millisecond
	maxAcceptDelay = time.Second
)

// warnInterval bounds the warnings about errors that do not end a listener.
const warnInterval = 10 * time.Second

// backOff stops accepting for a moment after an error of accept: one that does
// not pass would otherwise be reported in every turn. The wheel does so by
// itself when descriptors are lacking.
func (l *Listener) backOff(class Class) {
	if class == OutOfDescriptors || l.acceptTimer != 0 || len(l.wheels) == 0 {
		return
	}
	l.acceptDelay = min(max(2*l.acceptDelay, minAcceptDelay), maxAcceptDelay)
	timer, err := l.Kernel.Host().DelayFunc("tcp_server_accept_again", l.acceptDelay, func(e kernel.Event) {
		l.Event, l.acceptTimer = e, 0
		l.adjustAccept()
	})
	if err != nil {
		l.Kernel.Host().Logger().Warn("servertcp: no timer to accept again", "error", err)
		return
	}
	l.acceptTimer = timer
	l.adjustAccept()
}

// stopBackOff cancels the timer of a listener that has no socket any more.
func (l *Listener) stopBackOff() {
	if l.acceptTimer != 0 {
		_, _ = l.Kernel.AlarmRemove(l.acceptTimer)
		l.acceptTimer = 0
	}
}

// warnError logs an error for which there is no Error callback. Those that do
// not end the listener are logged at most every warnInterval.
func (l *Listener) warnError(err *kernel.OpError) {
	if ClassOf(err) != Fatal {
		now := l.Kernel.Now()
		if !l.warned.IsZero() && now.Sub(l.warned) < warnInterval {
			l.notWarned++
			return
		}
		l.warned = now
	}
	args := []any{"session", l.id, "op", err.Op, "errno", int(err.Errno()), "error", err.Text()}
	if l.notWarned > 0 {
		args = append(args, "repeated", l.notWarned)
		l.notWarned = 0
	}
	l.Kernel.Host().Logger().Warn(errorText("server", err), args...)
}

// errorText is POE's text for an error without a callback.
func errorText(who string, err *kernel.OpError) string {
	return fmt.Sprintf("servertcp: %s got %s error %d", who, err.Op, int(err.Errno()))
}

// errorOf returns the typed error of an error event. An event that a program
// has made or forwarded with POE's visible arguments alone (operation, errno,
// text, wheel ID) gets a new one. It returns nil for anything else, after a
// warning.
func errorOf(e kernel.Event) *kernel.OpError {
	err := kernel.OpErrorOf(e)
	if err == nil {
		e.Kernel.Host().Logger().Warn("servertcp: an error event without operation and error number", "event", e.Name, "args", e.Args, "sender", e.Sender)
	}
	return err
}
