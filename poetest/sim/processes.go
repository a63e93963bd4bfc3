package sim

import (
	"maps"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/gopoe/poe/internal/simprocess"
	"github.com/gopoe/poe/kernel"
)

// Processes are the child processes of a host, as a wheel or a pool starts them; see
// run.Config.Processes and daemon.PoolConfig.Processes.
type Processes struct{ h *Host }

var (
	_ simprocess.System = Processes{}
	_ simprocess.Child  = (*Process)(nil)
)

// Processes returns the host's child processes for a wheel or a pool.
func (h *Host) Processes() Processes { return Processes{h} }

// Running returns the processes that have not ended, those of former lives of the
// host's program included, in the order in which they were started.
func (s Processes) Running() (all []*Process) {
	for _, p := range s.h.everyProcess() {
		if !p.ended {
			all = append(all, p)
		}
	}
	return all
}

// Unreaped returns how many processes have ended that the host's program has not waited
// for.
func (s Processes) Unreaped() (n int) {
	for _, p := range s.h.processes {
		if p.ended {
			n++
		}
	}
	return n
}

// PID returns the number of the host's program.
func (s Processes) PID() int { return s.h.pid() }

// Now returns the world's time, whatever the host's clock says.
func (s Processes) Now() time.Duration { return s.h.w.now }

// Signal sends a signal to a process.
func (s Processes) Signal(pid int, n syscall.Signal) error {
	p := s.h.processes[pid]
	if p == nil {
		return os.ErrProcessDone
	}
	p.signal(n)
	return nil
}

// Start starts a program of [Host.Program].
func (s Processes) Start(spec simprocess.Spec) (simprocess.Started, error) {
	h := s.h
	if errno := h.w.callFault(h, "fork", forkErrors); errno != 0 {
		return simprocess.Started{}, errno
	}
	p := &Process{h: h, life: h.life, args: spec.Argv, env: spec.Env, dir: spec.Dir, message: spec.Message, traps: map[syscall.Signal]func(){}}
	program := func(p *Process) int {
		_, _ = p.Stderr().Write([]byte(p.message + "\n"))
		return spec.Exit
	}
	if len(spec.Argv) == 0 {
		p.args = []string{"sh"}
	} else if program = h.programs[spec.Argv[0]]; program == nil {
		return simprocess.Started{}, syscall.ENOENT
	}
	for _, at := range spec.Listeners {
		l := h.listenerOf(at)
		if l == nil {
			return simprocess.Started{}, syscall.EBADF
		}
		l.users++
		p.listeners = append(p.listeners, l)
	}
	h.lastPID++
	p.pid = h.lastPID
	h.processes[p.pid] = p
	h.w.note("start", uint64(p.pid), 0)
	started := p.connect(spec)
	p.begin(program)
	return started, nil
}

// connect makes the streams that the host's program has asked for.
func (p *Process) connect(spec simprocess.Spec) (s simprocess.Started) {
	h, w := p.h, p.h.w
	s.PID = p.pid
	if spec.Stdin {
		p.stdin = &pipe{w: w, wakeReader: p.wake}
		s.Stdin = kernel.FromSource(h.newPipeEnd(nil, p.stdin), "pipe to a child")
	}
	if spec.Stdout {
		p.stdout = &pipe{w: w, wakeWriter: p.wake}
		s.Stdout = kernel.FromSource(h.newPipeEnd(p.stdout, nil), "pipe from a child")
	}
	if spec.Stderr {
		p.stderr = &pipe{w: w, wakeWriter: p.wake}
		s.Stderr = kernel.FromSource(h.newPipeEnd(p.stderr, nil), "pipe from a child")
	}
	if spec.Parent {
		p.parent = &parentPipe{p: p, in: &pipe{w: w}, out: &pipe{w: w, wakeWriter: p.wake}}
		p.parent.in.wakeReader = p.parent.noticeEnd
		s.Parent = kernel.FromSource(h.newPipeEnd(p.parent.out, p.parent.in), "connection with a child")
	}
	return s
}

// lag is how long it takes until a process is told of something, or another one of it.
func (w *World) lag() time.Duration {
	return time.Duration(w.procRand.ExpFloat64() * float64(300*time.Microsecond))
}

// firstPID is the number of the first process of a host.
const firstPID = 100

// pid is the number of the host's program, another one in each of its lives.
func (h *Host) pid() int { return 1 + h.life }

// everyProcess returns the processes that somebody knows, in the order of their numbers.
func (h *Host) everyProcess() (all []*Process) {
	for _, pid := range slices.Sorted(maps.Keys(h.processes)) {
		all = append(all, h.processes[pid])
	}
	return all
}

// loseProcesses is the end of the host's program for its child processes: they die with
// the machine, or go on without their parent.
func (h *Host) loseProcesses(machine bool) {
	for _, e := range h.pipes {
		_ = e.Close() // closed already, perhaps
	}
	h.pipes = nil
	for _, p := range h.everyProcess() {
		switch {
		case p.ended:
			delete(h.processes, p.pid)
		case machine:
			p.kill(syscall.SIGKILL)
		}
	}
}

// IsChild reports whether a process can still be waited for.
func (c *hostClock) IsChild(pid int) bool {
	p := c.h.processes[pid]
	return p != nil && p.life == c.h.life
}

// WaitChild returns how a process has ended, once.
func (c *hostClock) WaitChild(pid int) (status int, ended bool) {
	p := c.h.processes[pid]
	switch {
	case p == nil || p.life != c.h.life:
		return -1, true
	case !p.ended:
		return 0, false
	}
	delete(c.h.processes, pid)
	return p.status, true
}

// OnChildEnd keeps what the kernel wants to be told with.
func (c *hostClock) OnChildEnd(notify func()) { c.childEnded = notify }
