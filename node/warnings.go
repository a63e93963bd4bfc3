package node

import (
	"sync"
	"time"
)

// warnEvery bounds how often one kind of warning is logged that others can cause
// as often as they like.
const warnEvery = time.Second

// warnings are the kinds of warning that were logged lately.
type warnings struct {
	mu   sync.Mutex
	last map[string]*warned
}

// warned is one kind.
type warned struct {
	at      time.Time // when it was last logged
	omitted int       // how many were not since
}

// warn logs what another node, or anybody, has caused: at most one of a kind in a
// second, with the number of those that were omitted before it. Any goroutine may
// call it.
func (n *Node) warn(message string, args ...any) {
	omitted, due := n.warnings.due(message, n.now())
	if !due {
		return
	}
	if omitted > 0 {
		args = append(args, "omitted", omitted)
	}
	n.log.Warn(message, args...)
}

// due reports whether a warning is to be logged now, and how many like it were not.
func (w *warnings) due(message string, now time.Time) (omitted int, due bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		w.last = map[string]*warned{}
	}
	kind := w.last[message]
	if kind == nil {
		kind = &warned{}
		w.last[message] = kind
	}
	if now.Sub(kind.at) < warnEvery {
		kind.omitted++
		return 0, false
	}
	omitted = kind.omitted
	*kind = warned{at: now}
	return omitted, true
}
