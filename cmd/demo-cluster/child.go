package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// childMark is the first argument of a process that is a node of the demo.
const childMark = "-node-of-the-demo"

// order is what a child is told to have its user say.
type order struct{ Room, Text string }

// child is the whole of such a process: a node that tells what happens on its
// output and does what it is told on its input, until that ends.
func child(name, seed string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := json.NewEncoder(stdout)
	p, err := newPlace(name, seed, func(r report) {
		_ = out.Encode(r) // nobody is left to hear of an error
	})
	if err != nil {
		fmt.Fprintln(stderr, "demo-cluster:", name, err)
		return 1
	}
	go func() {
		for in := json.NewDecoder(stdin); ; {
			var o order
			if in.Decode(&o) != nil {
				p.shutDown()
				return
			}
			p.talk(o.Room, o.Text)
		}
	}()
	if err := p.run(); err != nil {
		fmt.Fprintln(stderr, "demo-cluster:", name, err)
		return 1
	}
	return 0
}

// shared is a writer that several processes may have.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes at one go.
func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// process is a child as its parent sees it.
type process struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	to   *json.Encoder
	read chan struct{} // closed when its output has ended
}

// startProcess starts a child and passes on what it tells.
func startProcess(name, seed string, stderr io.Writer, tell func(report)) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, childMark, name, seed)
	cmd.Stderr = stderr
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd, in: in, to: json.NewEncoder(in), read: make(chan struct{})}
	go func() {
		defer close(p.read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var r report
			if json.Unmarshal(lines.Bytes(), &r) == nil {
				tell(r)
			}
		}
	}()
	return p, nil
}

// kill ends it without a word.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.read
	_ = p.cmd.Wait() // it was killed, as it says
	return nil
}

// quit has it end by itself.
func (p *process) quit() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	<-p.read
	return p.cmd.Wait()
}
