package servertcp_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
)

// load is a server that answers lines until it has answered all of them, and then
// shuts down. What it answers is made by reply.
func load(t *testing.T, k *kernel.Kernel, lines int, reply func(c *servertcp.Client, n int, line string)) net.Addr {
	n := 0
	server, err := servertcp.New(k, servertcp.Config{
		Alias: "echo", Address: "127.0.0.1", ListenQueue: 1024,
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			n++
			reply(c, n, line)
			if n == lines {
				c.Kernel.Post(kernel.Alias("echo"), "shutdown")
			}
		}),
	})
	require.NoError(t, err)
	return server.Addr()
}

func answerSame(c *servertcp.Client, _ int, line string) { c.Put(line) }

// recordLoad records the server while many clients talk to it at once.
func recordLoad(t *testing.T, loop string, clients, lines int) []byte {
	t.Helper()
	var file bytes.Buffer
	k := kernel.New(kernel.Options{Loop: loop, Recording: &kernel.Recording{Writer: &file}})
	addr := load(t, k, clients*lines, answerSame).String()
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			conn, err := net.Dial("tcp", addr)
			if !assert.NoError(t, err) {
				return
			}
			defer conn.Close()
			text := strings.Repeat(fmt.Sprintf("line of client %d\n", c), lines/2)
			answers := bufio.NewReader(conn)
			for range 2 {
				if _, err := conn.Write([]byte(text)); !assert.NoError(t, err) {
					return
				}
				for range lines / 2 {
					if _, err := answers.ReadString('\n'); !assert.NoError(t, err) {
						return
					}
				}
			}
		})
	}
	require.NoError(t, k.Run())
	all.Wait()
	return file.Bytes()
}

// replayLoad replays the recording with a server that answers by reply.
func replayLoad(t *testing.T, file []byte, lines int, reply func(c *servertcp.Client, n int, line string)) (recording.Result, error) {
	t.Helper()
	replay := &kernel.Replay{From: bytes.NewReader(file)}
	k := kernel.New(kernel.Options{Replay: replay})
	load(t, k, lines, reply)
	err := k.Run()
	return replay.Result(), err
}

func TestReplayOfAServerUnderLoad(t *testing.T) {
	clients, lines := 1000, 100
	if testing.Short() {
		clients, lines = 50, 20
	}
	for _, loop := range []string{"", "portable"} {
		file := recordLoad(t, loop, clients, lines)
		for range 10 {
			result, err := replayLoad(t, file, clients*lines, answerSame)
			require.NoError(t, err)
			require.True(t, result.Equal && result.Whole, "%+v", result)
			require.Greater(t, result.Events, uint64(clients))
		}
		t.Logf("%d bytes of recording, %.1f for each line", len(file), float64(len(file))/float64(clients*lines))
	}
}

// A handler that answers one line in another way is found by the very event that
// writes the answer, and one that ends a connection by the event which then
// differs.
func TestReplayOfAChangedServerParts(t *testing.T) {
	const clients, lines = 20, 50
	file := recordLoad(t, "", clients, lines)
	for name, changed := range map[string]func(c *servertcp.Client, n int, line string){
		"another answer": func(c *servertcp.Client, n int, line string) {
			if n == 500 {
				line = strings.ToUpper(line)
			}
			c.Put(line)
		},
		"one connection less": func(c *servertcp.Client, n int, line string) {
			c.Put(line)
			if n == 500 {
				c.Shutdown()
			}
		},
		"an event more": func(c *servertcp.Client, n int, line string) {
			c.Put(line)
			if n == 500 {
				c.Kernel.Yield("unexpected")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := replayLoad(t, file, clients*lines, changed)
			var d *recording.Divergence
			require.ErrorAs(t, err, &d)
			require.False(t, result.Equal)
			again, err2 := replayLoad(t, file, clients*lines, changed)
			require.Equal(t, err.Error(), err2.Error(), "it parts at the same place each time")
			require.Equal(t, result.Events, again.Events)
			switch name {
			case "another answer":
				require.Contains(t, d.Asked, "writes ")
				require.Contains(t, d.Recorded, "other bytes")
			case "an event more":
				// With a timer pending, queueing an event reads the clock: that is
				// the first thing which the recording does not have, and it happens
				// in the handler that was changed.
				require.Contains(t, d.Asked, "clock")
				// Without one, the clock is read after the handler.
				require.True(t, d.Handler == "" || strings.Contains(d.Handler, "readable"), d.Handler)
			}
		})
	}
}
