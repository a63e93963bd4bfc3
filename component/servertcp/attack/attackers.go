//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// attackersProcess is the process of the connections of an attack.
type attackersProcess struct {
	process *exec.Cmd
	end     io.Closer
	figures *bufio.Reader
}

// startAttackers returns when the attack begins.
func startAttackers(name, addr string, conns int) (*attackersProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &attackersProcess{process: exec.Command(self, "-attacking", name, "-at", addr, "-n", strconv.Itoa(conns))}
	p.process.Stderr = os.Stderr
	if p.end, err = p.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.figures = bufio.NewReader(out)
	if err := asClient.start(p.process); err != nil {
		return nil, err
	}
	var begins string
	_, err = fmt.Fscanln(p.figures, &begins)
	return p, err
}

// stop ends the attack and returns how many bytes it has sent.
func (p *attackersProcess) stop() (sent int64, err error) {
	p.end.Close()
	if _, err := fmt.Fscanln(p.figures, &sent); err != nil {
		return 0, err
	}
	return sent, p.process.Wait()
}

// attackHere is the process: it attacks until the end of its standard input.
func attackHere(name, addr string, conns int) error {
	all := attacks()
	at := slices.IndexFunc(all, func(a attack) bool { return a.name == name })
	if at < 0 {
		return fmt.Errorf("no attack %q", name)
	}
	a := &all[at]
	if a.large != nil {
		a.first = a.large()
	}
	if err := yieldProcessor(); err != nil {
		return err
	}
	var wg sync.WaitGroup
	var sent atomic.Int64
	over := make(chan struct{})
	for range conns {
		wg.Go(func() { a.connect(addr, over, &sent) })
	}
	fmt.Println("begins")
	_, _ = io.Copy(io.Discard, os.Stdin)
	close(over)
	wg.Wait()
	fmt.Println(sent.Load())
	return nil
}

// yieldProcessor makes the threads of this process, and those that they start,
// run only when no other process wants to.
func yieldProcessor() error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return err
		}
		idle := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}
		if err := unix.SchedSetAttr(id, &idle, 0); err != nil && err != unix.ESRCH {
			return fmt.Errorf("sched_setattr: %w", err)
		}
	}
	return nil
}
