package kernel

import (
	"os"
	"os/signal"

	"github.com/gopoe/poe/internal/recordfile"
)

// systemSignals brings the operating system's signals into the kernel: each by a
// channel of its own, so that one can be dropped without missing others.
type systemSignals struct {
	caught map[os.Signal]*caughtSignal
}

type caughtSignal struct {
	run  *systemSignals // which it belongs to
	name string         // empty if no session watches it: childSignal
	ch   chan os.Signal
	done chan struct{}
}

// catch begins to catch a signal, if it is one of the system's. CHLD is what
// happens to the children that the kernel tracks.
func (s *signalTable) catch(k *Kernel, name string) {
	if name == "CHLD" {
		s.catchTracked(k)
		return
	}
	if n, ok := number(name); ok {
		s.notify(k, n, name)
	}
}

// release ends that.
func (s *signalTable) release(name string) {
	if n, ok := number(name); ok && s.system != nil {
		s.system.drop(n)
	}
}

// catchChildren begins to notice that child processes end. One may have ended
// before, so it looks at once.
func (s *signalTable) catchChildren(k *Kernel) {
	look := func() { k.inbox.put(message{more: &more{kind: recordfile.ArrivalReap, run: k.reap}}) }
	if c := k.simulatedProcesses(); c != nil {
		c.OnChildEnd(look)
	} else {
		s.notify(k, childSignal, "")
	}
	look()
}

func (s *signalTable) notify(k *Kernel, n os.Signal, name string) {
	if s.system == nil {
		s.system = &systemSignals{caught: map[os.Signal]*caughtSignal{}}
	}
	if s.system.caught[n] != nil {
		return
	}
	c := &caughtSignal{run: s.system, name: name, ch: make(chan os.Signal, 16), done: make(chan struct{})}
	s.system.caught[n] = c
	if k.replaying() { // the recording has the signals
		close(c.done)
		return
	}
	signal.Notify(c.ch, n)
	go func() {
		defer close(c.done)
		for range c.ch {
			k.inbox.put(message{event: name, more: &more{kind: recordfile.ArrivalSignal, num: signalNumber(n), run: func() { k.systemSignal(n, c) }}})
		}
	}()
}

// drop stops catching a signal.
func (s *systemSignals) drop(n os.Signal) {
	c := s.caught[n]
	if c == nil {
		return
	}
	signal.Stop(c.ch)
	close(c.ch)
	<-c.done
	delete(s.caught, n)
}

// systemSignal queues a signal that the system has sent. It is queued even if
// its last watcher has gone since: then the default action applies, as it does to
// a signal that loses its watchers in the queue. What is left of an earlier run is
// dropped, and what comes when nothing is caught any more.
func (k *Kernel) systemSignal(n os.Signal, c *caughtSignal) {
	switch {
	case n == childSignal:
		k.reap()
	case c.run != nil && k.signals.system == c.run:
		k.enqueue(k.root, k.root, "_signal", []any{c.name}, kindSignal)
	}
}

// close stops catching signals.
func (s *signalTable) close() {
	if s.system == nil {
		return
	}
	for n := range s.system.caught {
		s.system.drop(n)
	}
	s.system = nil
}
