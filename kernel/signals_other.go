//go:build !unix

package kernel

import (
	"os"
	"os/signal"
	"syscall"
)

// systemSignals brings the operating system's signals into the kernel. Without
// Unix there are but two: the interrupt key and the request to end.
type systemSignals struct {
	ch    chan os.Signal
	done  chan struct{}
	names map[os.Signal]string
}

func number(name string) (os.Signal, bool) {
	switch name {
	case "INT":
		return os.Interrupt, true
	case "TERM":
		return syscall.SIGTERM, true
	}
	return nil, false
}

func (s *signalTable) catch(k *Kernel, name string) {
	n, ok := number(name)
	if !ok {
		return
	}
	if s.system == nil {
		s.system = &systemSignals{ch: make(chan os.Signal, 8), done: make(chan struct{}), names: map[os.Signal]string{}}
		go func(ch <-chan os.Signal, done chan<- struct{}) {
			defer close(done)
			for n := range ch {
				k.inbox.put(message{run: func() { k.systemSignal(n) }})
			}
		}(s.system.ch, s.system.done)
	}
	s.system.names[n] = name
	signal.Notify(s.system.ch, n)
}

func (s *signalTable) release(name string) {
	if n, ok := number(name); ok && s.system != nil {
		delete(s.system.names, n)
		signal.Stop(s.system.ch)
		for n := range s.system.names {
			signal.Notify(s.system.ch, n)
		}
	}
}

func (k *Kernel) systemSignal(n os.Signal) {
	if k.signals.system == nil {
		return
	}
	if name, ok := k.signals.system.names[n]; ok {
		k.enqueue(k.root, k.root, "_signal", []any{name}, kindSignal)
	}
}

func (s *signalTable) close() {
	if s.system == nil {
		return
	}
	signal.Stop(s.system.ch)
	close(s.system.ch)
	<-s.system.done
	s.system = nil
}

// catchChildren is not reached: no process can be watched here.
func (s *signalTable) catchChildren(k *Kernel) {}

func isChild(pid int) error { return syscall.EWINDOWS }

func waitFor(pid int) (WaitStatus, bool) { return -1, true }
