package kernel_test

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// loops are the names of all loops that this system has.
func loops() []string {
	switch runtime.GOOS {
	case "linux":
		return []string{"epoll", "portable"}
	case "darwin", "dragonfly", "freebsd", "netbsd", "openbsd":
		return []string{"kqueue", "portable"}
	}
	return []string{"portable"}
}

// onLoops runs a test with a kernel of each loop. A warning fails it.
func onLoops(t *testing.T, test func(t *testing.T, k *kernel.Kernel)) {
	for _, loop := range loops() {
		t.Run(loop, func(t *testing.T) {
			var warnings bytes.Buffer
			test(t, kernel.New(kernel.Options{Loop: loop, Logger: slog.New(slog.NewTextHandler(&warnings, nil))}))
			assert.Empty(t, warnings.String())
			noGoroutines(t)
		})
	}
}

// noGoroutines waits until no goroutine serves a handle any more: all of them
// are closed.
func noGoroutines(t *testing.T) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		left := servant.Find(stacks)
		if left == nil {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s still runs:\n%s", left, stacks)
		}
	}
}

var servant = regexp.MustCompile(`source\.\(\*(Stream|Acceptor|Packets)\)\.\w+`)

// runSession makes a session and runs the kernel until it is gone. The time limit is
// for tests that fail by waiting forever.
func runSession(t *testing.T, k *kernel.Kernel, funcs session.Funcs) {
	t.Helper()
	_, err := session.Inline(k, funcs)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	require.NoError(t, k.RunContext(ctx))
}

// turns lets a number of turns go by, with yields of the active session, which
// must have a handler made of this.
func turns(n int, then func(e kernel.Event)) kernel.Handler {
	return func(e kernel.Event) {
		if n--; n >= 0 {
			e.Kernel.Yield(e.Name)
			return
		}
		then(e)
	}
}

// It is one also for a kernel that never has to wait.
func TestUnknownLoopIsAnError(t *testing.T) {
	for name, run := range map[string]func(*kernel.Kernel) error{
		"Run": (*kernel.Kernel).Run,
		"RunOneTimeslice": func(k *kernel.Kernel) error {
			_, err := k.RunOneTimeslice()
			return err
		},
	} {
		k := kernel.New(kernel.Options{Loop: "carrier pigeon"})
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("never") },
			"never":  func(kernel.Event) { t.Error(name, "dispatched an event") },
		})
		require.NoError(t, err)
		assert.ErrorContains(t, run(k), `no loop named "carrier pigeon"`, name)
	}
}

// The environment names the loop of a kernel whose options do not.
func TestLoopOfTheEnvironment(t *testing.T) {
	t.Setenv("POE_LOOP", "carrier pigeon")
	for loop, fails := range map[string]bool{"": true, "portable": false} {
		k := kernel.New(kernel.Options{Loop: loop})
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Delay("end", time.Millisecond) },
			"end":    func(kernel.Event) {},
		})
		require.NoError(t, err)
		if err := k.Run(); fails {
			assert.ErrorContains(t, err, `no loop named "carrier pigeon"`)
		} else {
			assert.NoError(t, err)
		}
	}
}

// Many goroutines post while timers of many lengths make the loop sleep now
// forever, now not at all, now for a moment: whatever is lost hangs the test.
func TestNoWakeUpIsLost(t *testing.T) {
	const goroutines, posts = 8, 2000
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		pipe := newWatched(t)
		var wg sync.WaitGroup
		got, ticks := 0, 0
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				e.Kernel.AliasSet("sink")
				require.NoError(t, e.Kernel.SelectRead(pipe, "readable")) // so that the loop is a real one
				for g := range goroutines {
					wg.Go(func() { postMany(k, g, posts) })
				}
				e.Kernel.Yield("tick")
			},
			"tick": func(e kernel.Event) {
				if ticks++; got < goroutines*posts {
					e.Kernel.Delay("tick", time.Duration(ticks%5)*300*time.Microsecond)
				}
			},
			"post": func(e kernel.Event) {
				if got++; got == goroutines*posts {
					e.Kernel.DelayClear("tick")
					e.Kernel.SelectClear(pipe)
				} else if got%7 == 0 {
					e.Kernel.DelayClear("tick") // from here on only posts can wake the loop
				} else if got%5 == 0 {
					e.Kernel.Delay("tick", time.Millisecond)
				}
			},
			"readable": func(kernel.Event) { t.Error("nothing was written") },
		})
		wg.Wait()
		assert.Equal(t, goroutines*posts, got)
	})
}

// postMany posts now in bursts, now after having let others run.
func postMany(k *kernel.Kernel, g, n int) {
	for i := range n {
		k.Outside().Post(kernel.Alias("sink"), "post")
		if (i+g)%64 == 0 {
			runtime.Gosched()
		}
	}
}

// The round trip of one goroutine: each post finds the loop asleep or about to
// fall asleep, which is where a wake-up is lost most easily.
func TestEveryRoundTripComesBack(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) { roundTrips(t, k, 5000) })
}

func BenchmarkWakeUp(b *testing.B) {
	for _, loop := range loops() {
		b.Run(loop, func(b *testing.B) {
			b.ReportAllocs()
			roundTrips(b, kernel.New(kernel.Options{Loop: loop}), b.N)
		})
	}
}

func roundTrips(t testing.TB, k *kernel.Kernel, n int) {
	pipe := newWatched(t)
	back := make(chan struct{})
	var wg sync.WaitGroup
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.AliasSet("echo"))
			require.NoError(t, e.Kernel.SelectRead(pipe, "readable"))
			wg.Go(func() {
				for range n {
					k.Outside().Post(kernel.Alias("echo"), "ping")
					<-back
				}
				k.Outside().Post(kernel.Alias("echo"), "end")
			})
		},
		"ping":     func(kernel.Event) { back <- struct{}{} },
		"end":      func(e kernel.Event) { e.Kernel.SelectClear(pipe) },
		"readable": func(kernel.Event) { t.Error("nothing was written") },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	wg.Wait()
}

// newWatched makes a handle that can be watched and does not become readable.
func newWatched(t testing.TB) *kernel.Handle {
	read, write, err := kernel.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() {
		read.Close()
		write.Close()
	})
	return read
}

// One byte goes through a pipe and back through another, in turns of the same
// kernel.
func BenchmarkPipePingPong(b *testing.B) {
	for _, loop := range loops() {
		b.Run(loop, func(b *testing.B) {
			b.ReportAllocs()
			k := kernel.New(kernel.Options{Loop: loop})
			there, in, err := kernel.Pipe()
			require.NoError(b, err)
			back, out, err := kernel.Pipe()
			require.NoError(b, err)
			n, buf := b.N, make([]byte, 1)
			_, err = session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					e.Kernel.SelectRead(there, "pong")
					e.Kernel.SelectRead(back, "ping")
					in.Write(buf)
				},
				"pong": func(kernel.Event) { there.Read(buf); out.Write(buf) },
				"ping": func(e kernel.Event) {
					back.Read(buf)
					if n--; n > 0 {
						in.Write(buf)
						return
					}
					for _, h := range []*kernel.Handle{there, in, back, out} {
						h.Close()
					}
				},
			})
			require.NoError(b, err)
			require.NoError(b, k.Run())
		})
	}
}

// What a watched pipe costs while nothing happens, and what a connection served
// by a goroutine does.
func BenchmarkIdleHandle(b *testing.B) {
	for _, loop := range loops() {
		for _, kind := range []string{"pipe", "net.Pipe"} {
			b.Run(loop+"/"+kind, func(b *testing.B) {
				b.ReportMetric(idleCost(b, kernel.New(kernel.Options{Loop: loop}), makers[kind]), "B/pair")
			})
		}
	}
}

func idleCost(b *testing.B, k *kernel.Kernel, make func(testing.TB) ends) float64 {
	const n = 400
	var before, after runtime.MemStats
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var all []ends
			runtime.GC()
			runtime.ReadMemStats(&before)
			for range n {
				p := make(b)
				require.NoError(b, e.Kernel.SelectRead(p.read, "readable"))
				all = append(all, p)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			for _, p := range all {
				p.close()
			}
		},
	})
	require.NoError(b, err)
	require.NoError(b, k.Run())
	return float64(after.HeapAlloc+after.StackInuse-before.HeapAlloc-before.StackInuse) / n
}
