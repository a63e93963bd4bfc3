package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// held starts an aliased session that only other goroutines have work for.
func TestHoldKeepsAnAliasedSession(t *testing.T) {
	k := newKernel()
	got := false
	held(t, k, states{"note": func(kernel.Event) { got = true }})
	wait := run(t, k)
	k.Outside().Post(kernel.Alias("held"), "note")
	k.Outside().Post(kernel.Alias("held"), "quit")
	require.NoError(t, wait())
	assert.True(t, got)
}

func TestWithoutHoldAnAliasedSessionEnds(t *testing.T) {
	k := newKernel()
	stopped := false
	start(t, k, states{"_start": alias("idle"), "_stop": func(kernel.Event) { stopped = true }})
	require.NoError(t, k.Run())
	assert.True(t, stopped)
}

func TestOutsidePostKeepsTheOrderOfEachGoroutine(t *testing.T) {
	const goroutines, posts = 50, 200
	k := newKernel()
	next := map[int]int{}
	total := 0
	held(t, k, states{"note": func(e kernel.Event) {
		g, n := kernel.Arg[int](e, 0), kernel.Arg[int](e, 1)
		assert.Equal(t, next[g], n, "goroutine %d", g)
		assert.Equal(t, k.ID(), e.Sender)
		next[g]++
		if total++; total == goroutines*posts {
			k.Yield("quit")
		}
	}})
	wait := run(t, k)
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for n := range posts {
				k.Outside().Post(kernel.Alias("held"), "note", g, n)
			}
		})
	}
	all.Wait()
	require.NoError(t, wait())
	assert.Equal(t, goroutines*posts, total)
}

func TestOutsideCall(t *testing.T) {
	k := newKernel()
	held(t, k, states{
		"double": func(e kernel.Event) { e.Return(2 * kernel.Arg[int](e, 0)) },
		"throw":  func(kernel.Event) { _ = k.Sig("DIE", "died"); panic("thrown") },
		"died":   func(kernel.Event) { k.SigHandled() },
	})
	wait := run(t, k)
	ctx := t.Context()
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			v, err := k.Outside().Call(ctx, kernel.Alias("held"), "double", n)
			assert.NoError(t, err)
			assert.Equal(t, 2*n, v)
		})
	}
	all.Wait()
	_, err := k.Outside().Call(ctx, kernel.Alias("nobody"), "double", 1)
	assert.ErrorIs(t, err, kernel.ErrNoSession)
	assert.ErrorIs(t, err, syscall.ESRCH)
	v, err := k.Outside().Call(ctx, kernel.Alias("held"), "throw")
	assert.NoError(t, err, "the exception is the session's own")
	assert.Nil(t, v)
	k.Outside().Post(kernel.Alias("held"), "quit")
	require.NoError(t, wait())
	_, err = k.Outside().Call(ctx, kernel.Alias("held"), "double", 1)
	assert.ErrorIs(t, err, kernel.ErrNotRunning)
}

func TestOutsideCallGivesUpWithItsContext(t *testing.T) {
	k := newKernel()
	busy, leave := make(chan struct{}), make(chan struct{})
	ran := false
	held(t, k, states{
		"busy":  func(kernel.Event) { close(busy); <-leave },
		"never": func(kernel.Event) { ran = true },
	})
	wait := run(t, k)
	k.Outside().Post(kernel.Alias("held"), "busy")
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := k.Outside().Call(ctx, kernel.Alias("held"), "never")
	assert.ErrorIs(t, err, context.Canceled)
	close(leave)
	k.Outside().Post(kernel.Alias("held"), "quit")
	require.NoError(t, wait())
	assert.False(t, ran, "what was given up must not run")
}

func TestOutsideWaitsForItselfNever(t *testing.T) {
	k := newKernel()
	start(t, k, states{"_start": func(kernel.Event) { k.Yield("go") }, "go": func(e kernel.Event) {
		_, err := k.Outside().Call(t.Context(), e.Session, "go")
		assert.ErrorIs(t, err, kernel.ErrWouldDeadlock)
		assert.ErrorIs(t, err, syscall.EDEADLK)
		assert.ErrorIs(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}), kernel.ErrWouldDeadlock)
	}})
	assert.ErrorIs(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}), kernel.ErrNotRunning, "before Run")
	require.NoError(t, k.Run())
	assert.ErrorIs(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}), kernel.ErrNotRunning, "after Run")
}

func TestOutsideDo(t *testing.T) {
	k := newKernel()
	id := held(t, k, states{})
	wait := run(t, k)
	o := k.Outside()
	require.NoError(t, o.Do(t.Context(), func(k *kernel.Kernel) {
		assert.Equal(t, k.ID(), k.ActiveSession())
		assert.Equal(t, 1, k.Stats().Sessions)
		start(t, k, states{"_start": alias("from outside")})
		assert.ErrorIs(t, k.Run(), kernel.ErrRunning)
	}))
	assert.PanicsWithValue(t, "thrown here", func() {
		_ = o.Do(t.Context(), func(*kernel.Kernel) { panic("thrown here") })
	})
	require.NoError(t, o.Do(t.Context(), func(k *kernel.Kernel) {
		_, ok := k.AliasResolve("from outside")
		assert.True(t, ok)
		assert.True(t, id.Alive())
	}))
	o.Stop()
	require.NoError(t, wait())
}

func TestOutsideStopAndSignal(t *testing.T) {
	for name, end := range map[string]func(kernel.Outside){
		"stop":   func(o kernel.Outside) { o.Stop() },
		"signal": func(o kernel.Outside) { o.Signal(kernel.Alias("held"), "TERM") },
	} {
		t.Run(name, func(t *testing.T) {
			k := newKernel()
			stopped := false
			held(t, k, states{"_stop": func(kernel.Event) { stopped = true }})
			wait := run(t, k)
			end(k.Outside())
			if name == "signal" {
				k.Outside().Post(kernel.Alias("held"), "unheard")
				k.Outside().Stop() // the hold outlives the session
			}
			require.NoError(t, wait())
			assert.True(t, stopped)
		})
	}
}

func TestOutsideDeadLetters(t *testing.T) {
	var letters []kernel.DeadLetter
	k := newKernel(kernel.Options{DeadLetter: func(d kernel.DeadLetter) { letters = append(letters, d) }})
	held(t, k, states{})
	wait := run(t, k)
	k.Outside().Post(kernel.Alias("nobody"), "lost", 1)
	k.Outside().Signal(kernel.Alias("nobody"), "TERM")
	k.Outside().Post(kernel.Alias("held"), "no handler")
	k.Outside().Post(kernel.Alias("held"), "quit")
	require.NoError(t, wait())
	require.Len(t, letters, 3)
	assert.Equal(t, kernel.Alias("nobody"), letters[0].To)
	assert.Equal(t, []any{1}, letters[0].Args)
	assert.False(t, letters[0].Unhandled)
	assert.True(t, letters[2].Unhandled)
	assert.EqualValues(t, 3, k.Stats().DeadLetters)
}

func TestStopBeforeTheFirstTurn(t *testing.T) {
	k := newKernel()
	start(t, k, states{"_start": func(kernel.Event) { k.Delay("never", time.Hour) }})
	k.Outside().Stop()
	require.NoError(t, k.Run(), "must not sleep without any session")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	start(t, k, states{"_start": func(kernel.Event) { k.Delay("never", time.Hour) }})
	assert.ErrorIs(t, k.RunContext(ctx), context.Canceled)
}

func TestRunContext(t *testing.T) {
	k := newKernel()
	var seen log
	var hold *kernel.Hold
	ctx, cancel := context.WithCancelCause(t.Context())
	start(t, k, states{
		"_start": func(kernel.Event) {
			_ = k.AliasSet("parent")
			hold = k.Hold("the context")
			start(t, k, states{"_start": alias("child"), "_stop": func(kernel.Event) { seen.Add("child") }})
			go cancel(errors.New("enough"))
		},
		"_stop": func(kernel.Event) { seen.Add("parent") },
	})
	assert.ErrorIs(t, k.RunContext(ctx), context.Canceled)
	assert.Equal(t, []string{"child", "parent"}, seen.All())
	hold.Release()
	start(t, k, states{"_start": func(kernel.Event) { seen.Add("again") }})
	assert.NoError(t, k.RunContext(t.Context()))
}

func TestRunOneTimesliceAndRunWhile(t *testing.T) {
	k := newKernel()
	more, err := k.RunOneTimeslice()
	assert.False(t, more)
	require.NoError(t, err)
	ticks := 0
	ticking := func() {
		start(t, k, states{
			"_start": func(kernel.Event) { k.Yield("tick", 3) },
			"tick": func(e kernel.Event) {
				ticks++
				if n := kernel.Arg[int](e, 0); n > 1 {
					k.Yield("tick", n-1)
				}
			},
		})
	}
	ticking()
	slices := 1
	for {
		more, err := k.RunOneTimeslice()
		require.NoError(t, err)
		if !more {
			break
		}
		slices++
	}
	assert.Equal(t, 3, ticks)
	assert.Equal(t, 5, slices, "as in POE neither the slice in which the last session stops says so nor the next")

	ticking()
	going := true
	start(t, k, states{"_start": func(kernel.Event) { k.Yield("halt") }, "halt": func(kernel.Event) { going = false }})
	require.NoError(t, k.RunWhile(&going))
	assert.Equal(t, 4, ticks)
	going = true
	require.NoError(t, k.RunWhile(&going), "ends with the last session")
	assert.Equal(t, 6, ticks)

	start(t, k, states{"_start": func(kernel.Event) { k.Yield("boom") }, "boom": func(kernel.Event) { panic("boom") }})
	assert.ErrorContains(t, k.RunWhile(&going), "boom")
}

func TestTwoKernelsTalk(t *testing.T) {
	const rounds = 100
	kernels := []*kernel.Kernel{newKernel(), newKernel()}
	var waits []func() error
	for i, k := range kernels {
		other := kernels[1-i].Outside()
		held(t, k, states{"ball": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			if n < rounds {
				other.Post(kernel.Alias("held"), "ball", n+1)
			} else {
				other.Post(kernel.Alias("held"), "quit")
				k.Yield("quit")
			}
		}})
	}
	for _, k := range kernels {
		waits = append(waits, run(t, k))
	}
	kernels[0].Outside().Post(kernel.Alias("held"), "ball", 0)
	for _, wait := range waits {
		require.NoError(t, wait())
	}
	ghost := start(t, kernels[0], states{"_start": alias("ghost")})
	assert.ErrorIs(t, kernels[1].Post(ghost, "x"), kernel.ErrNotRunning)
}

func TestNothingIsLeftAfterRun(t *testing.T) {
	noLeftovers(t, func() {
		k := newKernel()
		rd, wr, err := kernel.Pipe()
		require.NoError(t, err)
		held(t, k, states{
			"watch": func(kernel.Event) {
				assert.NoError(t, k.SelectRead(rd, "readable"))
				assert.NoError(t, k.Sig("USR1", "usr1"))
				_, err := wr.Write([]byte("x"))
				assert.NoError(t, err)
			},
			"readable": func(kernel.Event) {
				assert.NoError(t, rd.Close())
				assert.NoError(t, wr.Close())
				k.Delay("quit", 0)
			},
		})
		wait := run(t, k)
		k.Outside().Post(kernel.Alias("held"), "watch")
		require.NoError(t, wait())
	})
}

func ExampleKernel_Outside() {
	k := kernel.New()
	sum := 0
	var hold *kernel.Hold
	_, _ = k.Host().Start(&table{states{
		"_start": func(kernel.Event) { _ = k.AliasSet("adder"); hold = k.Hold("numbers come from outside") },
		"add":    func(e kernel.Event) { sum += kernel.Arg[int](e, 0) },
		"total":  func(e kernel.Event) { kernel.Arg[chan int](e, 0) <- sum; hold.Release() },
	}})
	total := make(chan int, 1)
	go func() {
		for n := range 5 {
			k.Outside().Post(kernel.Alias("adder"), "add", n)
		}
		k.Outside().Post(kernel.Alias("adder"), "total", total)
	}()
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(<-total)
	// Output: 10
}

// A session that loses its last reason to live from outside, while the kernel
// is busy, stops before the kernel waits again.
func TestReleaseFromOutsideWhileBusy(t *testing.T) {
	k := newKernel()
	var order log
	var p *kernel.Postback
	start(t, k, states{
		"_start": func(e kernel.Event) { p = e.Session.Postback("never") },
		"_stop":  func(kernel.Event) { order.Add("stopped") },
	})
	start(t, k, states{
		"_start": func(e kernel.Event) {
			_, err := k.DelaySet("later", 20*time.Millisecond)
			require.NoError(t, err)
			e.Kernel.Yield("busy")
		},
		"busy": func(kernel.Event) {
			released := make(chan struct{})
			go func() { p.Release(); close(released) }()
			<-released
		},
		"later": func(kernel.Event) { order.Add("later") },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"stopped", "later"}, order.All())
}

// The end of a context stops the run that it was given to, and no later one.
func TestRunContextStopsNoLaterRun(t *testing.T) {
	for range 100 {
		k := newKernel()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		start(t, k, states{"_start": func(kernel.Event) {}})
		_ = k.RunContext(ctx) // may be over before the context is noticed
		ran := false
		start(t, k, states{
			"_start": func(kernel.Event) {
				_, err := k.DelaySet("late", 100*time.Microsecond)
				require.NoError(t, err)
			},
			"late": func(kernel.Event) { ran = true },
		})
		require.NoError(t, k.Run())
		require.True(t, ran)
	}
}

// What is posted from outside has no caller, wherever it is taken in.
func TestOutsidePostHasNoCaller(t *testing.T) {
	k := newKernel()
	var callers []string
	start(t, k, states{
		"_start": func(e kernel.Event) { k.Yield("busy") },
		"busy": func(e kernel.Event) {
			posted := make(chan struct{})
			go func() { k.Outside().Post(e.Session, "note"); close(posted) }()
			<-posted
			k.Yield("note") // takes in what came before it
		},
		"note": func(e kernel.Event) { callers = append(callers, e.Caller) },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"", "busy"}, callers)
}

// postedLetter counts what becomes of it.
type postedLetter struct{ delivered, returned int }

func (l *postedLetter) Deliver() { l.delivered++ }
func (l *postedLetter) Return()  { l.returned++ }

// A letter that is posted after a run is returned by the next one: its sender waits for
// an answer.
func TestLetterAfterARun(t *testing.T) {
	k := kernel.New()
	nothing := session.Funcs{"_start": func(kernel.Event) {}}
	s, err := session.Inline(k, nothing)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	var l postedLetter
	k.Outside().PostLetter(s.ID(), "letter", &l)
	_, err = session.Inline(k, nothing)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, postedLetter{returned: 1}, l)
}
