//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// worker is one process of a pool, as the parent sees it.
type worker struct {
	slot     *slot
	process  process
	pid      int
	handle   *kernel.Handle // the worker's Ready comes through it; its end means the parent has ended
	since    time.Duration  // of Pool.now
	started  time.Time
	ready    bool
	stopping bool
	timer    kernel.AlarmID // start or stop takes too long
}

func (w *worker) info() WorkerInfo {
	return WorkerInfo{Number: w.slot.number, PID: w.pid, Started: w.started, Ready: w.ready, Stopping: w.stopping}
}

// spawn starts a process and watches it.
func (p *Pool) spawn(s *slot) (*worker, error) {
	l, on, err := p.launch(s.number)
	if err != nil {
		return nil, fmt.Errorf("daemon: start worker %d: %w", s.number, err)
	}
	w := &worker{slot: s, process: on, pid: l.PID, handle: l.Handle, since: p.now(), started: p.Kernel.Now()}
	if err := p.watch(w); err != nil {
		on.signal(syscall.SIGKILL)
		w.handle.Close()
		p.Kernel.Host().TrackChild(w.pid, nil)
		return nil, fmt.Errorf("daemon: watch worker %d: %w", s.number, err)
	}
	p.workers[w.pid] = w
	return w, nil
}

// execute starts a program that inherits listeners and, behind them, the other
// end of a connection. It works with bare descriptors: an *os.File would make
// the listeners, which all processes share, wait.
func execute(path string, args, env []string, listeners []Listener, theirs *kernel.Handle, attr *syscall.SysProcAttr) (*os.Process, error) {
	files := []uintptr{0, 1, 2}
	for _, l := range listeners {
		fd := l.Handle.Fd()
		if fd < 0 {
			return nil, fmt.Errorf("listener %q: %w", l.Name, os.ErrClosed)
		}
		files = append(files, uintptr(fd))
	}
	files = append(files, uintptr(theirs.Fd()))
	pid, err := syscall.ForkExec(path, append([]string{path}, args...), &syscall.ProcAttr{Env: env, Files: files, Sys: attr})
	if err != nil {
		return nil, err
	}
	return os.FindProcess(pid) // it cannot be another's: it has not been waited for
}

func (p *Pool) watch(w *worker) error {
	if err := p.Kernel.SigChild(w.pid, "ended", w); err != nil {
		return err
	}
	err := p.Kernel.SelectRead(w.handle, "said", w)
	if err == nil {
		w.timer, err = p.Kernel.DelaySet("late", p.config.StartTimeout, w)
	}
	if err != nil {
		p.Kernel.SigChildClear(w.pid)
	}
	return err
}

// said is called when a worker is ready, or has closed its end.
func (p *Pool) said(e kernel.Event) {
	p.Event = e
	w := kernel.Arg[*worker](e, 2)
	var b [16]byte
	n, err := w.handle.Read(b[:])
	switch {
	case errors.Is(err, kernel.ErrWouldBlock):
	case errors.Is(err, io.EOF), err != nil, n == 0:
		e.Kernel.SelectClear(w.handle, kernel.Read) // its end is noticed otherwise
	case b[0] == readyByte && !w.ready:
		w.ready = true
		p.serves(w)
	}
}

// serves is called when a worker has become ready.
func (p *Pool) serves(w *worker) {
	if w.stopping {
		return
	}
	p.clearTimer(w)
	s := w.slot
	if s.next == w {
		old := s.current
		s.current, s.next = w, nil
		p.cancelRestart(s)
		if old != nil {
			p.end(old)
		}
		p.rolled()
	}
	if p.config.Started != nil {
		p.config.Started(p, w.info())
	}
	if s.again && s.next == nil {
		p.succeed(s)
	}
	p.allReady()
}

// rolled counts a successor that has come to serve, or to nothing.
func (p *Pool) rolled() {
	if p.rolling--; p.rolling == 0 && !p.stopping && p.config.Reloaded != nil {
		p.config.Reloaded(p)
	}
}

func (p *Pool) allReady() {
	if p.ready {
		return
	}
	for _, s := range p.slots {
		if s.current == nil || !s.current.ready {
			return
		}
	}
	p.ready = true
	if p.config.Ready != nil {
		p.config.Ready(p)
	}
}

// end asks a worker to end; later it is made to.
func (p *Pool) end(w *worker) {
	if w.stopping {
		return
	}
	w.stopping = true
	p.clearTimer(w)
	w.process.signal(syscall.SIGTERM)
	var err error
	if w.timer, err = p.Kernel.DelaySet("late", p.config.StopTimeout, w); err != nil {
		w.process.signal(syscall.SIGKILL)
	}
}

func (p *Pool) clearTimer(w *worker) {
	if w.timer != 0 {
		_, _ = p.Kernel.AlarmRemove(w.timer) // one that has fired is gone
		w.timer = 0
	}
}

// late kills a worker that takes too long to start or to stop.
func (p *Pool) late(e kernel.Event) {
	p.Event = e
	w := kernel.Arg[*worker](e, 0)
	if w.timer == 0 {
		return
	}
	w.timer = 0
	w.process.signal(syscall.SIGKILL)
}

// ended is called when a worker's process has ended.
func (p *Pool) ended(e kernel.Event) {
	p.Event = e
	status, w := kernel.Arg[kernel.WaitStatus](e, 2), kernel.Arg[*worker](e, 3)
	p.clearTimer(w)
	w.handle.Close()
	w.process.release()
	delete(p.workers, w.pid)
	s := w.slot
	if p.now()-w.since >= p.config.Settled {
		s.failures = 0
	}
	was := w.info()
	switch w {
	case s.next:
		s.next = nil
		if !p.stopping {
			p.failed(s, fmt.Errorf("daemon: worker %d: the successor has ended before it was ready: %v", s.number, status))
		}
		p.rolled()
	case s.current:
		s.current = nil
	}
	if p.config.Ended != nil {
		p.config.Ended(p, was, status)
	}
	switch {
	case p.stopping:
	case s.current == nil && s.next == nil && s.restart == 0:
		p.restartLater(s)
	case s.again && s.next == nil && s.current != nil:
		p.succeed(s)
	}
}
