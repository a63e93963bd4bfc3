//go:build unix

package run

import (
	"os"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/gopoe/poe/kernel"
)

// stream is one of the child's three, from both sides.
type stream struct {
	parentEnd *kernel.Handle // nil if it is not the wheel's
	childEnd  *os.File
	keep      bool // childEnd is not to be closed in this process
}

// stdio is all that connects a wheel with its child.
type stdio struct{ stdin, stdout, stderr stream }

// connect opens what the child's standard streams will be.
func (c *Config) connect(events *Funcs) (*stdio, error) {
	p := &stdio{
		stdin:  stream{childEnd: os.Stdin, keep: true},
		stdout: stream{childEnd: os.Stdout, keep: true},
		stderr: stream{childEnd: os.Stderr, keep: true},
	}
	var err error
	if c.terminal() {
		err = c.connectTerminal(p, events)
	} else {
		err = c.connectPipes(p, events)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (c *Config) connectPipes(p *stdio, events *Funcs) error {
	for _, s := range []struct {
		stream   *stream
		redirect Redirect
		conduit  bool
		input    bool // of the child
		field    string
	}{
		{&p.stdin, c.RedirectStdin, !c.NoStdin, true, "RedirectStdin"},
		{&p.stdout, c.RedirectStdout, events.Stdout != nil, false, "RedirectStdout"},
		{&p.stderr, c.RedirectStderr, events.Stderr != nil, false, "RedirectStderr"},
	} {
		var err error
		switch {
		case s.redirect.set():
			err = s.stream.redirect(s.redirect, s.input, s.field)
		case s.conduit:
			err = s.stream.open(c.Conduit, s.input)
		}
		if err != nil {
			return err
		}
	}
	if !c.RedirectOutput.set() {
		return nil
	}
	if err := p.stdout.redirect(c.RedirectOutput, false, "RedirectOutput"); err != nil {
		return err
	}
	p.stderr = stream{childEnd: p.stdout.childEnd, keep: true}
	return nil
}

// connectTerminal makes a pseudo-terminal, raw as POE's.
func (c *Config) connectTerminal(p *stdio, events *Funcs) error {
	mine, child, err := pty.Open()
	if err != nil {
		return opError("pty", err)
	}
	p.stdin = stream{childEnd: child}
	p.stdout = stream{childEnd: child, keep: true}
	p.stderr = stream{childEnd: child, keep: true}
	h, err := kernel.File(mine)
	if err != nil {
		mine.Close()
		return opError("pty", err)
	}
	p.stdin.parentEnd, p.stdout.parentEnd = h, h
	if _, err := term.MakeRaw(int(child.Fd())); err != nil {
		return opError("tcsetattr", err)
	}
	if err := c.setSize(child); err != nil {
		return opError("winsize", err)
	}
	if c.Conduit != PtyPipe {
		return nil
	}
	p.stderr = stream{childEnd: os.Stderr, keep: true}
	if events.Stderr == nil {
		return nil
	}
	return p.stderr.open(Pipe, false)
}

// setSize gives a terminal its size.
func (c *Config) setSize(tty *os.File) error {
	size := c.Winsize
	if size == (Winsize{}) {
		if !term.IsTerminal(int(os.Stdin.Fd())) {
			return nil
		}
		return pty.InheritSize(os.Stdin, tty)
	}
	return setWinsize(int(tty.Fd()), size)
}

// open makes a conduit of two descriptors.
func (s *stream) open(c Conduit, input bool) error {
	read, write, op, err := twoEnds(c)
	if err != nil {
		return opError(op, err)
	}
	mine, child := read, write
	if input {
		mine, child = write, read
	}
	s.childEnd, s.keep = os.NewFile(uintptr(child), "conduit"), false
	if s.parentEnd, err = kernel.FD(mine); err != nil {
		unix.Close(mine)
		return opError("fcntl", err)
	}
	return nil
}

func twoEnds(c Conduit) (read, write int, op string, err error) {
	var fds [2]int
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	switch c {
	case Inet:
		fds, op, err = inetPair()
	case SocketPair:
		op = "socketpair"
		fds, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	default:
		op = "pipe"
		err = unix.Pipe(fds[:])
	}
	if err != nil {
		return -1, -1, op, err
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	return fds[0], fds[1], op, nil
}

// redirect makes the stream a file.
func (s *stream) redirect(r Redirect, input bool, field string) error {
	if r.File != nil {
		s.childEnd, s.keep = r.File, true
		return nil
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if input {
		flags = os.O_RDONLY
	}
	f, err := os.OpenFile(r.Path, flags, 0o666)
	if err != nil {
		return kind.ConfigError(field, err)
	}
	s.childEnd, s.keep = f, false
	return nil
}

func (p *stdio) streams() [3]*stream { return [3]*stream{&p.stdin, &p.stdout, &p.stderr} }

// closeChildSide closes what only the child needs.
func (p *stdio) closeChildSide() {
	for _, s := range p.streams() {
		if !s.keep && s.childEnd != nil {
			s.childEnd.Close()
			s.keep = true
		}
	}
}

// close closes all of it.
func (p *stdio) close() {
	p.closeChildSide()
	for _, s := range p.streams() {
		if s.parentEnd != nil {
			s.parentEnd.Close()
		}
	}
}

func opError(op string, err error) error { return &kernel.OpError{Op: op, Err: err} }
