//go:build linux

package compat_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
)

// heap is the heap of the sessions of these tests.
type heap struct {
	wheel, second *compat.Wheel
	log           []string
}

func (h *heap) note(parts ...any) { h.log = append(h.log, perl.Join(" ", parts...)) }

// play runs a session with the handlers until it ends, and returns what they noted.
func play(t *testing.T, handlers map[string]func(h *heap, e *compat.Event)) []string {
	t.Helper()
	h := &heap{}
	states := compat.States{}
	for name, f := range handlers {
		states[name] = compat.On(f)
	}
	states["late"] = compat.On(func(h *heap, e *compat.Event) {
		h.note("too late")
		e.Kernel.Stop()
	})
	start := handlers["_start"]
	states["_start"] = compat.On(func(h *heap, e *compat.Event) {
		perl.Call(e.Kernel, "delay", "late", 60)
		start(h, e)
	})
	compat.Create(compat.Session{States: states, Heap: h})
	compat.RunKernel()
	return h.log
}

func end(h *heap, e *compat.Event) {
	for _, w := range []**compat.Wheel{&h.wheel, &h.second} {
		(*w).Release()
		*w = nil
	}
	perl.Call(e.Kernel, "delay", "late")
}

func socketpair(t *testing.T) (a, b any) {
	t.Helper()
	require.True(t, perl.Socketpair(&a, &b, perl.Constant("AF_UNIX"), perl.Constant("SOCK_STREAM"), 0))
	return a, b
}

// TestReadWrite: lines pass between two wheels, with all that a wheel can be asked.
func TestReadWrite(t *testing.T) {
	log := play(t, map[string]func(*heap, *compat.Event){
		"_start": func(h *heap, _ *compat.Event) {
			a, b := socketpair(t)
			h.wheel = compat.New(compat.ReadWrite{Handle: a, InputEvent: "line", FlushedEvent: "flushed", ErrorEvent: "error", HighMark: 20, LowMark: 2, LowEvent: "low"})
			h.second = compat.New(compat.ReadWrite{Handle: b, Filter: perl.Call("POE::Filter::Line", "new"), InputEvent: "echo", ErrorEvent: "error"})
			require.NotEqual(t, h.wheel.ID(), h.second.ID())
			h.note(h.wheel.PerlClass(), h.wheel.Put("one", "two"), h.wheel.OutOctets())
			h.note("full", h.wheel.Put(strings.Repeat("x", 30)))
		},
		"flushed": func(h *heap, e *compat.Event) { h.note("flushed", perl.If(e.Int(0) == h.wheel.ID(), "own", "other")) },
		"low":     func(h *heap, _ *compat.Event) { h.note("low") },
		"echo": func(h *heap, e *compat.Event) {
			h.note("got", e.Text(0))
			if e.Text(0) == "two" {
				h.second.PauseInput()
				h.second.ResumeInput()
				h.second.Put("back")
			}
		},
		"line": func(h *heap, e *compat.Event) {
			h.note("line", e.Text(0), perl.RefType(perl.Call(h.wheel, "get_input_filter")))
			perl.Do(h.wheel, "event", "InputEvent", "other")
			perl.Do(h.wheel, "set_filter", perl.Call("POE::Filter::Stream", "new"))
			h.second.Put("again")
		},
		"other": func(h *heap, e *compat.Event) {
			h.note("other", e.Text(0))
			h.wheel.ShutdownOutput()
		},
		"error": func(h *heap, e *compat.Event) {
			h.note(e.Text(0), e.Int(1), e.Text(2))
			h.second.ShutdownInput()
			end(h, e)
		},
	})
	require.Equal(t, "POE::Wheel::ReadWrite 0 10", log[0])
	require.Equal(t, "full 1", log[1])
	for _, want := range []string{"flushed own", "low", "got one", "got two", "got " + strings.Repeat("x", 30), "line back POE::Filter::Line", "other again\r\n", "read 0 "} {
		require.Contains(t, log, want)
	}
	require.NotContains(t, log, "too late")
}

// TestSocketFactory: a wheel listens, another connects, a third is refused.
func TestSocketFactory(t *testing.T) {
	port := 0
	log := play(t, map[string]func(*heap, *compat.Event){
		"_start": func(h *heap, _ *compat.Event) {
			h.wheel = compat.New(compat.SocketFactory{BindAddress: "127.0.0.1", BindPort: 0, Reuse: 1, SuccessEvent: "accepted", FailureEvent: "failed"})
			port = h.wheel.LocalPort()
			h.second = compat.New(compat.SocketFactory{RemoteAddress: "127.0.0.1", RemotePort: port, SuccessEvent: "connected", FailureEvent: "failed"})
		},
		"accepted": func(h *heap, e *compat.Event) {
			h.note("accepted from", perl.InetNtoa(e.Text(1)))
			perl.Do(h.wheel, "pause_accept")
			perl.Do(h.wheel, "resume_accept")
			h.wheel.Release()
			h.wheel = nil
			perl.Close(e.Arg(0))
			h.second = h.second.Replace(compat.New(compat.SocketFactory{RemoteAddress: "127.0.0.1", RemotePort: port, SuccessEvent: "connected", FailureEvent: "failed"}))
		},
		"connected": func(h *heap, e *compat.Event) {
			h.note("connected", perl.If(perl.Int(e.Arg(2)) == port, "there", "elsewhere"))
		},
		"failed": func(h *heap, e *compat.Event) {
			h.note(e.Text(0), e.Text(2))
			end(h, e)
		},
	})
	require.Contains(t, log, "accepted from 127.0.0.1")
	require.Contains(t, log, "connect Connection refused")
	require.NotContains(t, log, "too late")
}

// TestRun: a program is written to, read and ends.
func TestRun(t *testing.T) {
	log := play(t, map[string]func(*heap, *compat.Event){
		"_start": func(h *heap, e *compat.Event) {
			h.wheel = compat.New(compat.Run{Program: perl.NewArray("sh", "-c", "read x; echo \"got $x\"; echo wrong >&2; exit 3"), StdoutEvent: "out", StderrEvent: "err", CloseEvent: "closed", StdinEvent: "flushed"})
			perl.Call(e.Kernel, "sig_child", h.wheel.PID(), "ended")
			h.wheel.Put("text")
		},
		"flushed": func(h *heap, _ *compat.Event) { h.note("flushed") },
		"out":     func(h *heap, e *compat.Event) { h.note("out", e.Text(0)) },
		"err":     func(h *heap, e *compat.Event) { h.note("err", e.Text(0)) },
		"closed":  func(h *heap, _ *compat.Event) { h.note("closed") },
		"ended": func(h *heap, e *compat.Event) {
			h.note(e.Text(0), perl.WEXITSTATUS(e.Arg(2)))
			perl.Call(e.Kernel, "delay", "late")
			perl.Call(e.Kernel, "yield", "look")
		},
		"look": func(h *heap, e *compat.Event) {
			if len(h.log) < 5 { // the pipes are still read
				perl.Call(e.Kernel, "delay", "look", 0.01)
				return
			}
			end(h, e)
		},
	})
	require.ElementsMatch(t, []string{"flushed", "out got text", "err wrong", "closed", "CHLD 3"}, log)
}

// TestFollowTail: lines that are appended arrive.
func TestFollowTail(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(name, []byte("old\n"), 0o644))
	log := play(t, map[string]func(*heap, *compat.Event){
		"_start": func(h *heap, _ *compat.Event) {
			h.wheel = compat.New(compat.FollowTail{Filename: name, InputEvent: "line", ErrorEvent: "error", SeekBack: 4, PollInterval: 0.01})
		},
		"line": func(h *heap, e *compat.Event) {
			h.note("line", e.Text(0))
			if e.Text(0) == "new" {
				h.note("at", perl.Call(h.wheel, "tell"))
				end(h, e)
				return
			}
			require.NoError(t, os.WriteFile(name, []byte("old\nnew\n"), 0o644))
		},
		"error": func(h *heap, e *compat.Event) { h.note("error", e.Text(2)) },
	})
	require.Equal(t, []string{"line old", "line new", "at 8"}, log)
}

// TestListenAccept: a wheel accepts from a socket of the program.
func TestListenAccept(t *testing.T) {
	log := play(t, map[string]func(*heap, *compat.Event){
		"_start": func(h *heap, _ *compat.Event) {
			listening := perl.NewInetSocket("IO::Socket::INET", "Listen", 1, "LocalAddr", "127.0.0.1")
			require.NotNil(t, listening)
			h.wheel = perl.Call("POE::Wheel::ListenAccept", "new", "Handle", listening, "AcceptEvent", "accepted", "ErrorEvent", "error").(*compat.Wheel)
			require.NotNil(t, perl.NewInetSocket("IO::Socket::INET", "PeerAddr", "127.0.0.1", "PeerPort", perl.Call(listening, "sockport")))
		},
		"accepted": func(h *heap, e *compat.Event) {
			h.note("accepted", perl.F(e.Arg(0)) != nil)
			end(h, e)
		},
		"error": func(h *heap, e *compat.Event) { h.note("error", e.Text(2)) },
	})
	require.Equal(t, []string{"accepted 1"}, log)
}

// TestWheelIsHeld: a wheel is closed when the last hash that holds it lets go.
func TestWheelIsHeld(t *testing.T) {
	play(t, map[string]func(*heap, *compat.Event){
		"_start": func(_ *heap, e *compat.Event) {
			a, b := socketpair(t)
			one, two := perl.NewHash(), perl.NewHash()
			w := compat.New(compat.ReadWrite{Handle: a, InputEvent: "line"})
			one.Set("wheel", w)
			two.Set("wheel", w)
			perl.PrintTo(b, "x\n")
			one.Remove("wheel")
			require.Equal(t, 1, w.Retain(0))
			require.True(t, w.PerlCan("put"))
			require.False(t, w.PerlCan("frobnicate"))
			two.Remove("wheel")
			require.True(t, perl.Eof(b), "the wheel has closed its socket")
			perl.Call(e.Kernel, "delay", "late")
		},
	})
	var none *compat.Wheel
	require.Nil(t, none.Any())
	require.Panics(t, func() { none.ID() })
	none.Release()
}

// TestWrongWheels: what POE refuses dies in its words.
func TestWrongWheels(t *testing.T) {
	for want, f := range map[string]func(){
		"Handle or InputHandle required":                     func() { compat.New(compat.ReadWrite{InputEvent: "x"}) },
		"SuccessEvent required":                              func() { compat.New(compat.SocketFactory{}) },
		"RemotePort required":                                func() { compat.New(compat.SocketFactory{RemoteAddress: "x", SuccessEvent: "x", FailureEvent: "y"}) },
		"needs a Program parameter":                          func() { compat.New(compat.Run{}) },
		"Conduit type (x) is unknown":                        func() { compat.New(compat.Run{Program: "true", Conduit: "x"}) },
		"FollowTail requires a Handle or Filename parameter": func() { compat.New(compat.FollowTail{InputEvent: "x"}) },
		"FollowTail does not tail directories":               func() { compat.New(compat.FollowTail{Filename: "/", InputEvent: "x"}) },
		"AcceptEvent required":                               func() { perl.Call("POE::Wheel::ListenAccept", "new", "Handle", perl.Stdin) },
		"can't have Seek and SeekBack at the same time":      func() { compat.New(compat.FollowTail{Filename: "x", InputEvent: "x", Seek: 1, SeekBack: 1}) },
	} {
		require.False(t, perl.Try(f), want)
		require.Contains(t, str(perl.EvalError), want)
	}
}
