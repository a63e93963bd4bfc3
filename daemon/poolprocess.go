//go:build unix

package daemon

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/gopoe/poe/internal/simprocess"
	"github.com/gopoe/poe/kernel"
)

// process is what runs a worker: a process of the machine, or of a simulated host.
type process interface {
	// signal sends a signal. A process that has ended gets none.
	signal(s syscall.Signal)
	// release ends the use of a process that has ended.
	release()
	// abandon waits for a process that the kernel does not wait for any more.
	abandon()
}

// launched is what the pool has of a worker that was started, as a recording has it.
type launched struct {
	PID    int
	Handle *kernel.Handle
}

// launch starts a worker; in a replay none.
func (p *Pool) launch(number int) (l launched, on process, err error) {
	l, err = kernel.Recorded(p.Kernel, "worker", func() (launched, error) {
		var l launched
		var err error
		if p.config.Processes != nil {
			l, on, err = p.launchSimulated(number)
		} else {
			l, on, err = p.launchNow(number)
		}
		return l, err
	})
	if on == nil {
		on = replayedProcess{}
	}
	return l, on, err
}

// launchNow starts a process of the machine.
func (p *Pool) launchNow(number int) (launched, process, error) {
	ours, theirs, err := kernel.SocketPair()
	if err != nil {
		return launched{}, nil, err
	}
	c := &p.config
	env := p.environment(number, os.Getpid())
	started, err := execute(c.Path, c.Args, env, c.Listeners, theirs, &syscall.SysProcAttr{Setpgid: true})
	theirs.Close()
	if err != nil {
		ours.Close()
		return launched{}, nil, err
	}
	return launched{started.Pid, ours}, machineProcess{started}, nil
}

// launchSimulated starts a process of a simulated host.
func (p *Pool) launchSimulated(number int) (launched, process, error) {
	c := &p.config
	spec := simprocess.Spec{Argv: append([]string{c.Path}, c.Args...), Env: p.environment(number, c.Processes.PID()), Parent: true}
	for _, l := range c.Listeners {
		spec.Listeners = append(spec.Listeners, l.Handle)
	}
	s, err := c.Processes.Start(spec)
	if err != nil {
		return launched{}, nil, err
	}
	return launched{s.PID, s.Parent}, simulatedProcess{c.Processes, s.PID}, nil
}

// environment is that of a worker, which it learns from that it is one.
func (p *Pool) environment(number, parent int) []string {
	env := p.config.Env
	return append(env[:len(env):len(env)], workerVar+"="+workerText(parent, number, p.config.Listeners))
}

// now is a time that no setting of the clock changes.
func (p *Pool) now() time.Duration {
	now, _ := kernel.Recorded(p.Kernel, "time", func() (time.Duration, error) {
		if on := p.config.Processes; on != nil {
			return on.Now(), nil
		}
		return time.Since(p.began), nil
	})
	return now
}

// machineProcess is a process of the machine.
type machineProcess struct{ *os.Process }

// os.Process knows a process that has ended from one that has its number now.
func (p machineProcess) signal(s syscall.Signal) { _ = p.Signal(s) }
func (p machineProcess) release()                { _ = p.Release() }                 // it holds nothing that could fail
func (p machineProcess) abandon()                { go func() { _, _ = p.Wait() }() } // no zombie

// simulatedProcess is one of a simulated host.
type simulatedProcess struct {
	on  simprocess.System
	pid int
}

func (p simulatedProcess) signal(s syscall.Signal) { _ = p.on.Signal(p.pid, s) }
func (simulatedProcess) release()                  {}
func (simulatedProcess) abandon()                  {}

// replayedProcess is one that a recording has.
type replayedProcess struct{}

func (replayedProcess) signal(syscall.Signal) {}
func (replayedProcess) release()              {}
func (replayedProcess) abandon()              {}

// SimulatedWorker is AsWorker in a child process of a simulated host, a *sim.Process.
// The listening sockets are those of the process's Accept; Listeners returns none.
func SimulatedWorker(c simprocess.Child) (*Worker, error) {
	text := c.Getenv(workerVar)
	if text == "" || c.Parent() == nil {
		return nil, nil
	}
	parent, number, _, err := parseWorker(text)
	if err != nil {
		return nil, fmt.Errorf("daemon: worker: %s=%q: %w", workerVar, text, err)
	}
	if c.ParentPID() != parent {
		return nil, ErrOrphan
	}
	w := &Worker{number: number, orphaned: make(chan struct{}), parent: c.Parent()}
	c.AtParentsEnd(func() { close(w.orphaned) })
	return w, nil
}
