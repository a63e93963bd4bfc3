package script

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// errNothing indicates that somebody was silent for too long.
var errNothing = errors.New("heard nothing")

// program is the one that is tried: it hears its standard input, and what it
// prints is heard.
type program struct {
	cmd        *exec.Cmd
	input      io.WriteCloser
	output     chan string // its lines
	complaints bytes.Buffer
	wait       func() error
}

// maxLine limits a line of a program's output, in bytes.
const maxLine = 16 << 20

func start(ctx context.Context, r Run, args []string) (*program, error) {
	command := append(append([]string(nil), r.Command...), args...)
	p := &program{cmd: exec.CommandContext(ctx, command[0], command[1:]...), output: make(chan string, 1000)}
	p.cmd.Dir = r.Dir
	p.cmd.Env = append(os.Environ(), r.Env...)
	p.cmd.Stderr = &p.complaints
	p.cmd.WaitDelay = Timeout // a child that it has left behind may hold its standard error
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.wait = sync.OnceValue(p.cmd.Wait)
	go func() {
		defer close(p.output)
		lines := bufio.NewScanner(stdout)
		for lines.Buffer(nil, maxLine); lines.Scan(); {
			p.output <- lines.Text()
		}
	}()
	return p, nil
}

func (p *program) say(text string) error {
	_, err := fmt.Fprintln(p.input, text)
	return err
}

func (p *program) hear() (string, error) {
	select {
	case line, ok := <-p.output:
		if !ok {
			return "", io.EOF
		}
		return line, nil
	case <-time.After(Timeout):
		return "", errNothing
	}
}

func (p *program) close() error { return p.input.Close() }

// kill ends a program whose script has failed.
func (p *program) kill() {
	go func() {
		for range p.output { // nobody hears it any more
		}
	}()
	_ = p.cmd.Process.Kill()
	_ = p.wait()
}

// finish waits for the program to end, as it should.
func (p *program) finish() error {
	line, err := p.hear()
	switch {
	case errors.Is(err, io.EOF):
		return p.wait()
	case err != nil:
		return fmt.Errorf("the program's end: %w", err)
	}
	return fmt.Errorf("the program said more: %q", line)
}
