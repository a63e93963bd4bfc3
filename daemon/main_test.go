//go:build unix

package daemon_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const roleVar = "POE_DAEMON_TEST_ROLE"

// roles are the programs that tests start this binary as.
var roles = map[string]func(args []string) error{
	"pidfile": rolePIDFile, "drop": roleDrop, "capture": roleCapture, "detach": roleDetach,
	"life": roleLife, "activated": roleActivated, "pool": rolePool, "replayed": roleReplayed, "upgrade": roleUpgrade,
}

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := roles[role](os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// process is a program of this binary that a test has started.
type process struct {
	*exec.Cmd
	t     *testing.T
	lines *bufio.Reader
	stdin io.WriteCloser
}

func command(role string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	// Under the race detector programs would sleep for a second at their end.
	c.Env = append(os.Environ(), roleVar+"="+role, "GORACE=atexit_sleep_ms=0")
	return c
}

// start starts this binary in a role; the test's end kills it.
func start(t *testing.T, role string, args ...string) *process {
	t.Helper()
	return startCommand(t, command(role, args...))
}

func startCommand(t *testing.T, c *exec.Cmd) *process {
	t.Helper()
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	in, err := c.StdinPipe()
	require.NoError(t, err)
	c.Stderr = os.Stderr
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		if c.ProcessState == nil {
			c.Process.Kill()
			c.Wait()
		}
	})
	return &process{Cmd: c, t: t, lines: bufio.NewReader(out), stdin: in}
}

// line reads one line of output.
func (p *process) line() string {
	p.t.Helper()
	s, err := p.lines.ReadString('\n')
	require.NoError(p.t, err, "after %q", s)
	return strings.TrimSuffix(s, "\n")
}

// until reads lines up to one with that beginning.
func (p *process) until(prefix string) string {
	p.t.Helper()
	for {
		if s := p.line(); strings.HasPrefix(s, prefix) {
			return s
		}
	}
}

// rest reads what is left and waits for the end.
func (p *process) rest() (string, error) {
	p.t.Helper()
	out, err := io.ReadAll(p.lines)
	require.NoError(p.t, err)
	return string(out), p.Wait()
}

// waitForInput keeps a role alive until the test closes its input.
func waitForInput() { io.Copy(io.Discard, os.Stdin) }
