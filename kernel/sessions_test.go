package kernel_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type closer struct {
	name string
	seen *log
	err  error
}

func (c *closer) Close() error {
	c.seen.Add("close", c.name)
	return c.err
}

func TestOwnedThingsAreClosedAfterStopInOrderOfCreation(t *testing.T) {
	var seen, warned log
	k := newKernel(kernel.Options{Logger: logger(&warned)})
	start(t, k, states{
		"_start": func(e kernel.Event) {
			for _, name := range []string{"first", "second", "third"} {
				_, err := k.Host().Own(&closer{name: name, seen: &seen}, name)
				require.NoError(t, err)
			}
			fourth, err := k.Host().Own(&closer{name: "released", seen: &seen}, "released")
			require.NoError(t, err)
			_, err = k.Host().Own(&closer{name: "stubborn", seen: &seen, err: errors.New("will not close")}, "stubborn")
			require.NoError(t, err)
			fourth.Release()
			fourth.Release()
			var names []string
			detail, _ := k.Host().Inspect().Session(e.Session.Number())
			for _, o := range detail.Owned {
				names = append(names, o.Name)
			}
			assert.Equal(t, []string{"first", "second", "third", "stubborn"}, names)
		},
		"_stop": func(kernel.Event) { seen.Add("_stop") },
	})
	_, err := k.Host().Own(&closer{}, "outside")
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"_stop", "close first", "close second", "close third", "close stubborn"}, seen.All())
	assert.True(t, warned.Contains("will not close"))
}

// Stopping sessions by force takes back what they have queued. Each of these
// has events of its own and for its neighbour in the queue; a walk over the
// queue for each session would be 4·10^10 steps.
func TestForcedStopOfManySessions(t *testing.T) {
	const n = 100_000
	grow := func(t *testing.T, k *kernel.Kernel) []kernel.ID {
		ids := make([]kernel.ID, n)
		for i := range ids {
			ids[i] = start(t, k, states{
				"_start": func(e kernel.Event) { _ = k.AliasSet(fmt.Sprint("s", i)) },
				"fill": func(e kernel.Event) {
					k.Yield("never")
					_ = k.Post(ids[(i+1)%n], "never")
				},
			})
		}
		return ids
	}
	t.Run("at once", func(t *testing.T) {
		k := kernel.New()
		ids := grow(t, k)
		start(t, k, states{"_start": func(kernel.Event) { k.Yield("go") }, "go": func(kernel.Event) {
			for _, id := range ids {
				_, _ = k.Call(id, "fill")
			}
			k.Stop()
		}})
		require.NoError(t, k.Run())
		assert.EqualValues(t, 2*n, k.Stats().DeadLetters)
	})
	t.Run("one by one", func(t *testing.T) {
		k := kernel.New()
		ids := grow(t, k)
		start(t, k, states{"_start": func(kernel.Event) { k.Yield("go") }, "go": func(kernel.Event) {
			for _, id := range ids {
				require.NoError(t, k.Signal(id, "KILL"))
				_, _ = k.Call(id, "fill")
			}
		}})
		require.NoError(t, k.Run())
		assert.Zero(t, k.Stats().Sessions)
	})
}

func TestIDs(t *testing.T) {
	k, other := newKernel(kernel.Options{Name: "ours"}), newKernel()
	var zero kernel.ID
	assert.True(t, zero.IsZero())
	assert.Equal(t, "none", zero.String())
	assert.Nil(t, zero.Session())
	assert.Nil(t, zero.Kernel())
	assert.False(t, zero.Alive())
	assert.Equal(t, "ours", k.ID().String())
	assert.True(t, k.ID().Alive())
	assert.Nil(t, k.ID().Session())
	assert.ErrorIs(t, k.Post(zero, "x"), kernel.ErrNoSession)
	assert.ErrorIs(t, k.Post(nil, "x"), kernel.ErrInvalid)
	assert.ErrorIs(t, k.Post(other.ID(), "x"), kernel.ErrNoSession)
	var id kernel.ID
	start(t, k, states{"_start": func(e kernel.Event) {
		id = e.Session
		assert.Equal(t, "1", id.String())
		_ = k.AliasSet("zulu")
		_ = k.AliasSet("alpha")
		assert.Equal(t, "1 (zulu, alpha)", id.String())
		parent, err := k.Parent(id)
		require.NoError(t, err)
		assert.Equal(t, k.ID(), parent)
		kid := start(t, k, states{})
		kids, _, ok := k.Host().Inspect().Children(make([]observe.SessionInfo, 0, 10), id.Number(), 0)
		require.True(t, ok)
		require.Len(t, kids, 1)
		assert.Equal(t, kid.Number(), kids[0].Number)
		assert.ErrorIs(t, k.Post(id, ""), kernel.ErrInvalid)
		_, err = k.Call(id, "")
		assert.ErrorIs(t, err, kernel.ErrInvalid)
	}})
	require.NoError(t, k.Run())
	assert.False(t, id.Alive())
	assert.NotNil(t, id.Session(), "what has stopped can still be looked at")
	assert.EqualValues(t, 1, id.Number())
	_, err := k.Parent(id)
	assert.ErrorIs(t, err, kernel.ErrNoSession)
	_, err = k.ByNumber(1)
	assert.ErrorIs(t, err, kernel.ErrNoSession)
	assert.ErrorIs(t, k.AliasSet(""), kernel.ErrInvalid)
}

func TestReturnIsForItsOwnHandlerOnly(t *testing.T) {
	k := newKernel()
	var late kernel.Event
	start(t, k, states{"_start": func(e kernel.Event) {
		keep := start(t, k, states{
			"_start": func(e kernel.Event) { _ = k.AliasSet("keep") },
			"first":  func(e kernel.Event) { late = e; e.Return("first"); e.Return("replaced") },
			"second": func(e kernel.Event) { late.Return("too late") },
		})
		v, err := k.Call(keep, "first")
		require.NoError(t, err)
		assert.Equal(t, "replaced", v)
		v, err = k.Call(keep, "second")
		require.NoError(t, err)
		assert.Nil(t, v)
		l, err := k.CallList(keep, "second")
		require.NoError(t, err)
		assert.Empty(t, l)
	}})
	require.NoError(t, k.Run())
}

func TestArgOK(t *testing.T) {
	e := kernel.Event{Name: "x", Args: []any{1, "two"}}
	n, ok := kernel.ArgOK[int](e, 0)
	assert.True(t, ok)
	assert.Equal(t, 1, n)
	_, ok = kernel.ArgOK[int](e, 1)
	assert.False(t, ok)
	assert.Nil(t, e.Arg(-1))
	assert.PanicsWithError(t, `kernel: event "x" argument 1 is string, want int`, func() { kernel.Arg[int](e, 1) })
}

func TestStateOutsideOfASession(t *testing.T) {
	k := newKernel()
	err := k.State("x", func(kernel.Event) {})
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
	assert.ErrorIs(t, err, syscall.ESRCH)
}

type wire struct{ sent *log }

func (w wire) Post(from kernel.ID, event string, args []any) error {
	w.sent.Add(from, event, args)
	return errors.New("line is dead")
}

func TestPostViaAnotherNode(t *testing.T) {
	k := newKernel()
	var sent log
	start(t, k, states{"_start": func(kernel.Event) {
		assert.EqualError(t, k.Post(kernel.Via(wire{&sent}), "hello", 1), "line is dead")
		_, err := k.Call(kernel.Via(wire{&sent}), "hello")
		assert.ErrorIs(t, err, kernel.ErrNoSession)
	}})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"1 hello [1]"}, sent.All())
}

// No session gets anything after _stop, even if a handler stops everything
// while a session's children go to its parent.
func TestStopWhileChildrenAreHandedOn(t *testing.T) {
	k := newKernel()
	stopped := map[string]bool{}
	recording := func(who string, more states) states {
		note := func(e kernel.Event) {
			assert.False(t, stopped[who], "%s gets %s after _stop", who, e.Name)
			stopped[who] = e.Name == "_stop"
		}
		all := states{"_stop": note, "_parent": note, "_child": note}
		for name, handler := range more {
			all[name] = func(e kernel.Event) { note(e); handler(e) }
		}
		return all
	}
	child := states{"_start": func(e kernel.Event) { require.NoError(t, k.AliasSet(e.Session.String())) }}
	parent := states{
		"_start": func(kernel.Event) {
			start(t, k, recording("first", child))
			start(t, k, recording("second", child))
			k.Yield("end")
		},
		"end": func(e kernel.Event) { require.NoError(t, k.Host().StopSession(e.Session)) },
	}
	start(t, k, recording("grandparent", states{
		"_start": func(kernel.Event) { start(t, k, recording("parent", parent)) },
		"_child": func(e kernel.Event) {
			if e.Arg(0) == "gain" {
				k.Stop()
			}
		},
	}))
	require.NoError(t, k.Run())
	assert.Equal(t, map[string]bool{"first": true, "second": true, "parent": true, "grandparent": true}, stopped)
}
