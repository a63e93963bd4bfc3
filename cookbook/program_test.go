package cookbook_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sys/unix"
)

// errNothing says that somebody was silent for too long.
var errNothing = errors.New("heard nothing")

// program is the one that is tried: it hears its standard input, and what it
// prints is heard.
type program struct {
	cmd        *exec.Cmd
	input      io.WriteCloser
	output     chan string // its lines
	complaints bytes.Buffer
}

func start(command []string) (*program, error) {
	p := &program{cmd: exec.Command(command[0], command[1:]...), output: make(chan string, 1000)}
	p.cmd.Stderr = &p.complaints
	p.cmd.WaitDelay = patience // a child that it has left behind may hold its standard error
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
	go func() {
		defer close(p.output)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
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
	case <-time.After(patience):
		return "", errNothing
	}
}

func (p *program) close() error { return p.input.Close() }

func (p *program) signal(name string) error {
	number := unix.SignalNum("SIG" + name)
	if number == 0 {
		return fmt.Errorf("no such signal")
	}
	return p.cmd.Process.Signal(number)
}

// kill ends a program whose script has failed, and shows what it complained of.
func (p *program) kill(t *testing.T) {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	t.Logf("standard error: %s", p.complaints.String())
}

// finish waits for the program to end, as it should.
func (p *program) finish(t *testing.T) {
	for {
		line, err := p.hear()
		if err != nil {
			assert.ErrorIs(t, err, io.EOF, "the program's end")
			break
		}
		t.Errorf("the program said more: %s", line)
	}
	if t.Failed() {
		p.kill(t)
		return
	}
	assert.NoError(t, p.cmd.Wait(), "the program's exit")
	assert.Empty(t, p.complaints.String(), "standard error")
}
