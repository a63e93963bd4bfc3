//go:build unix

package kernel_test

import (
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
)

// Strict mode finds methods that are called on a foreign goroutine.
func TestStrictFindsForeignGoroutines(t *testing.T) {
	methods := map[string]func(k *kernel.Kernel, id kernel.ID){
		"Post":              func(k *kernel.Kernel, id kernel.ID) { _ = k.Post(id, "x") },
		"Yield":             func(k *kernel.Kernel, id kernel.ID) { k.Yield("x") },
		"Call":              func(k *kernel.Kernel, id kernel.ID) { _, _ = k.Call(id, "x") },
		"Delay":             func(k *kernel.Kernel, id kernel.ID) { _ = k.Delay("x", time.Second) },
		"AlarmRemoveAll":    func(k *kernel.Kernel, id kernel.ID) { k.AlarmRemoveAll() },
		"AliasSet":          func(k *kernel.Kernel, id kernel.ID) { _ = k.AliasSet("x") },
		"Signal":            func(k *kernel.Kernel, id kernel.ID) { _ = k.Signal(id, "x") },
		"RefcountIncrement": func(k *kernel.Kernel, id kernel.ID) { _, _ = k.RefcountIncrement(id, "x") },
		"SelectRead": func(k *kernel.Kernel, id kernel.ID) {
			_ = k.SelectRead(kernel.FromSource(nil, "x"), "x")
		},
	}
	for name, call := range methods {
		t.Run(name, func(t *testing.T) {
			k := kernel.New(kernel.Options{Strict: true})
			var thrown any
			start(t, k, states{"_start": func(e kernel.Event) {
				k.Yield("go", e.Session)
			}, "go": func(e kernel.Event) {
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer func() { thrown = recover() }()
					call(k, e.Session)
				}()
				<-done
			}})
			require.NoError(t, k.Run())
			err, _ := thrown.(error)
			require.ErrorIs(t, err, kernel.ErrForeignGoroutine)
		})
	}
}

// Strict mode finds a delay without a unit.
func TestStrictFindsDelaysWithoutUnit(t *testing.T) {
	k := kernel.New(kernel.Options{Strict: true})
	start(t, k, states{"_start": func(e kernel.Event) {
		assert.PanicsWithError(t, `kernel: Delay(tick): a delay of 5ns: multiply by a unit, as in 5*time.Second: kernel: invalid argument`,
			func() { _ = k.Delay("tick", 5) })
		assert.Panics(t, func() { _ = k.DelayAdd("tick", 999) })
		assert.Panics(t, func() { _, _ = k.DelaySet("tick", 1) })
		assert.NoError(t, k.Delay("tick", time.Microsecond))
	}, "tick": func(kernel.Event) {}})
	require.NoError(t, k.Run())
}

// A second function for one child process does not take the first one's place.
func TestOneFunctionForAChild(t *testing.T) {
	k := kernel.New()
	var got []string
	start(t, k, states{"_start": func(e kernel.Event) {
		cmd := exec.Command("true")
		require.NoError(t, cmd.Start())
		pid, h := cmd.Process.Pid, k.Host()
		first := func(kernel.Event, kernel.WaitStatus) { got = append(got, "first") }
		require.NoError(t, h.SigChildFunc(pid, "first", first))
		require.ErrorIs(t, h.SigChildFunc(pid, "second", func(kernel.Event, kernel.WaitStatus) { got = append(got, "second") }), syscall.EBUSY)
		require.NoError(t, h.TrackChild(pid, func(kernel.WaitStatus) { got = append(got, "tracked") }))
		require.ErrorIs(t, h.TrackChild(pid, func(kernel.WaitStatus) { got = append(got, "again") }), syscall.EBUSY)
	}})
	require.NoError(t, k.Run())
	require.ElementsMatch(t, []string{"first", "tracked"}, got)
}

// A handle which the system refuses to watch again is polled until it is watched.
func TestPlainWatcherSurvivesRefusal(t *testing.T) {
	k := kernel.New()
	var p [2]int
	require.NoError(t, unix.Pipe(p[:]))
	defer unix.Close(p[1])
	h, err := kernel.FD(p[0])
	require.NoError(t, err)
	defer h.Close()
	var got []byte
	var refused func() int
	begun := false
	start(t, k, states{"_start": func(e kernel.Event) {
		require.NoError(t, k.SelectRead(h, "read"))
		k.Delay("late", 30*time.Second)
		_, err := unix.Write(p[1], []byte("a"))
		require.NoError(t, err)
	}, "read": func(e kernel.Event) {
		if !begun { // a paused handle leaves the system when it is reported again
			begun = true
			k.SelectPauseRead(h)
			k.Delay("resume", 10*time.Millisecond)
			return
		}
		buf := make([]byte, 8)
		switch n, err := h.Read(buf); err {
		case nil:
			if got = append(got, buf[:n]...); len(got) < 3 {
				_, err := unix.Write(p[1], []byte{"abc"[len(got)]})
				require.NoError(t, err)
			}
		case kernel.ErrWouldBlock:
		default:
			require.Equal(t, io.EOF, err)
		}
		if len(got) == 3 {
			k.SelectClear(h)
			k.DelayClear("late")
		}
	}, "resume": func(kernel.Event) {
		refused = k.RefuseToWatch(2, syscall.ENOSPC)
		k.SelectResumeRead(h)
	}, "late": func(kernel.Event) {
		t.Error("the watcher hangs")
		k.SelectClear(h)
	}})
	require.NoError(t, k.Run())
	require.Equal(t, "abc", string(got))
	require.Equal(t, 2, refused())
}

func TestStrerror(t *testing.T) {
	for text, err := range map[string]error{
		"Broken pipe": syscall.EPIPE, "Connection refused": syscall.ECONNREFUSED, "Text file busy": syscall.ETXTBSY,
		"Unknown error 41": syscall.Errno(41), "": io.EOF,
	} {
		require.Equal(t, text, (&kernel.OpError{Op: "write", Err: err}).Strerror())
	}
}
