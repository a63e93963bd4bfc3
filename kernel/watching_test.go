package kernel_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func pipe(t *testing.T) (rd, wr *kernel.Handle) {
	rd, wr, err := kernel.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { rd.Close(); wr.Close() })
	return rd, wr
}

func TestWatchersOfOneHandleRunInOrder(t *testing.T) {
	k := newKernel()
	rd, wr := pipe(t)
	var seen log
	for _, name := range []string{"first", "second", "third"} {
		start(t, k, states{
			"_start": func(kernel.Event) { require.NoError(t, k.SelectRead(rd, "readable", name)) },
			"readable": func(e kernel.Event) {
				seen.Add(e.Arg(1), e.Arg(2))
				k.SelectClear(rd, kernel.Read)
			},
		})
	}
	_, err := wr.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"read first", "read second", "read third"}, seen.All())
}

// A handler may take the handle away from those that come after it.
func TestHandleClosedByTheFirstWatcher(t *testing.T) {
	k := newKernel()
	rd, wr := pipe(t)
	served := 0
	for range 3 {
		start(t, k, states{
			"_start":   func(kernel.Event) { require.NoError(t, k.SelectRead(rd, "readable")) },
			"readable": func(kernel.Event) { served++; require.NoError(t, rd.Close()) },
		})
	}
	wr.Close()
	require.NoError(t, k.Run())
	assert.Equal(t, 1, served)
	assert.Equal(t, -1, rd.Fd())
	_, err := rd.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrClosed)
	_, err = rd.Write([]byte("x"))
	assert.ErrorIs(t, err, os.ErrClosed)
	_, _, err = rd.Accept()
	assert.ErrorIs(t, err, os.ErrClosed)
	assert.NoError(t, rd.Close(), "twice is fine")
}

// A descriptor's number is used again at once: what was reported for the old
// handle must not reach the new one.
func TestReadinessNeverReachesTheNextHandle(t *testing.T) {
	k := newKernel()
	a, aw := pipe(t)
	b, bw := pipe(t)
	var next, nextWr *kernel.Handle
	wrong := false
	takeOver := func(kernel.Event) {
		if next != nil {
			return
		}
		old := b.Fd()
		require.NoError(t, b.Close())
		next, nextWr = pipe(t)
		if next.Fd() != old {
			require.Equal(t, old, nextWr.Fd(), "the number is used again")
		}
		require.NoError(t, k.SelectRead(next, "next is readable"))
		require.NoError(t, a.Close())
		k.Delay("enough", time.Millisecond)
	}
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(a, "a or b"))
			require.NoError(t, k.SelectRead(b, "a or b"))
			aw.Close()
			_, err := bw.Write([]byte("x"))
			require.NoError(t, err)
		},
		"a or b": func(e kernel.Event) {
			if e.Arg(0) == a {
				takeOver(e)
			}
		},
		"next is readable": func(kernel.Event) { wrong = true },
		"enough":           func(kernel.Event) { next.Close() },
	})
	require.NoError(t, k.Run())
	assert.False(t, wrong)
}

func TestRegularFilesAreAlwaysReady(t *testing.T) {
	k := newKernel()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("content"), 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	h, err := kernel.File(f)
	require.NoError(t, err)
	var got []byte
	start(t, k, states{
		"_start": func(kernel.Event) { require.NoError(t, k.SelectRead(h, "readable")) },
		"readable": func(kernel.Event) {
			buf := make([]byte, 3)
			n, err := h.Read(buf)
			got = append(got, buf[:n]...)
			if errors.Is(err, io.EOF) {
				require.NoError(t, h.Close())
			}
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, "content", string(got))
	_, err = f.Stat()
	assert.ErrorIs(t, err, os.ErrClosed, "the handle owned the file")
}

func TestPausedHandleKeepsItsSession(t *testing.T) {
	k := newKernel()
	rd, wr := pipe(t)
	reads := 0
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(rd, "readable"))
			require.True(t, k.SelectPauseRead(rd))
			_, err := wr.Write([]byte("x"))
			require.NoError(t, err)
			k.Delay("resume", time.Millisecond)
		},
		"resume":   func(kernel.Event) { assert.Zero(t, reads); assert.True(t, k.SelectResumeRead(rd)) },
		"readable": func(kernel.Event) { reads++; k.SelectClear(rd) },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, 1, reads)
	assert.False(t, k.SelectPauseRead(rd))
	assert.False(t, k.SelectResumeWrite(rd))
	assert.False(t, k.SelectPauseWrite(nil))
}

func TestWatchErrors(t *testing.T) {
	k, other := newKernel(), newKernel()
	rd, _ := pipe(t)
	assert.ErrorIs(t, k.SelectRead(rd, "x"), kernel.ErrNoActiveSession)
	start(t, k, states{"_start": func(kernel.Event) {
		assert.ErrorIs(t, k.SelectRead(nil, "x"), kernel.ErrInvalid)
		assert.ErrorIs(t, k.SelectWrite(rd, ""), kernel.ErrInvalid)
		require.NoError(t, k.Select(rd, "x", "", ""))
		k.SelectClear(nil)
		k.SelectClear(rd, kernel.Expedite)
		start(t, other, states{"_start": func(kernel.Event) {
			assert.ErrorContains(t, other.SelectRead(rd, "x"), "belongs to another kernel")
		}})
		rd.Close()
		assert.ErrorIs(t, k.SelectRead(rd, "x"), os.ErrClosed)
	}})
	require.NoError(t, k.Run())
	_, err := kernel.File(nil)
	assert.ErrorIs(t, err, kernel.ErrInvalid)
}

// Clearing any of many watched handles is one step, not a walk over them.
func TestManyHandlesOfOneSession(t *testing.T) {
	k := newKernel()
	const n = 200
	start(t, k, states{"_start": func(kernel.Event) {
		handles := make([]*kernel.Handle, n)
		for i := range handles {
			handles[i], _ = pipe(t)
			require.NoError(t, k.SelectRead(handles[i], "x"))
		}
		assert.Equal(t, n, k.Stats().Handles)
		for i := range handles {
			k.SelectClear(handles[i*7%n], kernel.Read)
		}
		assert.Zero(t, k.Stats().Handles)
	}})
	require.NoError(t, k.Run())
}
