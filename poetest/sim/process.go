package sim

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"time"
)

// Program is what a child process of a host runs: a function, which may wait as a
// program does, by reading, writing, sleeping and accepting. While it waits, other
// events of the world happen; while it runs, no virtual time passes. Its result is
// the exit code. A panic in it fails the run of the world.
//
// It runs on a goroutine of its own, one at a time with everything else. It must not
// use the host's kernel, nor end the host's program; see [World.After].
type Program func(p *Process) (exit int)

// Program installs a program under a name, in place of another one. Programs stay
// when the host crashes.
func (h *Host) Program(name string, run Program) {
	if h.programs == nil {
		h.programs = map[string]Program{}
	}
	h.programs[name] = run
}

// Process is a child process of a host. Its methods, except those that say so, are
// for its own program.
type Process struct {
	h       *Host
	life    int // of the program that has started it
	pid     int
	args    []string
	env     []string
	dir     string
	message string // of a process that stands for what cannot be executed

	stdin          *pipe // nil: it is empty
	stdout, stderr *pipe // nil: they lead nowhere
	parent         *parentPipe
	listeners      []*listener
	conns          []*Conn

	next      func() (struct{}, bool)
	stop      func()
	yield     func(struct{}) bool
	scheduled bool // it is about to go on
	running   bool
	stopped   bool             // by STOP
	held      []syscall.Signal // that came since then
	traps     map[syscall.Signal]func()
	pending   []func() // traps to run
	ended     bool
	status    int // as kernel.WaitStatus
}

// PID returns the process's ID. Any code may call it.
func (p *Process) PID() int { return p.pid }

// Args returns the program's arguments, without its name. Any code may call it.
func (p *Process) Args() []string { return p.args[1:] }

// Name returns the program's name. Any code may call it.
func (p *Process) Name() string { return p.args[0] }

// Getenv returns the value of an environment variable, empty if there is none. Any
// code may call it.
func (p *Process) Getenv(name string) string {
	for _, pair := range p.env {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// Dir returns the working directory that the process was started with, empty for that
// of the host's program.
func (p *Process) Dir() string { return p.dir }

// Host returns the host, of which a process may use the Disk.
func (p *Process) Host() *Host { return p.h }

// Rand returns the source of the numbers that belong to processes.
func (p *Process) Rand() *rand.Rand { return p.h.w.procRand }

// ParentPID returns the ID of the host's program, or 1 once that has ended. Any code
// may call it.
func (p *Process) ParentPID() int {
	if p.orphaned() {
		return 1
	}
	return p.h.pid()
}

// orphaned reports whether the program that has started the process has ended.
func (p *Process) orphaned() bool { return p.h.down || p.h.ended || p.h.life != p.life }

// Parent returns the connection with the host's program, or nil if that has not asked
// for one.
func (p *Process) Parent() io.ReadWriteCloser {
	if p.parent == nil {
		return nil
	}
	return p.parent
}

// AtParentsEnd calls f once when the host's program has closed its end of Parent, or
// has ended. It runs as a function of Trap does.
func (p *Process) AtParentsEnd(f func()) {
	if p.parent != nil {
		p.parent.atEnd = append(p.parent.atEnd, f)
		p.parent.noticeEnd()
	}
}

// Trap makes f run when a signal arrives. If the process is waiting, f runs at once,
// and the wait continues afterwards. f may call Exit. If f is nil the signal is ignored. KILL and STOP
// cannot be trapped. Signals that are not trapped end the process, except CHLD, URG,
// WINCH and CONT.
func (p *Process) Trap(s syscall.Signal, f func()) {
	if f == nil {
		f = func() {}
	}
	p.traps[s] = f
}

// Exit ends the process.
func (p *Process) Exit(code int) { panic(exited{code & 0xff << 8}) }

// Sleep waits.
func (p *Process) Sleep(d time.Duration) {
	w := p.h.w
	until := w.now + d
	w.at(until, p.wake)
	for w.now < until {
		p.wait()
	}
}

// Now returns the virtual time that has passed.
func (p *Process) Now() time.Duration { return p.h.w.now }

// Read reads standard input.
func (p *Process) Read(b []byte) (int, error) {
	if p.stdin == nil {
		return 0, io.EOF
	}
	return p.reading(p.stdin.read, b)
}

// Write writes to standard output. If the reading end of a pipe is closed, the process
// is ended by the signal PIPE, unless that is trapped.
func (p *Process) Write(b []byte) (int, error) { return p.output(p.stdout, b) }

// Stderr returns a writer for standard error.
func (p *Process) Stderr() io.Writer {
	return writerFunc(func(b []byte) (int, error) { return p.output(p.stderr, b) })
}

// CloseStdout ends standard output before the process ends.
func (p *Process) CloseStdout() {
	if p.stdout != nil {
		p.stdout.endWriting()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func (p *Process) output(to *pipe, b []byte) (int, error) {
	if to == nil {
		return len(b), nil
	}
	n, err := p.writing(to.write, b)
	if err == syscall.EPIPE {
		p.raise(syscall.SIGPIPE)
	}
	return n, err
}

// reading waits until there is something.
func (p *Process) reading(read func([]byte) (int, error), b []byte) (int, error) {
	for {
		n, err := read(b)
		if !wouldBlock(err) {
			return n, err
		}
		p.wait()
	}
}

// writing waits until all is written.
func (p *Process) writing(write func([]byte) (int, error), b []byte) (total int, err error) {
	for {
		n, err := write(b[total:])
		total += n
		if !wouldBlock(err) && (err != nil || total == len(b)) {
			return total, err
		}
		if n == 0 {
			p.wait()
		}
	}
}

// String describes the process.
func (p *Process) String() string {
	return fmt.Sprintf("process %d of %s, %s", p.pid, p.h.name, strings.Join(p.args, " "))
}
