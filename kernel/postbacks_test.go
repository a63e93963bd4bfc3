package kernel_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPostbackKeepsItsSessionUntilReleased(t *testing.T) {
	for name, release := range map[string]func(*kernel.Postback){
		"in a handler":         func(p *kernel.Postback) { p.Release() },
		"twice":                func(p *kernel.Postback) { p.Release(); p.Release() },
		"on another goroutine": func(p *kernel.Postback) { go p.Release() },
		"here and there":       func(p *kernel.Postback) { go p.Release(); p.Release() },
	} {
		t.Run(name, func(t *testing.T) {
			k := newKernel()
			var back, other *kernel.Postback
			var seen log
			start(t, k, states{
				"_start": func(e kernel.Event) {
					back, other = e.Session.Postback("answer"), e.Session.Postback("answer")
					k.Yield("let go")
				},
				"let go": func(kernel.Event) { release(back); other.Post("still here") },
				"answer": func(e kernel.Event) { seen.Add(e.Args...); go other.Release() },
			})
			require.NoError(t, k.Run())
			assert.Equal(t, []string{"[] [still here]"}, seen.All())
			assert.Zero(t, k.Stats().LostPostbacks)
		})
	}
}

func TestPostbackSentFromAnotherGoroutine(t *testing.T) {
	k := newKernel()
	start(t, k, states{
		"_start": func(e kernel.Event) {
			back := e.Session.Postback("answer", "made")
			go func() {
				back.Send("given", 1)
				back.Release()
			}()
		},
		"answer": func(e kernel.Event) {
			assert.Equal(t, []any{[]any{"made"}, []any{"given", 1}}, e.Args)
			assert.Equal(t, k.ID(), e.Sender)
		},
	})
	require.NoError(t, k.Run())
}

func TestPostbackArgumentsAreFreshEachTime(t *testing.T) {
	k := newKernel()
	var seen log
	start(t, k, states{
		"_start": func(e kernel.Event) {
			given := []any{"x"}
			back := e.Session.Postback("answer", "made")
			back.Post(given...)
			given[0] = "overwritten"
			back.Post("y")
			back.Release()
		},
		"answer": func(e kernel.Event) {
			seen.Add(e.Args...)
			kernel.Arg[[]any](e, 0)[0] = "touched"
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"[made] [x]", "[made] [y]"}, seen.All())
}

func TestLostPostbackIsReleasedAndCounted(t *testing.T) {
	var warned log
	k := newKernel(kernel.Options{Logger: logger(&warned)})
	start(t, k, states{
		"_start": func(e kernel.Event) {
			e.Session.Postback("never")
			e.Session.Callback("never")
		},
	})
	wait := run(t, k)
	collecting := make(chan struct{})
	go func() {
		defer close(collecting)
		for i := 0; i < 10_000 && !warned.Contains("lost without Release"); i++ {
			runtime.GC()
		}
	}()
	require.NoError(t, wait())
	<-collecting
	assert.EqualValues(t, 2, k.Stats().LostPostbacks)
}

// What a postback is made with may refer to the postback: that keeps neither
// once it is released, and does not hide that it was lost.
func TestPostbackInItsOwnArguments(t *testing.T) {
	type job struct{ back *kernel.Postback }
	var warned log
	k := newKernel(kernel.Options{Logger: logger(&warned)})
	var gone atomic.Int32
	newJob := func(id kernel.ID) *job {
		j := &job{}
		j.back = id.Postback("answer", j)
		runtime.AddCleanup(j, func(n *atomic.Int32) { n.Add(1) }, &gone)
		return j
	}
	start(t, k, states{
		"_start": func(e kernel.Event) {
			newJob(e.Session)
			newJob(e.Session).back.Release()
		},
	})
	wait := run(t, k)
	collecting := make(chan struct{})
	go func() {
		defer close(collecting)
		for i := 0; i < 10_000 && (gone.Load() < 2 || !warned.Contains("lost without Release")); i++ {
			runtime.GC()
		}
	}()
	require.NoError(t, wait())
	<-collecting
	assert.EqualValues(t, 1, k.Stats().LostPostbacks)
	assert.EqualValues(t, 2, gone.Load())
}

func TestPostbackOfASessionThatIsGone(t *testing.T) {
	k := newKernel()
	var back *kernel.Postback
	var call *kernel.Callback
	id := start(t, k, states{
		"_start": func(e kernel.Event) {
			back, call = e.Session.Postback("x"), e.Session.Callback("x")
			k.Signal(e.Session, "KILL")
		},
		"x": func(kernel.Event) { t.Error("reached") },
	})
	require.NoError(t, k.Run())
	back.Post()
	assert.Nil(t, call.Call())
	assert.Nil(t, id.Callback("x").Call(), "made too late")
	id.Postback("x").Post()
	id.Postback("x").Send()
	back.Release()
	call.Release()
	require.NoError(t, k.Run())
}

func TestCallbackReturnsWhatTheHandlerReturns(t *testing.T) {
	k := newKernel()
	var call *kernel.Callback
	owner := start(t, k, states{
		"_start": func(e kernel.Event) { call = e.Session.Callback("sum", 1) },
		"sum": func(e kernel.Event) {
			made, given := kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)
			e.Return(made[0].(int) + given[0].(int))
		},
	})
	start(t, k, states{"_start": func(kernel.Event) {
		assert.Equal(t, 3, call.Call(2))
		call.Release()
	}})
	require.True(t, owner.Alive())
	require.NoError(t, k.Run())
	assert.False(t, owner.Alive())
}
