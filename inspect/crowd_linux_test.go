package inspect_test

import (
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
)

// All that the pages ask for of a kernel with many sessions and connections is done in
// short steps. The numbers are logged: processor time of the kernel's thread, which
// other programs do not disturb, and the time that passed. POE_CROWD sets how many
// sessions there are, and a tenth as many connections; it is 3000 without, and make
// crowd has 100,000.
func TestCrowd(t *testing.T) {
	n := 3000
	if text := os.Getenv("POE_CROWD"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	var mu sync.Mutex
	var processor, passed []time.Duration
	defer inspect.Measure(func(do func()) {
		runtime.LockOSThread() // whose time is taken
		defer runtime.UnlockOSThread()
		began, used := time.Now(), threadTime()
		do()
		cpu, wall := threadTime()-used, time.Since(began)
		mu.Lock()
		processor, passed = append(processor, cpu), append(passed, wall)
		mu.Unlock()
	})()
	var address string
	p := start(t, inspect.Config{Sample: 64}, false, crowd(n), func(k *kernel.Kernel) {
		l, err := servertcp.Listen(k, servertcp.Config{
			Alias: "echo", Address: "127.0.0.1",
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(line) }),
		})
		require.NoError(t, err)
		address = l.Addrs()[0].String()
	})
	t.Cleanup(func() { p.k.Outside().Post(kernel.Alias("echo"), "shutdown") })
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	connections := min(n/10, int(limit.Cur)/2-200) // both ends are in this process
	t.Logf("%d sessions, %d connections", n, connections)
	for range connections {
		c, err := net.Dial("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
	}
	require.Eventually(t, func() bool {
		var servers struct{ Total int }
		p.get("servers", &servers)
		return servers.Total == connections
	}, 2*time.Minute, 100*time.Millisecond)
	for _, path := range []string{"overview", "sessions?limit=500", "top?by=busy", "top?find=crowd", "growth", "servers", "nodes", "handles?limit=500", "queue?limit=500", "timers?limit=500", "session?n=1", "problems", "latency", "events"} {
		mu.Lock()
		processor, passed = nil, nil
		mu.Unlock()
		began := time.Now()
		var v any
		p.get(path, &v)
		mu.Lock()
		if len(processor) > 0 {
			slices.Sort(processor)
			slices.Sort(passed)
			at99 := func(d []time.Duration) time.Duration { return d[(len(d)-1)*99/100].Round(time.Microsecond) }
			t.Logf("%-22s %5d steps, processor p99 %-8v max %-8v, passed p99 %-8v max %-8v; answered after %v", path, len(processor),
				at99(processor), processor[len(processor)-1].Round(time.Microsecond), at99(passed), passed[len(passed)-1].Round(time.Microsecond), time.Since(began).Round(time.Millisecond))
		}
		mu.Unlock()
	}
}

// threadTime is the processor time that the calling thread has used.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}
