package servertcp_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
)

// watchFirst registers a descriptor in the epoll descriptors that were not there
// before, which are those of a kernel.
func watchFirst(t *testing.T, before []int, fd int) {
	t.Helper()
	fds := kerneltest.Epolls(t, before...)
	require.NotEmpty(t, fds)
	for _, epoll := range fds {
		require.NoError(t, unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Fd: 1 << 20}))
	}
}

// A connection that epoll_ctl refuses to watch is the end of that connection
// and of no other, and ClientError gets the call's name. It is refused here
// since the descriptor is registered already.
func TestConnectionThatCannotBeWatched(t *testing.T) {
	t.Setenv("POE_LOOP", "epoll")                  // it is epoll_ctl that refuses
	probe, err := net.Listen("tcp", "127.0.0.1:0") // starts the runtime's own epoll
	require.NoError(t, err)
	require.NoError(t, probe.Close())
	before := kerneltest.Epolls(t)
	refuse := false
	c := servertcp.Config{}
	c.ClientPreConnect = func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle {
		if refuse {
			watchFirst(t, before, h.Fd())
		}
		return h
	}
	told := errorsOf(&c)
	r := run(t, c)
	first := r.dial()
	first.send("one\n")
	first.want("one")
	require.NoError(t, r.k.Outside().Do(t.Context(), func(*kernel.Kernel) { refuse = true }))
	second := r.dial()
	second.wantEnd()
	lost := <-told
	require.Equal(t, "epoll_ctl", lost.Op)
	require.ErrorIs(t, lost, syscall.EEXIST)
	first.send("two\n")
	first.want("two")
	first.Close()
	r.stop()
}

// The same when a wheel has to ask for more than before: here for writing.
func TestConnectionThatCannotBeWatchedAnyMore(t *testing.T) {
	t.Setenv("POE_LOOP", "epoll") // it is epoll_ctl that refuses
	c := servertcp.Config{Limits: servertcp.Limits{Memory: servertcp.Unlimited}}
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		if line == "lose" {
			fd := c.Wheel.InputHandle().Fd()
			for _, epoll := range kerneltest.Epolls(t) { // it is in one of them
				_ = unix.EpollCtl(epoll, unix.EPOLL_CTL_DEL, fd, &unix.EpollEvent{})
			}
			c.Put(strings.Repeat("x", 32<<20))
			return
		}
		c.Put(line)
	})
	told := errorsOf(&c)
	r := run(t, c)
	first, second := r.dial(), r.dial()
	first.send("one\n")
	first.want("one")
	second.send("lose\n")
	lost := <-told
	require.Equal(t, "epoll_ctl", lost.Op)
	require.ErrorIs(t, lost, syscall.ENOENT)
	first.send("two\n")
	first.want("two")
	first.Close()
	r.stop()
}

// A server without an Error callback survives a lack of descriptors: a child
// process with 64 of them, and 100 connections at the same time.
func TestLackOfDescriptors(t *testing.T) {
	if os.Getenv("POE_TEST_FEW_DESCRIPTORS") != "" {
		serveWithFewDescriptors()
		return
	}
	server := exec.Command(os.Args[0], "-test.run", "^TestLackOfDescriptors$")
	server.Env = append(os.Environ(), "POE_TEST_FEW_DESCRIPTORS=1")
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	require.NoError(t, err)
	in, err := server.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	addr, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	addr = strings.TrimSpace(addr)
	var conns []*peer
	for range 100 {
		conns = append(conns, dialTo(t, "tcp", addr))
	}
	conns[0].send("hello\n")
	conns[0].want("hello")
	for _, c := range conns {
		c.Close()
	}
	last := dialTo(t, "tcp", addr)
	last.send("still there\n")
	last.want("still there")
	last.Close()
	require.NoError(t, in.Close())
	require.NoError(t, server.Wait())
}

func serveWithFewDescriptors() {
	die := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	die(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 64, Max: 64}))
	k := kernel.New()
	l, err := servertcp.Listen(k, servertcp.Config{
		Alias: "server", Address: "127.0.0.1",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) }),
	})
	die(err)
	fmt.Println(l.Addr())
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		k.Outside().Post(kernel.Alias("server"), "shutdown")
	}()
	die(k.Run())
	os.Exit(0)
}
