package kernel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// DeadLetter is an event that reached nobody: its session was gone, or had no
// handler for it.
type DeadLetter struct {
	To    Dest // where it was to go: an ID, or what another goroutine named
	From  ID
	Event string
	Args  []any
	// Unhandled says that the session got it but had no handler, nor one for
	// _default.
	Unhandled bool
	// Err says why the handler refused the event, see [Untrusted]: an
	// *[ArgError]. Otherwise it is nil.
	Err error
}

// Stats counts what happens to a kernel. The counters only grow.
type Stats struct {
	DeadLetters   uint64 // events that reached nobody
	LostPostbacks uint64 // postbacks that nobody released
	Sessions      int    // alive now
	Queued        int    // events and timers queued now
	Handles       int    // watched now
	Holds         int    // not released yet
}

// Stats returns the counters.
func (k *Kernel) Stats() Stats {
	s := k.stats
	for _, h := range k.hooks {
		s.DeadLetters += h.DeadLetters()
	}
	s.Sessions, s.Queued, s.Handles, s.Holds = k.sessions, k.EventCount(), k.handles.count, len(k.holds)
	return s
}

func (k *Kernel) deadLetter(d DeadLetter) {
	k.stats.DeadLetters++
	if k.dead != nil {
		k.dead(d)
	}
	for _, h := range k.hooks {
		h.DeadLetter(d)
	}
}

// undeliverable is what becomes of an event that was taken back with its
// session.
func (k *Kernel) undeliverable(it *item) {
	if it.kind == kindGC || it.kind == kindSignal || it.kind == kindDie {
		return
	}
	if it.kind == kindLetter {
		it.extra.letter.Return()
		return
	}
	if it.kind == kindFar {
		k.lostFar(DeadLetter{To: ID{it.dest}, From: ID{it.extra.from}, Event: it.name, Args: it.args})
		return
	}
	k.deadLetter(DeadLetter{To: ID{it.dest}, From: ID{it.from}, Event: it.name, Args: it.args})
}

// unhandled is what becomes of an event that no handler took. What the kernel
// tells every session is not missed by those that do not listen.
func (k *Kernel) unhandled(e *Event) {
	switch e.frame.kind {
	case kindNotice, kindStop, kindStart:
		return
	}
	k.deadLetter(DeadLetter{To: e.Session, From: e.Sender, Event: e.Name, Args: e.Args, Unhandled: true})
	if k.debug == nil || k.debug.assert&AssertStates == 0 {
		return
	}
	text := fmt.Sprintf("kernel: no handler %s in session %v", e.Name, e.Session)
	if near := nearest(e.Name, e.Session.s.ses.Handlers()); near != "" {
		text += fmt.Sprintf(": did you mean %s?", near)
	}
	panic(&UnhandledError{Event: e.Name, Session: e.Session, text: text})
}

// UnhandledError is thrown, in strict mode and under AssertStates, by an event
// that no handler takes.
type UnhandledError struct {
	Event   string
	Session ID
	text    string
}

// Error names the event, the session, and the nearest name that exists.
func (e *UnhandledError) Error() string { return e.text }

// nearest finds the name that differs least, if it is near at all.
func nearest(name string, names []string) string {
	best, least := "", len(name)/2+1
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance is the number of letters to change, add, drop or swap.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows = [3][]int{above, row, before}
	}
	return rows[1][len(b)]
}

// newHandlerError makes an error of what a handler has thrown. It runs while the
// panic unwinds, so the stack still shows where.
func newHandlerError(value any, session *entry, event string) *HandlerError {
	if again, ok := value.(*HandlerError); ok {
		return again
	}
	file, line := panicSite()
	return &HandlerError{Value: value, Stack: debug.Stack(), Event: event, Session: ID{session}, File: file, Line: line}
}

// panicSite finds the place of the panic that is unwinding: the innermost one
// that is neither in this module's library nor in Go's, or else the innermost.
func panicSite() (file string, line int) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	unwinding, standard := false, ""
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			unwinding = true
			standard = strings.TrimSuffix(f.File, "runtime/panic.go") // Go's own source
		case !unwinding || strings.HasPrefix(f.Function, "runtime."):
		case strings.HasPrefix(f.Function, modulePrefix+"kernel.(*Kernel).dispatch"):
			return file, line
		default:
			if file == "" {
				file, line = f.File, f.Line
			}
			if !inLibrary(f) && (standard == "" || !strings.HasPrefix(f.File, standard)) {
				return f.File, f.Line
			}
		}
	}
	return file, line
}
