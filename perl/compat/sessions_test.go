//go:build linux

package compat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
)

// echo is the heap of a connection to the echo server.
type echo struct {
	compat.Connection
	lines int
}

// caller is the heap of the client.
type caller struct {
	compat.Connected
	log []string
}

// TestServerAndClient: the components keep the heaps of their sessions.
func TestServerAndClient(t *testing.T) {
	var ended []string
	client := &caller{}
	listening := &compat.Listening{}
	server := compat.Create(compat.ServerTCP{
		Alias: "server", Address: "127.0.0.1", Port: 0, ListenerHeap: listening, ClientHeap: func() any { return &echo{} },
		Started: compat.On(func(h *compat.Listening, _ *compat.Event) {
			compat.Create(compat.ClientTCP{
				RemoteAddress: "127.0.0.1", RemotePort: h.Listener.LocalPort(), Heap: client, ConnectTimeout: 60,
				Connected:    compat.On(func(h *caller, _ *compat.Event) { h.Server.Put("one", "two") }),
				ConnectError: compat.On(func(h *caller, e *compat.Event) { h.log = append(h.log, e.Text(2)) }),
				ServerInput: compat.On(func(h *caller, e *compat.Event) {
					h.log = append(h.log, e.Text(0))
					if len(h.log) == 2 {
						e.Kernel.Yield("shutdown")
					}
				}),
				Disconnected: compat.On(func(h *caller, _ *compat.Event) { h.log = append(h.log, "disconnected") }),
				InlineStates: compat.States{"unused": compat.Handler(func(*compat.Event) {})},
			})
		}),
		ClientConnected: compat.On(func(h *echo, _ *compat.Event) { require.NotNil(t, h.Client) }),
		ClientInput: compat.On(func(h *echo, e *compat.Event) {
			h.lines++
			h.Client.Put(perl.Join(" ", h.lines, e.Text(0), h.RemoteIP))
		}),
		ClientDisconnected: compat.On(func(h *echo, e *compat.Event) {
			ended = append(ended, perl.Join(" ", h.lines, listening.Connections))
			perl.Call(e.Kernel, "post", "server", "shutdown")
		}),
	})
	require.Positive(t, perl.Int(server))
	compat.RunKernel()
	require.Equal(t, []string{"1 one 127.0.0.1", "2 two 127.0.0.1", "disconnected"}, client.log)
	require.Len(t, ended, 1)
}

// TestMachine: a machine of POE::NFA goes through its states.
func TestMachine(t *testing.T) {
	var log []string
	state := func(f func(e *compat.Event)) *perl.Code {
		return compat.Handler(func(e *compat.Event) {
			log = append(log, e.State())
			f(e)
		})
	}
	m := perl.Call("POE::NFA", "spawn", "runstate", perl.NewHash("n", 1), "inline_states", perl.NewHash(
		"initial", perl.NewHash("begin", state(func(e *compat.Event) { perl.Do(e.This(), "goto_state", "busy", "enter", 7) })),
		"busy", perl.NewHash(
			"enter", state(func(e *compat.Event) {
				log = append(log, "n is "+str(e.HeapHash().Get("n"))+", argument "+e.Text(0), str(perl.Call(e.This(), "get_current_state")))
				perl.Do(e.This(), "stop")
			}),
		),
	))
	perl.Do(m, "goto_state", "initial", "begin")
	compat.RunKernel()
	require.Equal(t, []string{"initial", "busy", "n is 1, argument 7", "busy"}, log)
}

// TestHeapOfAnotherType: a handler that gets the heap of another session dies.
func TestHeapOfAnotherType(t *testing.T) {
	failed := ""
	compat.Create(compat.Session{Heap: &heap{}, States: compat.States{
		"_start": compat.Handler(func(e *compat.Event) {
			e.Kernel.Sig("DIE", "died")
			e.Kernel.Yield("wrong")
		}),
		"wrong": compat.On(func(*caller, *compat.Event) { t.Error("it runs") }),
		"died": compat.Handler(func(e *compat.Event) {
			failed = str(perl.H(e.Arg(1)).Get("error_str"))
			e.Kernel.SigHandled()
		}),
	}})
	compat.RunKernel()
	require.Contains(t, failed, "the heap of wrong is a *compat_test.heap")
}

// TestArguments: an event has its arguments in all forms, and what POE passes with them.
func TestArguments(t *testing.T) {
	compat.Create(compat.Session{Args: perl.NewArray("3x", nil), Heap: perl.NewHash("k", 1), States: compat.States{
		"_start": compat.Handler(func(e *compat.Event) {
			require.Equal(t, 3, e.Int(0))
			require.Equal(t, 3.0, e.Number(0))
			require.Equal(t, "3x", compat.Seen[string](e, 0))
			require.Nil(t, e.Arg(1))
			require.Equal(t, "", e.Text(9))
			require.Equal(t, 12, e.Len())
			require.Equal(t, []any{"3x", nil}, e.All()[10:])
			require.Equal(t, "_start", e.State())
			require.Same(t, compat.Kernel(), e.From())
			require.Equal(t, 1, e.HeapHash().Get("k"))
			require.Equal(t, "", e.CallerFile())
			require.Equal(t, 0, e.CallerLine())
			require.False(t, perl.Try(func() { compat.Seen[int](e, 0) }))
			require.Contains(t, str(perl.EvalError), "ARG0 of _start is a text")
			require.False(t, perl.Try(func() { compat.Recorded[int]("k", nil) }))
			require.Contains(t, str(perl.EvalError), "k becomes undef")
			require.Equal(t, 4, compat.Recorded[int]("k", 4))
			compat.Call(e.Session, "called", 1)
			e.Kernel.Yield("called", 2)
		}),
		"called": compat.Handler(func(e *compat.Event) {
			require.Equal(t, "_start", e.CallerState())
			require.Equal(t, perl.Void, e.Want())
			require.Equal(t, perl.L(1), e.List(func() []any { return perl.L(1) }))
		}),
	}})
	compat.RunKernel()
}

// TestDestinations: what programs name a session by.
func TestDestinations(t *testing.T) {
	compat.Create(compat.Session{States: compat.States{"_start": compat.Handler(func(e *compat.Event) {
		require.Equal(t, kernel.Dest(e.Session), compat.Dest(e.Session))
		require.Equal(t, kernel.Dest(e.Session), compat.Dest(int(e.Session.Number())))
		require.Equal(t, kernel.Dest(e.Session), compat.Dest(perl.Str(int(e.Session.Number()))))
		require.Equal(t, kernel.Dest(e.Kernel.ID()), compat.Dest(e.Kernel))
		require.Equal(t, kernel.Dest(e.Kernel.ID()), compat.Dest(str(perl.Call(e.Kernel, "ID"))))
		require.Equal(t, kernel.Dest(kernel.Alias("name")), compat.Dest("name"))
		require.Equal(t, kernel.Dest(kernel.ID{}), compat.Dest(nil))
	})}})
	compat.RunKernel()
}

// TestWrongSessions: what POE refuses dies, or warns, in its words.
func TestWrongSessions(t *testing.T) {
	for want, f := range map[string]func(){
		"odd number of events/handlers":          func() { perl.Call("POE::Session", "create", "heap") },
		"unknown POE::Session parameter: other":  func() { perl.Call("POE::Session", "create", "other", 1) },
		"inline state for 'x' needs a CODE":      func() { perl.Call("POE::Session", "create", "inline_states", perl.NewHash("x", 1)) },
		"inline_states does not refer to a hash": func() { perl.Call("POE::Session", "create", "inline_states", perl.NewArray()) },
		"has an odd number of elements":          func() { perl.Call("POE::Session", "create", "package_states", perl.NewArray("Own")) },
		"options for POE::Session constructor":   func() { perl.Call("POE::Session", "create", "options", 1) },
		"The _signal event is deprecated": func() {
			perl.Call("POE::Session", "create", "inline_states", perl.NewHash("_signal", compat.Handler(nil)))
		},
	} {
		require.False(t, perl.Try(f), want)
		require.Contains(t, str(perl.EvalError), want)
	}
	warned := ""
	restore := perl.Local(&perl.WarnHook, any(perl.NewCode("", func(_ perl.Want, args ...any) []any { warned = str(args[0]); return nil })))
	defer restore()
	perl.Call("POE::Session", "create", "inline_states", perl.NewHash("x", compat.Handler(func(*compat.Event) {})))
	require.Contains(t, warned, "no '_start' state")
}

// TestDeath: an exception of a handler ends the kernel, and goes on outside.
func TestDeath(t *testing.T) {
	compat.Create(compat.Session{States: compat.States{"_start": compat.Handler(func(e *compat.Event) { e.Kernel.Yield("fail") }),
		"fail": compat.Handler(func(*compat.Event) { perl.Throw(perl.NewHash("code", 5)) })}})
	require.False(t, perl.Try(compat.RunKernel))
	require.Equal(t, 5, perl.H(perl.EvalError).Get("code"))
}
