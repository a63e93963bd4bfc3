package kernel

import (
	"os"
	"os/signal"
)

// systemSignals brings the operating system's signals into the kernel.
type systemSignals struct {
	ch    chan os.Signal
	done  chan struct{}
	names map[os.Signal]string // those that sessions watch
}

// catch begins to catch a signal, if it is one of the system's.
func (s *signalTable) catch(k *Kernel, name string) {
	n, ok := number(name)
	if !ok {
		return
	}
	s.start(k)
	s.system.names[n] = name
	signal.Notify(s.system.ch, n)
}

// release ends that.
func (s *signalTable) release(name string) {
	n, ok := number(name)
	if !ok || s.system == nil {
		return
	}
	delete(s.system.names, n)
	s.renotify()
}

// renotify tells the system anew which signals are wanted.
func (s *signalTable) renotify() {
	signal.Stop(s.system.ch)
	for n := range s.system.names {
		signal.Notify(s.system.ch, n)
	}
	if len(s.pids) > 0 || len(s.ends) > 0 {
		signal.Notify(s.system.ch, childSignal)
	}
}

// catchChildren begins to notice that child processes end. One may have ended
// before, so it looks at once.
func (s *signalTable) catchChildren(k *Kernel) {
	s.start(k)
	signal.Notify(s.system.ch, childSignal)
	k.inbox.put(message{run: k.reap})
}

func (s *signalTable) start(k *Kernel) {
	if s.system != nil {
		return
	}
	s.system = &systemSignals{ch: make(chan os.Signal, 64), done: make(chan struct{}), names: map[os.Signal]string{}}
	go func(ch <-chan os.Signal, done chan<- struct{}) {
		defer close(done)
		for n := range ch {
			k.inbox.put(message{run: func() { k.systemSignal(n) }})
		}
	}(s.system.ch, s.system.done)
}

// systemSignal queues a signal that the system has sent.
func (k *Kernel) systemSignal(n os.Signal) {
	if n == childSignal {
		k.reap()
		return
	}
	if k.signals.system == nil {
		return
	}
	if name, ok := k.signals.system.names[n]; ok {
		k.enqueue(k.root, k.root, "_signal", []any{name}, kindSignal)
	}
}

// close stops catching signals.
func (s *signalTable) close() {
	if s.system == nil {
		return
	}
	signal.Stop(s.system.ch)
	close(s.system.ch)
	<-s.system.done
	s.system = nil
}
