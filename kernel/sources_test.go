package kernel_test

import (
	"errors"
	"io"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A kernel that sleeps in its loop for handles is woken by every door.
func TestOutsideWakesAKernelThatWatchesHandles(t *testing.T) {
	const goroutines, rounds = 8, 100
	k := newKernel()
	rd, _ := pipe(t)
	total := 0
	held(t, k, states{
		"watch": func(kernel.Event) { assert.NoError(t, k.SelectRead(rd, "never")) },
		"note":  func(kernel.Event) { total++ },
		"clear": func(kernel.Event) { k.SelectClear(rd, kernel.Read); k.Yield("quit") },
	})
	wait := run(t, k)
	k.Outside().Post(kernel.Alias("held"), "watch")
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range rounds {
				k.Outside().Post(kernel.Alias("held"), "note")
				// It has slept, or is about to, whenever this comes.
				assert.NoError(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}))
			}
		})
	}
	all.Wait()
	k.Outside().Post(kernel.Alias("held"), "clear")
	require.NoError(t, wait())
	assert.Equal(t, goroutines*rounds, total)
}

// Timers fire while handles are watched, and wake-ups do not disturb them.
func TestTimersOfAKernelThatWatchesHandles(t *testing.T) {
	k := newKernel()
	rd, _ := pipe(t)
	fired := 0
	id := start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(rd, "never"))
			k.Delay("tick", time.Millisecond)
		},
		"tick": func(kernel.Event) {
			if fired++; fired < 20 {
				k.Delay("tick", time.Millisecond)
				return
			}
			k.SelectClear(rd, kernel.Read)
		},
		"noise": func(kernel.Event) {},
	})
	wait := run(t, k)
	for range 1000 {
		k.Outside().Post(id, "noise")
	}
	require.NoError(t, wait())
	assert.Equal(t, 20, fired)
}

// memory is a source that is ready whenever somebody has put something in,
// from whatever goroutine.
type memory struct {
	mu     sync.Mutex
	data   []byte
	wake   func()
	closed bool
}

func (m *memory) Ready() kernel.ReadySet {
	m.mu.Lock()
	defer m.mu.Unlock()
	return kernel.ReadySet{Read: len(m.data) > 0}
}

func (m *memory) Bind(wake func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wake = wake
}

func (m *memory) Read(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := copy(p, m.data)
	m.data = m.data[n:]
	if n == 0 {
		return 0, kernel.ErrWouldBlock
	}
	return n, nil
}

func (m *memory) Write(p []byte) (int, error) {
	m.mu.Lock()
	m.data = append(m.data, p...)
	wake := m.wake
	m.mu.Unlock()
	wake()
	return len(p), nil
}

func (m *memory) Close() error { m.closed = true; return nil }

func TestSources(t *testing.T) {
	k := newKernel()
	m := &memory{}
	h := kernel.FromSource(m, "memory")
	const total = 1000
	received := 0
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(h, "readable"))
			for range 4 {
				go func() {
					for range total / 4 {
						_, _ = m.Write([]byte("x"))
					}
				}()
			}
		},
		"readable": func(kernel.Event) {
			n, err := h.Read(make([]byte, 7))
			require.NoError(t, err)
			if received += n; received == total {
				require.NoError(t, h.Close())
			}
		},
	})
	require.NoError(t, k.Run())
	assert.True(t, m.closed)
	assert.Equal(t, "memory", h.String())
	assert.Equal(t, -1, h.Fd())
	assert.Nil(t, h.LocalAddr())
	assert.ErrorIs(t, h.CloseWrite(), syscall.ENOTSOCK)
	assert.ErrorIs(t, h.CloseRead(), syscall.ENOTSOCK)
}

func TestReleaseLeavesTheSourceOpen(t *testing.T) {
	m := &memory{}
	h := kernel.FromSource(m, "memory")
	h.Release()
	require.NoError(t, h.Close())
	assert.False(t, m.closed)
	_, err := h.Read(nil)
	assert.Error(t, err)
}

func TestTryWriteRunsInTheNextTurn(t *testing.T) {
	k := newKernel()
	_, wr := pipe(t)
	var seen log
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.Host().Watch(wr, kernel.Write, "flush", readyFunc(func(m kernel.Mode) { seen.Add("flush", m) })))
			assert.ErrorContains(t, k.Host().Watch(wr, kernel.Write, "flush", readyFunc(func(kernel.Mode) {})), "already")
			k.Yield("put")
		},
		"put": func(kernel.Event) {
			k.Host().TryWrite(wr)
			k.Host().TryWrite(wr)
			seen.Add("put")
			k.Yield("next")
		},
		"next": func(e kernel.Event) { seen.Add("next"); k.Host().Unwatch(e.Session, wr, kernel.Write) },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"put", "flush write", "next"}, seen.All())
}

func TestDelayFuncAndYieldFunc(t *testing.T) {
	k := newKernel(kernel.Options{Clock: &poetest.Clock{}, Strict: true})
	var seen log
	h := func(e kernel.Event) { seen.Add(e.Name, k.ActiveEvent(), e.Sender == e.Session) }
	assert.Panics(t, func() { _, _ = k.Host().DelayFunc("x", time.Second, h) }, "strict, and nobody is active")
	start(t, k, states{"_start": func(kernel.Event) {
		_, err := k.Host().DelayFunc("later", time.Second, h)
		require.NoError(t, err)
		cancelled, err := k.Host().DelayFunc("never", time.Second, h)
		require.NoError(t, err)
		_, err = k.AlarmRemove(cancelled)
		require.NoError(t, err)
		require.NoError(t, k.Host().YieldFunc("soon", h))
	}})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"soon soon true", "later later true"}, seen.All())
}

func TestOpErrors(t *testing.T) {
	for _, c := range []struct {
		err   *kernel.OpError
		errno syscall.Errno
		text  string
	}{
		{&kernel.OpError{Op: "read", Err: io.EOF}, 0, ""},
		{&kernel.OpError{Op: "connect", Err: syscall.ECONNREFUSED}, syscall.ECONNREFUSED, "connection refused"},
		{&kernel.OpError{Op: "filter", Err: errors.New("bad")}, syscall.EBADMSG, "bad"},
		{&kernel.OpError{Op: "connect", Err: errors.New("odd")}, syscall.EIO, "odd"},
	} {
		assert.Equal(t, c.errno, c.err.Errno(), c.err)
		assert.Equal(t, c.text, c.err.Text())
		assert.ErrorIs(t, c.err, c.err.Err)
		args := c.err.Args("more")
		assert.Equal(t, []any{c.err.Op, int(c.errno), c.text, kernel.WheelID(0), "more"}, args)
	}
	config := &kernel.ConfigError{Package: "servertcp", Field: "Port", Err: io.ErrUnexpectedEOF}
	assert.EqualError(t, config, "servertcp: Port: unexpected EOF")
	assert.ErrorIs(t, config, io.ErrUnexpectedEOF)
}
