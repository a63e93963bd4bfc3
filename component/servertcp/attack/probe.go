//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"time"
)

// prober is another client of the server, in a process of its own: the
// attackers' goroutines would keep one in this process waiting. It is connected
// before the attack begins.
type prober struct {
	process *exec.Cmd
	begin   io.WriteCloser
	figures *bufio.Reader
}

func startProbe(addr string, d time.Duration) (*prober, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &prober{process: exec.Command(self, "-probe", addr, "-t", d.String())}
	if p.begin, err = p.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.figures = bufio.NewReader(out)
	return p, asClient.start(p.process)
}

// p99 returns the next figure: the quiet one, and after the begin of the attack
// the other.
func (p *prober) p99() (d time.Duration, err error) {
	_, err = fmt.Fscanln(p.figures, &d)
	return d, err
}

func (p *prober) stop() {
	p.begin.Close()
	_ = p.process.Wait()
}

// probeHere is the process: it prints within what time 99 of 100 answers came, in
// a quiet second, and again after a line on its standard input.
func probeHere(addr string, d time.Duration) error {
	conn, err := net.DialTimeout("tcp", addr, 20*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Println(int64(p99(conn, time.Second)))
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	fmt.Println(int64(p99(conn, d)))
	return nil
}

// p99 says a line and waits for the answer, again and again. No answer counts
// as one after 20 seconds.
func p99(conn net.Conn, d time.Duration) time.Duration {
	var took []time.Duration
	buf := make([]byte, 16)
	var err error
	for end := time.Now().Add(d); err == nil && time.Now().Before(end); {
		begin := time.Now()
		_ = conn.SetDeadline(begin.Add(20 * time.Second))
		if _, err = conn.Write([]byte("hello\n")); err == nil {
			_, err = conn.Read(buf)
		}
		if took = append(took, time.Since(begin)); err != nil {
			return 20 * time.Second
		}
		time.Sleep(2 * time.Millisecond)
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}
