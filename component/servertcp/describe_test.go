package servertcp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// do runs f on the kernel's goroutine.
func (r *running) do(f func()) {
	r.t.Helper()
	require.NoError(r.t, r.k.Outside().Do(r.t.Context(), func(*kernel.Kernel) { f() }))
}

// until waits until f, on the kernel's goroutine, returns true: what an operation does
// it does by events.
func (r *running) until(f func() bool) {
	r.t.Helper()
	require.Eventually(r.t, func() (done bool) {
		r.do(func() { done = f() })
		return done
	}, time.Minute, time.Millisecond)
}

// A server that was paused accepts nobody until it resumes, with the limit that it had.
func TestOperations(t *testing.T) {
	r := run(t, servertcp.Config{MaxClients: 3})
	p := r.dial()
	p.send("first\n")
	p.want("first")
	r.do(func() {
		assert.Equal(t, []string{"pause", "stop listening", "drain", "close"}, r.l.Operations())
		require.NoError(t, r.l.Operate("pause"))
		assert.Equal(t, []string{"resume", "stop listening", "drain", "close"}, r.l.Operations())
		assert.ErrorContains(t, r.l.Operate("dance"), "dance")
	})
	r.until(func() bool { return r.l.Concurrency == 0 })
	second := r.dial() // waits in the system's queue
	second.send("second\n")
	p.send("still here\n")
	p.want("still here")
	assert.EqualValues(t, 1, r.stats().Accepted)
	r.do(func() { require.NoError(t, r.l.Operate("resume")) })
	second.want("second")
	r.until(func() bool { return r.l.Concurrency == 3 })
	r.do(func() {
		require.NoError(t, r.l.Operate("close"))
	})
	for _, x := range []*peer{p, second} {
		x.wantEnd()
	}
	r.wait()
}

// A limit that the program sets while the server is paused is what holds.
func TestPauseIsOverruled(t *testing.T) {
	r := run(t, servertcp.Config{})
	r.do(func() { require.NoError(t, r.l.Operate("pause")) })
	r.k.Outside().Post(r.l.ID(), "set_concurrency", 5)
	r.until(func() bool { return r.l.Concurrency == 5 })
	r.do(func() {
		assert.Equal(t, 5, r.l.Concurrency)
		assert.Equal(t, []string{"pause", "stop listening", "drain", "close"}, r.l.Operations())
		require.NoError(t, r.l.Operate("stop listening"))
	})
	r.wait()
}
