package inspect_test

import (
	"fmt"
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
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
)

func TestMain(m *testing.M) {
	kerneltest.BePeers()
	os.Exit(m.Run())
}

// stopwatch has the times of the slices of a request.
type stopwatch struct {
	mu                sync.Mutex
	processor, passed []time.Duration
}

// measure runs what is done on the kernel's goroutine.
func (s *stopwatch) measure(do func()) {
	runtime.LockOSThread() // whose time is taken
	defer runtime.UnlockOSThread()
	began, used := time.Now(), threadTime()
	do()
	cpu, wall := threadTime()-used, time.Since(began)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.processor, s.passed = append(s.processor, cpu), append(s.passed, wall)
}

// row is a line of the table.
func (s *stopwatch) row(path string, answered time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.processor)
	slices.Sort(s.passed)
	at := func(d []time.Duration, q int) time.Duration { return d[(len(d)-1)*q/100].Round(time.Microsecond) }
	return fmt.Sprintf("%-22s %6d %9v %9v %9v %9v %9v %9v", path, len(s.processor), at(s.processor, 50), at(s.processor, 99), at(s.processor, 100),
		at(s.passed, 99), at(s.passed, 100), answered.Round(100*time.Microsecond))
}

// crowdRounds is how often each request of TestCrowd is made.
const crowdRounds = 5

// All that the pages ask for of a kernel with many sessions and connections is done in
// short slices. The numbers are logged: processor time of the kernel's thread, which
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
	var s stopwatch
	defer inspect.Measure(s.measure)()
	var address string
	p := start(t, inspect.Config{Sample: 64}, false, timersOf(1000), crowd(n), func(k *kernel.Kernel) {
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
	connections := min(n/10, int(limit.Cur)-200)
	kerneltest.Connect(t, connections, address)
	require.Eventually(t, func() bool {
		var servers struct{ Total int }
		p.get("servers", &servers)
		return servers.Total == connections
	}, 2*time.Minute, 100*time.Millisecond)
	t.Logf("%d sessions, %d connections, %d times each", n, connections, crowdRounds)
	t.Logf("%-22s %6s %9s %9s %9s %9s %9s %9s", "", "slices", "CPU p50", "CPU p99", "CPU max", "time p99", "time max", "answered")
	for _, path := range append([]string{"overview", "events", "latency", "problems"}, lists...) {
		s.processor, s.passed = nil, nil
		began := time.Now()
		for range crowdRounds {
			var v any
			p.get(path, &v)
		}
		if len(s.processor) > 0 {
			t.Log(s.row(path, time.Since(began)/crowdRounds))
		}
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
