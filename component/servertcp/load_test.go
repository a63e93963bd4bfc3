package servertcp_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// echoServer makes a server that answers every line with itself and shuts down
// when told to by its alias.
func echoServer(t *testing.T, k *kernel.Kernel, c servertcp.Config) *servertcp.Listener {
	t.Helper()
	c.Alias, c.Address = "echo", "127.0.0.1"
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) })
	l, err := servertcp.Listen(k, c)
	require.NoError(t, err)
	return l
}

// A thousand clients at once, each sending a hundred lines in pieces cut at
// random: nothing is lost, nothing changes its place.
func TestThousandClients(t *testing.T) {
	const clients, lines = 1000, 100
	before, files := runtime.NumGoroutine(), openFiles(t)
	k := kernel.New()
	l := echoServer(t, k, servertcp.Config{})
	addr := l.Addr().String()

	var all sync.WaitGroup
	errs := make(chan error, clients)
	for n := range clients {
		all.Go(func() {
			if err := talk(addr, n, lines); err != nil {
				errs <- fmt.Errorf("client %d: %w", n, err)
			}
		})
	}
	go func() {
		all.Wait()
		k.Outside().Post(kernel.Alias("echo"), "shutdown")
	}()
	require.NoError(t, k.Run())
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	require.Zero(t, k.Stats().Sessions)
	requireGoroutines(t, before)
	require.Equal(t, files, openFiles(t), "a descriptor is left")
}

// requireGoroutines waits until no more than n goroutines are left: those that
// have been told to end may not have had their turn.
func requireGoroutines(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > n; runtime.Gosched() {
		if time.Now().After(end) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, want %d\n%s", runtime.NumGoroutine(), n, buf[:runtime.Stack(buf, true)])
		}
	}
}

// openFiles counts the process's descriptors, where the system shows them.
func openFiles(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(t, err)
	return len(list)
}

// talk sends lines in random pieces and checks what comes back.
func talk(addr string, n, lines int) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	random := rand.New(rand.NewPCG(uint64(n), 1))
	var text []byte
	for i := range lines {
		text = fmt.Appendf(text, "client %d line %d %0*d\n", n, i, random.IntN(40), 0)
	}
	sent := make(chan error, 1)
	go func() {
		for rest := text; len(rest) > 0; {
			cut := min(1+random.IntN(200), len(rest))
			if _, err := conn.Write(rest[:cut]); err != nil {
				sent <- err
				return
			}
			rest = rest[cut:]
		}
		sent <- nil
	}()
	back := bufio.NewReader(conn)
	for want := text; len(want) > 0; {
		line, err := back.ReadBytes('\n')
		if err != nil {
			return err
		}
		end := len(line) - 1 // the answer ends in CR LF
		if end > len(want) || string(line[:len(line)-2]) != string(want[:end-1]) {
			return fmt.Errorf("got %q, want %q", line, want[:min(end, len(want))])
		}
		want = want[end:]
	}
	return <-sent
}

// A peer that resets in the middle of a line disturbs nobody.
func TestResetDisturbsNobody(t *testing.T) {
	k := kernel.New()
	failed := make(chan error, 1)
	l := echoServer(t, k, servertcp.Config{
		ClientError: func(c *servertcp.Client, err *kernel.OpError) {
			select {
			case failed <- err:
			default:
			}
		},
	})
	addr := l.Addr().String()
	done := make(chan error, 1)
	go func() {
		defer k.Outside().Post(kernel.Alias("echo"), "shutdown")
		good, err := net.Dial("tcp", addr)
		if err != nil {
			done <- err
			return
		}
		defer good.Close()
		bad, err := net.Dial("tcp", addr)
		if err != nil {
			done <- err
			return
		}
		fmt.Fprint(bad, "half a li")
		bad.(*net.TCPConn).SetLinger(0)
		bad.Close()
		<-failed
		fmt.Fprint(good, "still here\n")
		line, err := bufio.NewReader(good).ReadString('\n')
		if err == nil && line != "still here\r\n" {
			err = fmt.Errorf("got %q", line)
		}
		done <- err
	}()
	require.NoError(t, k.Run())
	require.NoError(t, <-done)
}

// The port of a second server is in use: New tells its Error callback, Listen
// the caller.
func TestPortInUse(t *testing.T) {
	k := kernel.New()
	l := echoServer(t, k, servertcp.Config{})
	taken := l.Addr().(*net.TCPAddr).Port
	input := servertcp.Input(func(*servertcp.Client, string) {})
	_, err := servertcp.Listen(k, servertcp.Config{Address: "127.0.0.1", Port: taken, ClientInput: input})
	var op *kernel.OpError
	require.ErrorAs(t, err, &op)
	require.Equal(t, "bind", op.Op)

	var order []string
	_, err = servertcp.New(k, servertcp.Config{
		Alias: "second", Address: "127.0.0.1", Port: taken, ClientInput: input,
		Started: func(*servertcp.Listener) { order = append(order, "started") },
		Error: func(l *servertcp.Listener, err *kernel.OpError) {
			order = append(order, "error "+err.Op)
			for _, alias := range []kernel.Alias{"echo", "second"} {
				require.NoError(t, l.Kernel.Post(alias, "shutdown"))
			}
		},
		Stopped: func(*servertcp.Listener) { order = append(order, "stopped") },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, []string{"started", "error bind", "stopped"}, order)
}
