package nodetest

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

// Child is a node in a process of its own: the test's binary, started again.
type Child struct {
	// Addr is where it can be reached, as it has reported by [Announce].
	Addr string
	// Process is for sending signals.
	Process *os.Process

	in  io.WriteCloser
	out *bufio.Reader
}

// Spawn starts a child with more in its environment, by which its TestMain
// finds out what to be, and waits until it has announced its address. It is
// killed at the end of the test.
func Spawn(t testing.TB, env ...string) *Child {
	t.Helper()
	return SpawnUnder(t, nil, env...)
}

// SpawnUnder is Spawn by another program, which is given the child's as its last
// argument.
func SpawnUnder(t testing.TB, program []string, env ...string) *Child {
	t.Helper()
	args := append(program[:len(program):len(program)], os.Args[0])
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	c := &Child{Process: cmd.Process, in: in, out: bufio.NewReader(out)}
	t.Cleanup(c.Kill)
	line, err := c.out.ReadString('\n')
	require.NoError(t, err)
	c.Addr = strings.TrimSpace(strings.TrimPrefix(line, announcement))
	return c
}

// Kill ends a child at once. It may have ended already. One that runs under
// another program notices that its input has ended.
func (c *Child) Kill() {
	_ = c.Process.Kill() // before it can notice the end of its input, and end in order
	_ = c.in.Close()
	_, _ = c.Process.Wait()
}

// Quit ends a child in order: its [AwaitQuit] returns.
func (c *Child) Quit(t testing.TB) {
	t.Helper()
	require.NoError(t, c.in.Close())
	state, err := c.Process.Wait()
	require.NoError(t, err)
	require.True(t, state.Success(), "%v", state)
}

// Tell writes a line to a child that reads its input, and waits until it has
// answered with one.
func (c *Child) Tell(t testing.TB, what any) {
	t.Helper()
	_, err := fmt.Fprintln(c.in, what)
	require.NoError(t, err)
	_, err = c.out.ReadString('\n')
	require.NoError(t, err)
}

const announcement = "ADDR "

// Announce is for the child: it reports where it can be reached.
func Announce(addr string) { fmt.Println(announcement + addr) }

// AwaitQuit is for the child: it returns when the test wants it to quit, or is
// over.
func AwaitQuit() { _, _ = io.Copy(io.Discard, os.Stdin) }
