package kernel

import (
	"fmt"
	"time"
)

// loop is how the kernel waits for handles: one file for each way a system has.
// What it reports is level-triggered, but see edgetrigger.go. All methods but
// wake belong to the kernel's goroutine.
type loop interface {
	// update makes the system report h.armed for the handle; before is what it
	// reports now, 0 for a handle that is new to it.
	update(h *Handle, before modeSet) error
	// remove makes it forget the handle.
	remove(h *Handle)
	// wait appends what is ready to out. It waits up to d, forever if d is
	// negative, and not at all if the inbox has something.
	wait(d time.Duration, out []readiness) ([]readiness, error)
	// wake ends a wait, from any goroutine.
	wake()
	close() error
}

// readiness is what a loop reports: a handle, by token and generation, and the
// modes in which it is ready. Trouble counts as ready for reading and writing.
type readiness struct {
	token int
	gen   uint32
	modes modeSet

	handle *Handle // once it was found, see settleReady
}

// longAgo is a deadline that interrupts whatever waits.
var longAgo = time.Unix(1, 0)

// needLoop opens the loop that a handle needs; without a handle any loop will
// do, and one that only sleeps costs no descriptor.
func (k *Kernel) needLoop(h *Handle) error {
	onlySleeps := h == nil || h.fd < 0
	if _, sleeps := k.loop.(*sleeper); k.loop != nil && (!sleeps || onlySleeps) {
		return nil
	}
	if onlySleeps && (k.loopName == "" || k.loopName == "portable") {
		k.loop = newSleeper(k)
		return nil
	}
	l, err := openLoop(k, k.loopName)
	if err != nil {
		return fmt.Errorf("kernel: opening the loop: %w", err)
	}
	k.loop = l
	return nil
}

// sleeper waits for time and for other goroutines only. Where there are no
// descriptors to watch, every handle being a source that reports itself, it is
// the portable loop.
type sleeper struct {
	k     *Kernel
	woken chan struct{}
	timer *time.Timer
}

func newSleeper(k *Kernel) *sleeper {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &sleeper{k: k, woken: make(chan struct{}, 1), timer: t}
}

func (s *sleeper) update(h *Handle, before modeSet) error { return nil }
func (s *sleeper) remove(h *Handle)                       {}

func (s *sleeper) wait(d time.Duration, out []readiness) ([]readiness, error) {
	if d == 0 || !s.k.inbox.sleep(s) {
		return out, nil
	}
	if d > 0 {
		s.timer.Reset(d)
		select {
		case <-s.woken:
		case <-s.timer.C:
		}
		s.timer.Stop()
	} else {
		<-s.woken
	}
	s.k.inbox.awake()
	return out, nil
}

func (s *sleeper) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

func (s *sleeper) close() error { return nil }

// flag notes that a source may be ready, so that the next turn looks.
func (k *Kernel) flag(h *Handle) {
	if !h.flagged {
		h.flagged = true
		k.flagged = append(k.flagged, h)
	}
}

// alwaysReady notes a handle that the system cannot watch and that never
// blocks, such as a regular file.
func (k *Kernel) alwaysReady(h *Handle) { k.flag(h) }

// sourceModes returns the wanted modes in which a flagged handle is ready.
func (k *Kernel) sourceModes(h *Handle) modeSet {
	switch {
	case h.always:
		return h.want
	case h.reportOnce && h.edge:
		return h.want
	case h.reportOnce:
		return h.want &^ h.armed
	case h.fd >= 0:
		return 0
	}
	return h.want & h.source.Ready().modes()
}

// sourceReady is what sources call, on any goroutine.
func (k *Kernel) sourceReady(h *Handle) { k.inbox.put(message{handle: h}) }

// pollSources asks the sources that may be ready, and drops those that
// are not ready in any mode that is wanted. A second look in one turn comes only
// after the first has found nothing, so no handle is reported twice.
func (k *Kernel) pollSources() {
	if len(k.flagged) == 0 {
		return
	}
	kept := k.flagged[:0]
	for _, h := range k.flagged {
		var ready modeSet
		if h.token >= 0 {
			ready = k.sourceModes(h)
		}
		if ready == 0 {
			h.flagged = false
			continue
		}
		kept = append(kept, h)
		k.ready = append(k.ready, readiness{token: h.token, gen: k.handles.gen(h.token), modes: ready})
	}
	clear(k.flagged[len(kept):])
	k.flagged = kept
}
