package sim_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// failing is a test of which a failure is expected.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Helper()      {}
func (f *failing) Name() string { return "TestIt/part" }
func (f *failing) Fatal(args ...any) {
	f.said = fmt.Sprint(args...)
	runtime.Goexit()
}
func (f *failing) Fatalf(format string, args ...any) { f.Fatal(fmt.Sprintf(format, args...)) }
func (f *failing) Errorf(format string, args ...any) { f.said += fmt.Sprintf(format, args...) }

// runFailing runs worlds of which one should fail, and returns what is said.
func runFailing(t *testing.T, c sim.Config, build func(w *sim.World)) string {
	t.Setenv("SIM_SEEDS", "")
	t.Setenv("SIM_SEED", "")
	t.Setenv("TMPDIR", t.TempDir()) // for recordings
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		sim.Run(f, c, build)
	}()
	<-done
	return f.said
}

// idle is a program that does nothing.
func idle(h *sim.Host) {
	_, err := session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("tick") },
		"tick":   func(e kernel.Event) { _ = e.Kernel.Delay("tick", time.Second) },
	})
	if err != nil {
		panic(err)
	}
}

// Of many faults the report has only those that are needed.
func TestAFailingSeedIsShrunk(t *testing.T) {
	said := runFailing(t, sim.Config{Seeds: 5, First: 7, Duration: 5 * time.Minute, Faults: sim.Hostile()}, func(w *sim.World) {
		a := w.Host("a", idle)
		w.Host("b", idle)
		w.Always("a starts only once", func() error {
			if a.Lives() > 1 {
				return errors.New("it did again")
			}
			return nil
		})
	})
	require.Contains(t, said, "sim: seed 7 fails after")
	require.Contains(t, said, "a starts only once: it did again")
	require.Contains(t, said, "SIM_SEED=7 go test -run '^TestIt$/^part$'")
	require.Contains(t, said, "it also fails with 1 of its ")
	faults := said[strings.Index(said, "it also fails"):strings.Index(said, "  its hosts are recorded")]
	require.Equal(t, 2, strings.Count(faults, "\n"), faults)
	require.Contains(t, faults, "crash of a")
}

func TestWhatBreaksAWorld(t *testing.T) {
	start := func(h *sim.Host, f func(k *kernel.Kernel)) {
		_, err := session.Inline(h.Kernel, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("go") },
			"go":     func(e kernel.Event) { f(e.Kernel) },
		})
		if err != nil {
			panic(err)
		}
	}
	for name, c := range map[string]struct {
		build func(w *sim.World)
		want  string
	}{
		"an exception": {func(w *sim.World) {
			w.Host("a", func(h *sim.Host) { start(h, func(*kernel.Kernel) { panic("oh") }) })
		}, "the kernel of a has ended"},
		"the last session stops": {func(w *sim.World) {
			w.Host("a", func(h *sim.Host) { start(h, func(*kernel.Kernel) {}) })
		}, "the last session of a has stopped"},
		"it spins": {func(w *sim.World) {
			w.Host("a", func(h *sim.Host) { start(h, func(k *kernel.Kernel) { k.Yield("go") }) })
		}, "a spins"},
		"eventually": {func(w *sim.World) {
			w.Host("a", idle)
			w.Eventually("peace", func() error { return errors.New("never") })
		}, "peace: never"},
		"a panic while it is built": {func(w *sim.World) { panic("no world") }, "no world"},
		"what is not repeatable": {func(w *sim.World) {
			now := time.Now()
			w.Host("a", idle)
			w.After(time.Second, func() { w.Logf("%v", now) })
		}, "seed 0 does not do the same twice"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, runFailing(t, sim.Config{Shrink: -1}, c.build), c.want)
		})
	}
}

func TestSometimes(t *testing.T) {
	said := runFailing(t, sim.Config{Seeds: 20, Duration: time.Second}, func(w *sim.World) {
		w.Host("a", idle)
		w.Sometimes("seed 3", w.Seed() == 3)
		w.Sometimes("seed 30", w.Seed() == 30)
	})
	require.Equal(t, `sim: "seed 30" has not happened with any of 20 seeds`, said)
}

// talk is a pair of ends of one connection, read and written by the test itself.
type talk struct {
	w          *sim.World
	a, b       *sim.Host
	near, far  *kernel.Handle
	err        error
	listening  *kernel.Handle
	unanswered bool
}

// connect makes a connection from a to b when the world runs.
func connect(w *sim.World) *talk {
	k := &talk{w: w, unanswered: true}
	k.a = w.Host("a", idle)
	k.b = w.Host("b", func(h *sim.Host) {
		idle(h)
		k.listening, _ = h.Listen(1)
	})
	k.a.Dial("b", 1, func(h *kernel.Handle, err error) { k.near, k.err, k.unanswered = h, err, false })
	return k
}

// at does something at a time.
func (k *talk) at(d time.Duration, do func()) { k.w.After(d-k.w.Now(), do) }

func (k *talk) accept() {
	var err error
	if k.far, _, err = k.listening.Accept(); err != nil {
		panic(err)
	}
}

// read reads all that is there.
func read(h *kernel.Handle) (text string, err error) {
	buf := make([]byte, 1000)
	for {
		n, err := h.Read(buf)
		text += string(buf[:n])
		if err != nil {
			return text, err
		}
	}
}

func write(h *kernel.Handle, text string) (int, error) { return h.Write([]byte(text)) }

func world(t *testing.T, c sim.Config, build func(w *sim.World)) {
	t.Helper()
	c.Check = -1
	sim.Run(t, c, build)
}

func TestAConnection(t *testing.T) {
	world(t, sim.Config{Net: sim.Net{Latency: 100 * time.Millisecond, Buffer: 10}}, func(w *sim.World) {
		k := connect(w)
		k.at(99*time.Millisecond, func() {
			_, _, err := k.listening.Accept()
			assert.ErrorIs(t, err, kernel.ErrWouldBlock)
		})
		k.at(150*time.Millisecond, func() {
			assert.True(t, k.unanswered)
			k.accept()
			n, err := write(k.far, "hello, world")
			assert.Equal(t, 10, n)
			assert.ErrorIs(t, err, kernel.ErrWouldBlock)
		})
		k.at(210*time.Millisecond, func() {
			_, err := read(k.near)
			assert.ErrorIs(t, err, kernel.ErrWouldBlock)
		})
		k.at(260*time.Millisecond, func() {
			text, err := read(k.near)
			assert.Equal(t, "hello, wor", text)
			assert.ErrorIs(t, err, kernel.ErrWouldBlock)
			n, err := write(k.far, "ld")
			assert.Equal(t, 2, n)
			assert.NoError(t, err)
			assert.NoError(t, k.far.CloseWrite())
		})
		k.at(400*time.Millisecond, func() {
			text, err := read(k.near)
			assert.Equal(t, "ld", text)
			assert.ErrorIs(t, err, io.EOF)
			_, err = write(k.near, "unread")
			assert.NoError(t, err)
		})
		k.at(600*time.Millisecond, func() { assert.NoError(t, k.far.Close()) }) // with input unread
		k.at(750*time.Millisecond, func() {
			_, err := write(k.near, "x")
			assert.ErrorIs(t, err, syscall.ECONNRESET)
		})
	})
}

func TestNoConnection(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(k *talk)
		want    syscall.Errno
		at      time.Duration
	}{
		"no listener":  {func(k *talk) { k.listening.Close() }, syscall.ECONNREFUSED, time.Second},
		"a partition":  {func(k *talk) { k.w.Partition(k.a, k.b) }, syscall.ETIMEDOUT, 2 * time.Minute},
		"a crash":      {func(k *talk) { k.b.Crash(-1) }, syscall.ETIMEDOUT, 2 * time.Minute},
		"crash, start": {func(k *talk) { k.b.Crash(5 * time.Second) }, 0, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, sim.Config{Duration: 3 * time.Minute}, func(w *sim.World) {
				k := connect(w)
				c.prepare(k)
				k.at(c.at, func() {
					assert.False(t, k.unanswered)
					if c.want == 0 {
						assert.NoError(t, k.err)
						return
					}
					assert.ErrorIs(t, k.err, c.want)
				})
			})
		})
	}
}

// What becomes of a connection whose other end is gone.
func TestBrokenConnections(t *testing.T) {
	for name, c := range map[string]struct {
		wreck  func(k *talk)
		want   error
		within time.Duration
	}{
		"partition":       {func(k *talk) { k.w.Partition(k.a, k.b) }, syscall.ETIMEDOUT, 2 * time.Minute},
		"partition, heal": {func(k *talk) { k.w.Partition(k.a, k.b); k.w.After(20*time.Second, func() { k.w.Heal(k.a, k.b) }) }, nil, 30 * time.Second},
		"crash":           {func(k *talk) { k.b.Crash(-1) }, syscall.ETIMEDOUT, 2 * time.Minute},
		"crash, start":    {func(k *talk) { k.b.Crash(time.Second) }, syscall.ECONNRESET, 5 * time.Second},
		"kill":            {func(k *talk) { k.b.Kill(-1) }, syscall.ECONNRESET, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, sim.Config{Duration: 5 * time.Minute}, func(w *sim.World) {
				k := connect(w)
				k.at(time.Second, func() {
					k.accept()
					c.wreck(k)
					_, err := write(k.near, "are you there?")
					if !errors.Is(c.want, syscall.ECONNRESET) {
						assert.NoError(t, err)
					}
				})
				k.at(time.Second+c.within, func() {
					_, err := read(k.near)
					if c.want != nil {
						assert.ErrorIs(t, err, c.want)
						return
					}
					assert.ErrorIs(t, err, kernel.ErrWouldBlock)
					text, _ := read(k.far)
					assert.Equal(t, "are you there?", text)
				})
			})
		})
	}
}

// A connection over which nothing is sent breaks when its peer is gone.
func TestKeepAlive(t *testing.T) {
	world(t, sim.Config{Duration: 10 * time.Minute}, func(w *sim.World) {
		k := connect(w)
		k.at(time.Second, func() { k.accept(); k.b.Crash(-1) })
		k.at(30*time.Second, func() {
			_, err := read(k.near)
			assert.ErrorIs(t, err, kernel.ErrWouldBlock)
		})
		k.at(6*time.Minute, func() {
			_, err := read(k.near)
			assert.ErrorIs(t, err, syscall.ETIMEDOUT)
		})
	})
}

func TestBandwidth(t *testing.T) {
	world(t, sim.Config{Net: sim.Net{Bandwidth: 1000}}, func(w *sim.World) {
		k := connect(w)
		k.at(time.Second, func() {
			k.accept()
			for range 5 {
				_, err := k.far.Write(make([]byte, 1000))
				assert.NoError(t, err)
			}
		})
		k.at(3500*time.Millisecond, func() {
			text, _ := read(k.near)
			assert.Len(t, text, 2000)
		})
		k.at(6100*time.Millisecond, func() {
			text, _ := read(k.near)
			assert.Len(t, text, 3000)
		})
	})
}

func TestDisk(t *testing.T) {
	torn := map[int]bool{}
	world(t, sim.Config{Seeds: 20, Duration: time.Second}, func(w *sim.World) {
		h := w.Host("a", idle)
		d := h.Disk
		require.NoError(t, d.Append("log", []byte("kept ")))
		require.NoError(t, d.Sync("log"))
		require.NoError(t, d.Append("log", []byte("torn")))
		require.NoError(t, d.Replace("state", []byte("1")))
		d.SetFull(true)
		require.ErrorIs(t, d.Replace("state", []byte("2")), syscall.ENOSPC)
		require.ErrorIs(t, d.Append("other", []byte("x")), syscall.ENOSPC)
		h.Crash(0)
		text, err := d.Read("log")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix("kept torn", string(text)))
		require.GreaterOrEqual(t, len(text), 5)
		torn[len(text)] = true
		text, err = d.Read("state")
		require.NoError(t, err)
		require.Equal(t, "1", string(text))
	})
	require.Greater(t, len(torn), 2)
}
