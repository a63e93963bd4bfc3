package kernel_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What comes from a stranger with arguments of the wrong type is refused, on
// every way in, and ends nothing.
func TestUntrustedEventsAreRefused(t *testing.T) {
	var dead []kernel.DeadLetter
	var warned log
	k := newKernel(kernel.Options{
		Logger:     slog.New(&warned),
		DeadLetter: func(d kernel.DeadLetter) { dead = append(dead, d) },
	})
	var seen log
	id := start(t, k, states{
		"_start": alias("server"),
		"add":    func(e kernel.Event) { e.Return(kernel.Arg[int64](e, 0) + 1) },
		"outer": func(e kernel.Event) {
			_, err := k.Call(e.Session, "add", e.Args...) // a plain function call: part of the handler
			seen.Add("never", err)
		},
		"bug": func(kernel.Event) { panic("a mistake of our own") },
	})
	to := kernel.Untrusted(kernel.Alias("server"))
	start(t, k, states{
		"_start": func(kernel.Event) { k.Yield("go") },
		"go": func(e kernel.Event) {
			for _, args := range [][]any{{}, {"text"}, {int64(1)}} {
				require.NoError(t, k.Post(to, "add", args...))
			}
			require.NoError(t, k.Post(kernel.Untrusted(id), "outer", 1.5))
			k.Outside().Post(to, "add", "from outside")
			v, err := k.Call(to, "add", int64(41))
			require.NoError(t, err)
			seen.Add("call gave", v)
			_, err = k.Call(to, "add", 41)
			var wrong *kernel.ArgError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, "int", wrong.Got)
			_, err = k.CallList(to, "add")
			require.ErrorAs(t, err, &wrong)
			_, err = k.Call(kernel.Untrusted(kernel.Alias("nobody")), "add")
			require.ErrorIs(t, err, kernel.ErrNoSession)
			assert.Contains(t, err.Error(), "nobody")
			require.ErrorIs(t, k.Post(kernel.Untrusted(kernel.Alias("nobody")), "add"), kernel.ErrNoSession)
			k.Yield("end")
		},
		"end": func(kernel.Event) { k.Yield("stop") }, // lets what came from outside arrive
		"stop": func(kernel.Event) {
			seen.Add("all are alive")
			k.Stop()
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"call gave 42", "all are alive"}, seen.All())
	require.Len(t, dead, 6)
	for _, d := range dead {
		var wrong *kernel.ArgError
		require.True(t, errors.As(d.Err, &wrong), "%v", d)
		assert.False(t, d.Unhandled)
	}
	assert.True(t, warned.Contains("event refused: wrong arguments event=add session=1 (server)"), "%q", warned.All())
}

func TestUntrustedEventsBetweenKernelsAreRefused(t *testing.T) {
	var refused []error
	far := newKernel(kernel.Options{Logger: slog.New(slog.DiscardHandler), DeadLetter: func(d kernel.DeadLetter) { refused = append(refused, d.Err) }})
	id := held(t, far, states{"add": func(e kernel.Event) {
		defer far.Yield("quit")
		_ = kernel.Arg[int](e, 0)
	}})
	k := newKernel()
	start(t, k, states{"_start": func(e kernel.Event) {
		require.NoError(t, far.Outside().PostFrom(e.Session, kernel.Untrusted(id), "add", "no number"))
	}})
	require.NoError(t, k.Run())
	require.NoError(t, far.Run())
	require.Len(t, refused, 1)
	assert.ErrorContains(t, refused[0], `event "add" argument 0 is string, want int`)
}

// Other exceptions, and the wrong arguments of events from within the program,
// are mistakes of the program's own.
func TestOnlyTheArgumentsOfUntrustedEventsAreRefused(t *testing.T) {
	for name, send := range map[string]func(k *kernel.Kernel){
		"a bug in an untrusted event's handler": func(k *kernel.Kernel) { _ = k.Post(kernel.Untrusted(kernel.Alias("server")), "bug") },
		"a trusted event":                       func(k *kernel.Kernel) { _ = k.Post(kernel.Alias("server"), "add", "text") },
	} {
		t.Run(name, func(t *testing.T) {
			k := newKernel()
			start(t, k, states{
				"_start": alias("server"),
				"add":    func(e kernel.Event) { _ = kernel.Arg[int](e, 0) },
				"bug":    func(kernel.Event) { panic("a mistake") },
			})
			send(k)
			var thrown *kernel.HandlerError
			require.ErrorAs(t, k.Run(), &thrown)
		})
	}
}
