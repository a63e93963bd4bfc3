package cookbook_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a step may take before the test gives up.
const patience = 20 * time.Second

// step is one line of a script: "ann > hello" says it, "ann < hello" hears it;
// "connects", "closes", "ends" (hears the end), "is interrupted", "stops". The
// log is a file to which "log >" adds and which "rotates". "program gets"
// begins a script whose program takes other arguments than port 0 and the port
// of the upstream server; LOG stands for the log's name.
type step struct {
	line    int
	who, do string
	text    string
}

func readScript(t *testing.T, file string) []step {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var steps []step
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		who, rest, _ := strings.Cut(line, " ")
		s := step{line: i + 1, who: who, do: rest}
		if len(rest) > 1 && (rest[0] == '<' || rest[0] == '>') {
			s.do, s.text = rest[:1], rest[2:]
		}
		steps = append(steps, s)
	}
	return steps
}

// stage is where a script is played: a program and its visitors.
type stage struct {
	t        *testing.T
	cmd      *exec.Cmd
	output   chan string // the program's lines
	addr     string
	log      string
	upstream *upstream
	visitors map[string]*visitor
}

type visitor struct {
	conn  net.Conn
	lines *bufio.Scanner
}

// play starts a program and plays a script to it.
func play(t *testing.T, steps []step, command ...string) {
	s := &stage{t: t, upstream: newUpstream(t), output: make(chan string, 100), visitors: map[string]*visitor{}}
	s.log = filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(s.log, []byte("a line from before\n"), 0o644))
	args := []string{"0", fmt.Sprint(s.upstream.port())}
	if list, ok := strings.CutPrefix(steps[0].do, "gets "); ok {
		args, steps = strings.Fields(strings.Replace(list, "LOG", s.log, 1)), steps[1:]
	}
	s.cmd = exec.Command(command[0], append(command[1:], args...)...)
	var complaints bytes.Buffer
	s.cmd.Stderr = &complaints
	stdout, err := s.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, s.cmd.Start())
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	go func() {
		defer close(s.output)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			s.output <- lines.Text()
		}
	}()
	s.addr = strings.TrimPrefix(s.line(), "listening on ")
	for _, st := range steps {
		require.NoError(t, s.step(st), "line %d of the script: %s %s %s", st.line, st.who, st.do, st.text)
	}
	for line := range s.output {
		t.Errorf("the program said more: %s", line)
	}
	assert.NoError(t, s.cmd.Wait(), "the program's exit")
	assert.Empty(t, complaints.String(), "standard error")
}

// line is the program's next line.
func (s *stage) line() string {
	select {
	case line, ok := <-s.output:
		if !ok {
			return "(the program has ended)"
		}
		return line
	case <-time.After(patience):
		return "(nothing)"
	}
}

func (s *stage) step(st step) error {
	switch {
	case st.who == "upstream" && st.do == "stops":
		return s.upstream.Close()
	case st.who == "program" && st.do == "is interrupted":
		return s.cmd.Process.Signal(syscall.SIGINT)
	case st.who == "program" && st.do == "<":
		return differ(st.text, s.line())
	case st.who == "log" && st.do == ">":
		return s.append(st.text + "\n")
	case st.who == "log" && st.do == "rotates":
		return s.rotate()
	case st.do == "connects":
		return s.connect(st.who)
	}
	v := s.visitors[st.who]
	if v == nil {
		return fmt.Errorf("%s has not connected", st.who)
	}
	if err := v.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	switch st.do {
	case ">":
		_, err := fmt.Fprintf(v.conn, "%s\n", st.text)
		return err
	case "<":
		if !v.lines.Scan() {
			return fmt.Errorf("heard no more: %v", v.lines.Err())
		}
		return differ(st.text, v.lines.Text())
	case "ends":
		if v.lines.Scan() {
			return fmt.Errorf("heard %q", v.lines.Text())
		}
		return v.lines.Err()
	case "closes":
		return v.conn.Close()
	}
	return fmt.Errorf("no such step")
}

func (s *stage) append(text string) error {
	f, err := os.OpenFile(s.log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}

// rotate puts an empty log in the place of the old one, which gets another name.
func (s *stage) rotate() error {
	if err := os.Link(s.log, s.log+".1"); err != nil {
		return err
	}
	fresh := s.log + ".new"
	if err := os.WriteFile(fresh, nil, 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, s.log)
}

func (s *stage) connect(who string) error {
	conn, err := net.DialTimeout("tcp", s.addr, patience)
	if err != nil {
		return err
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	s.visitors[who] = &visitor{conn, bufio.NewScanner(conn)}
	return nil
}

func differ(want, got string) error {
	if want != got {
		return fmt.Errorf("heard %q", got)
	}
	return nil
}

// upstream is a server for proxies: it repeats lines, and hangs up when told.
type upstream struct{ net.Listener }

func newUpstream(t *testing.T) *upstream {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go repeat(conn)
		}
	}()
	return &upstream{l}
}

func (u *upstream) port() int { return u.Addr().(*net.TCPAddr).Port }

func repeat(conn net.Conn) {
	defer conn.Close()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if lines.Text() == "hang up" {
			return
		}
		fmt.Fprintf(conn, "you said %s\n", lines.Text())
	}
}
