package sim

import (
	"iter"
	"syscall"
	"time"
)

// exited is what unwinds a process: at its exit, or when a signal has killed it.
type exited struct{ status int }

// raise sends the process, which runs now, a signal.
func (p *Process) raise(s syscall.Signal) {
	f := p.traps[s]
	if f == nil {
		panic(exited{int(s)})
	}
	f()
}

// wait lets the world go on until something has come for the process.
func (p *Process) wait() {
	if !p.yield(struct{}{}) {
		panic(exited{p.status})
	}
	for len(p.pending) > 0 {
		f := p.pending[0]
		p.pending = p.pending[1:]
		f()
	}
}

// begin makes the coroutine of the process, which runs a moment later.
func (p *Process) begin(run Program) {
	w := p.h.w
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		defer func() {
			switch thrown := recover().(type) {
			case nil:
			case exited:
				p.status = thrown.status
			default:
				panic(thrown)
			}
		}()
		p.status = run(p) & 0xff << 8
	})
	p.scheduled = true
	w.after(time.Millisecond+time.Duration(w.procRand.Int64N(int64(20*time.Millisecond))), p.resume)
}

// wake lets the process look again at what it waits for.
func (p *Process) wake() {
	if p.scheduled || p.ended || p.stopped {
		return
	}
	p.scheduled = true
	p.h.w.after(p.h.w.lag(), p.resume)
}

func (p *Process) resume() {
	p.scheduled = false
	w := p.h.w
	switch {
	case p.ended || p.stopped:
		return
	case w.now < p.h.pausedTil:
		p.scheduled = true
		w.at(p.h.pausedTil, p.resume)
		return
	}
	if !p.run(func() bool { _, more := p.next(); return more }) {
		p.finish()
	}
}

// run lets the process run: what it does is not the host's program's doing.
func (p *Process) run(f func() bool) bool {
	w := p.h.w
	defer func(before *Host) { w.running, p.running = before, false }(w.running)
	w.running, p.running = nil, true
	return f()
}

// kill ends the process by a signal.
func (p *Process) kill(s syscall.Signal) {
	switch {
	case p.ended:
		return
	case p.running: // by itself
		panic(exited{int(s)})
	}
	p.status = int(s)
	p.run(func() bool { p.stop(); return false })
	p.status = int(s) // whatever it says itself
	p.finish()
}

// signal is what arrives from outside.
func (p *Process) signal(s syscall.Signal) {
	trap, trapped := p.traps[s]
	switch {
	case p.ended:
	case s == syscall.SIGKILL:
		p.kill(s)
	case isContinue(s):
		p.goOn()
		if trapped {
			p.pending = append(p.pending, trap)
		}
		p.wake()
	case p.stopped:
		p.held = append(p.held, s)
	case isStop(s):
		p.stopped = true
	case trapped:
		p.pending = append(p.pending, trap)
		p.wake()
	case !isIgnored(s):
		p.kill(s)
	}
}

// goOn ends what a stop signal has done: what has come meanwhile is delivered.
func (p *Process) goOn() {
	held := p.held
	p.stopped, p.held = false, nil
	for _, s := range held {
		p.signal(s)
	}
}

// finish is the end of the process: what it has open is closed, and its parent is
// told a moment later.
func (p *Process) finish() {
	p.ended = true
	h, w := p.h, p.h.w
	w.note("exit", uint64(p.pid), uint64(p.status))
	for _, c := range p.conns {
		_ = c.end.Close()
	}
	for _, l := range p.listeners {
		l.drop()
	}
	if p.stdin != nil {
		p.stdin.endReading()
	}
	for _, out := range []*pipe{p.stdout, p.stderr} {
		if out != nil {
			out.endWriting()
		}
	}
	if p.parent != nil {
		_ = p.parent.Close()
	}
	if p.orphaned() {
		delete(h.processes, p.pid) // somebody else waits for it
		return
	}
	w.after(w.lag(), func() {
		if !p.orphaned() {
			h.wake()
			call(h.clock.childEnded)
		}
	})
}
