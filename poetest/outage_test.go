package poetest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/recording"
)

// The worked example of docs/replay.md: a server that counts the lines of its clients
// and closes a connection after an empty one. It hangs up on a client whose CR and LF
// come apart.

// ends are the ends of a line, with the fault and without it.
var (
	anyEnd = regexp.MustCompile(`\r\n?|\n`)
	aLF    = regexp.MustCompile(`\r?\n`)
)

// startCounter starts the server.
func startCounter(k *kernel.Kernel, end *regexp.Regexp) *servertcp.Listener {
	lines := 0
	l, err := servertcp.Listen(k, servertcp.Config{
		Address: "127.0.0.1", Alias: "counter",
		ClientFilter: func() filter.Filter { return filter.Must(filter.NewLine(filter.LineConfig{InputRegexp: end})) },
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			if line == "" {
				c.Shutdown()
				return
			}
			lines++
			c.PutText(fmt.Sprint(lines))
		}),
		ClientDisconnected: func(c *servertcp.Client) { _ = c.Post(kernel.Alias("counter"), "shutdown") },
	})
	if err != nil {
		panic(err)
	}
	return l
}

// recordOutage records the server with a client whose second line comes in two parts,
// and returns how many lines were counted.
func recordOutage(t *testing.T, end *regexp.Regexp) (file string, counted int) {
	file = filepath.Join(t.TempDir(), "outage.rec")
	f, err := os.Create(file)
	require.NoError(t, err)
	defer f.Close()
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: f}})
	addr := startCounter(k, end).Addr().String()
	done := make(chan int)
	go func() { done <- talkInParts(addr) }()
	require.NoError(t, k.Run())
	return file, <-done
}

// talkInParts is the client. It sends a part when the one before has been counted.
func talkInParts(addr string) (counted int) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return -1
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for _, part := range []string{"one\r\n", "two\r\nthree\r", "\nfour\r\n", "\r\n"} {
		if _, err := io.WriteString(conn, part); err != nil {
			return counted
		}
		if part == "two\r\nthree\r" {
			_, _ = in.ReadString('\n') // of two; of three it may or may not come now
			counted++
			continue
		}
		if _, err := in.ReadString('\n'); err != nil {
			return counted
		}
		counted++
	}
	return counted
}

// replayCounter replays the server.
func replayCounter(t *testing.T, file string, end *regexp.Regexp) recording.Result {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	replay := &kernel.Replay{From: f}
	k := kernel.New(kernel.Options{Replay: replay})
	startCounter(k, end)
	_ = k.Run() // what has come of it is in the result
	return replay.Result()
}

func TestOutage(t *testing.T) {
	file, _ := recordOutage(t, anyEnd)

	// 1. The fault is in the recording, and it is the program's own.
	result := replayCounter(t, file, anyEnd)
	require.NoError(t, result.Err)
	require.True(t, result.Equal && result.Whole)
	t.Logf("equal, %d events", result.Events)

	// 2. What was read before the connection was closed.
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var list bytes.Buffer
	require.NoError(t, recording.List(f, &list))
	for _, line := range regexp.MustCompile(`(?m)^.*reads "(.*)$`).FindAllString(list.String(), -1) {
		t.Log(line)
	}
	require.Contains(t, list.String(), `reads "two\r\nthree\r"`)
	require.Contains(t, list.String(), `reads "\nfour`)

	// 3. The mended program parts where a line was counted whose end had not come.
	parted := replayCounter(t, file, aLF)
	require.ErrorAs(t, parted.Err, new(*recording.Divergence))
	t.Log(parted.Err)
	require.ErrorContains(t, parted.Err, "other bytes: the check differs")

	// 4. A new recording is kept as the test.
	file, counted := recordOutage(t, aLF)
	require.GreaterOrEqual(t, counted, 3)
	poetest.Replay(t, file, func(k *kernel.Kernel) { startCounter(k, aLF) })
}
