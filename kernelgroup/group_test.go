package kernelgroup_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernelgroup"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testTimeout bounds a test that hangs.
const testTimeout = 40 * time.Second

// inline makes a session in a kernel that is being set up.
func inline(m *kernelgroup.Member, f session.Funcs) error {
	if f["_start"] == nil {
		f["_start"] = func(kernel.Event) {}
	}
	_, err := session.Inline(m.Kernel, f)
	return err
}

// runGroup runs a group and fails the test if it hangs.
func runGroup(t *testing.T, c kernelgroup.Config) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	err := kernelgroup.Run(ctx, c)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	return err
}

func TestSendersAreAnsweredAcrossKernels(t *testing.T) {
	var got []string
	require.NoError(t, runGroup(t, kernelgroup.Config{Size: 2, Setup: func(m *kernelgroup.Member) error {
		if m.Index == 0 {
			hold := m.Kernel.Hold("asks")
			return inline(m, session.Funcs{
				"_start": func(e kernel.Event) {
					assert.NoError(t, e.Kernel.AliasSet("asker")) // or nothing keeps it until the answer
					e.Kernel.Yield("ask")
				},
				"ask": func(e kernel.Event) {
					assert.NoError(t, e.Kernel.Post(m.Group.Alias("adder"), "add", 2, 3))
				},
				"sum": func(e kernel.Event) {
					got = append(got, fmt.Sprint(e.Args, " caller ", e.Caller))
					assert.Equal(t, m.Group.Outside(1), e.Sender.Kernel().Outside())
					assert.True(t, e.Sender.Alive())
					assert.Equal(t, "1 (adder)", e.Sender.String())
					assert.NoError(t, e.Kernel.Post(e.Sender, "quit"))
					hold.Release()
				},
			})
		}
		hold := m.Kernel.Hold("answers")
		return inline(m, session.Funcs{
			"_start": func(kernel.Event) { assert.NoError(t, m.Register("adder")) },
			"add": func(e kernel.Event) {
				assert.NoError(t, e.Kernel.Post(e.Sender, "sum", kernel.Arg[int](e, 0)+kernel.Arg[int](e, 1)))
			},
			"quit": func(kernel.Event) { hold.Release() },
		})
	}}))
	assert.Equal(t, []string{"[5] caller add"}, got)
}

// TestOrderOfAPairIsKept has every kernel flood every other one, which checks
// that nothing is lost, doubled or overtaken.
func TestOrderOfAPairIsKept(t *testing.T) {
	const size, events = 4, 2000
	var last [size][size]int
	assert.NoError(t, runGroup(t, kernelgroup.Config{Size: size, Stay: true, Setup: func(m *kernelgroup.Member) error {
		var peers []kernel.Dest
		for i := range size {
			peers = append(peers, m.Group.To(i, "sink"))
		}
		missing := size * events
		return inline(m, session.Funcs{
			"_start": func(e kernel.Event) {
				assert.NoError(t, e.Kernel.AliasSet("sink"))
				e.Kernel.Yield("flood", 1)
			},
			"flood": func(e kernel.Event) {
				n := kernel.Arg[int](e, 0)
				for i := range peers {
					if !assert.NoError(t, e.Kernel.Post(peers[i], "take", m.Index, n)) {
						m.Group.Stop()
						return
					}
				}
				if n < events {
					e.Kernel.Yield("flood", n+1)
				}
			},
			"take": func(e kernel.Event) {
				from, n := kernel.Arg[int](e, 0), kernel.Arg[int](e, 1)
				if last[m.Index][from]+1 != n {
					t.Errorf("kernel %d: %d follows %d from kernel %d", m.Index, n, last[m.Index][from], from)
				}
				last[m.Index][from] = n
				if missing--; missing == 0 {
					assert.NoError(t, e.Kernel.Post(m.Group.To(0, "sink"), "done"))
				}
			},
			"done": func() kernel.Handler {
				waiting := size
				return func(kernel.Event) {
					if waiting--; waiting == 0 {
						m.Group.Stop()
					}
				}
			}(),
		})
	}}))
	for i := range size {
		for j := range size {
			assert.Equal(t, events, last[i][j])
		}
	}
}

func TestAFullKernelSaysSo(t *testing.T) {
	const limit, events = 8, 1000
	full, room, seen := 0, 0, 0
	require.NoError(t, runGroup(t, kernelgroup.Config{
		Size:    2,
		Options: func(int) kernel.Options { return kernel.Options{Backlog: limit} },
		Setup: func(m *kernelgroup.Member) error {
			if m.Index == 1 {
				hold := m.Kernel.Hold("takes")
				return inline(m, session.Funcs{
					"_start": func(kernel.Event) { assert.NoError(t, m.Register("slow")) },
					"take": func(e kernel.Event) {
						assert.Equal(t, seen, kernel.Arg[int](e, 0))
						seen++
						runtime.Gosched()
					},
					"quit": func(kernel.Event) { hold.Release() },
				})
			}
			next := 0
			return inline(m, session.Funcs{
				"_start": func(e kernel.Event) { e.Kernel.Yield("send") },
				"send": func(e kernel.Event) {
					if len(e.Args) > 0 {
						room++
					}
					for next < events {
						err := e.Kernel.Post(m.Group.Alias("slow"), "take", next)
						if errors.Is(err, kernel.ErrBusy) {
							full++
							assert.ErrorIs(t, err, syscall.ENOBUFS)
							assert.NoError(t, e.Host().NotifyWritable(m.Group.Outside(1), "send", "there is room"))
							return
						}
						if !assert.NoError(t, err) {
							return
						}
						next++
					}
					if e.Kernel.Post(m.Group.Alias("slow"), "quit") != nil {
						e.Kernel.Yield("send") // full just now
					}
				},
			})
		},
	}))
	assert.Equal(t, events, seen)
	assert.Positive(t, full)
	assert.Equal(t, full, room)
}

func TestWhatReachesNobody(t *testing.T) {
	var letters []kernel.DeadLetter
	undelivered := new(witness)
	require.NoError(t, runGroup(t, kernelgroup.Config{
		Size: 2, Stay: true,
		Options: func(i int) kernel.Options {
			return kernel.Options{DeadLetter: func(d kernel.DeadLetter) {
				if i == 1 {
					letters = append(letters, d)
				}
			}}
		},
		Setup: func(m *kernelgroup.Member) error {
			if m.Index == 1 {
				return inline(m, session.Funcs{
					"_start": func(e kernel.Event) { assert.NoError(t, m.Register("mortal")) },
					"die": func(e kernel.Event) {
						assert.NoError(t, e.Kernel.Signal(e.Session, "KILL"))
						assert.NoError(t, e.Kernel.Post(e.Sender, "last words"))
					},
					"never": func(kernel.Event) { t.Error("it was stopped before") },
				})
			}
			var mortal kernel.ID
			return inline(m, session.Funcs{
				"_start": func(e kernel.Event) {
					assert.NoError(t, e.Kernel.AliasSet("witness"))
					e.Kernel.Yield("go")
				},
				"go": func(e kernel.Event) {
					k := e.Kernel
					assert.ErrorIs(t, k.Post(m.Group.Alias("nobody"), "x"), kernel.ErrNoSession)
					assert.NoError(t, k.Post(m.Group.To(1, "nobody"), "x", undelivered), "not known here")
					assert.NoError(t, k.Post(m.Group.Alias("mortal"), "die"))
				},
				"last words": func(e kernel.Event) {
					mortal = e.Sender
					e.Kernel.Yield("wait")
				},
				"wait": func(e kernel.Event) {
					if mortal.Alive() {
						e.Kernel.Delay("wait", time.Millisecond)
						return
					}
					assert.ErrorIs(t, e.Kernel.Post(mortal, "never"), kernel.ErrNoSession)
					assert.ErrorIs(t, e.Kernel.Post(m.Group.Alias("mortal"), "never"), kernel.ErrNoSession)
					_, err := e.Kernel.Call(mortal, "never")
					assert.ErrorIs(t, err, kernel.ErrNoSession)
					m.Group.Stop()
				},
			})
		},
	}))
	require.Len(t, letters, 1)
	assert.Equal(t, kernel.Alias("nobody"), letters[0].To)
	assert.Equal(t, "x", letters[0].Event)
	assert.EqualValues(t, 1, undelivered.Load())
}

// witness counts how often it was not delivered.
type witness struct{ atomic.Int32 }

func (w *witness) Undelivered() { w.Add(1) }

func TestAKernelThatHasEnded(t *testing.T) {
	gone := make(chan kernel.ID, 1)
	require.NoError(t, runGroup(t, kernelgroup.Config{Size: 2, Setup: func(m *kernelgroup.Member) error {
		if m.Index == 1 {
			return inline(m, session.Funcs{"_stop": func(e kernel.Event) { gone <- e.Session }})
		}
		polls := 0
		return inline(m, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("go") },
			"go":     func(e kernel.Event) { e.Kernel.Yield("wait", <-gone) },
			"wait": func(e kernel.Event) {
				if e.Kernel.Post(m.Group.To(1, "x"), "y") == nil {
					if polls++; polls < 10_000 {
						e.Kernel.Delay("wait", time.Millisecond, e.Args...)
					} else {
						t.Error("posts to a kernel that has ended are taken")
					}
					return
				}
				assert.ErrorIs(t, e.Kernel.Post(m.Group.To(1, "x"), "y"), kernel.ErrNotRunning)
				assert.ErrorIs(t, e.Kernel.Post(kernel.Arg[kernel.ID](e, 0), "y"), kernel.ErrNoSession)
				assert.NoError(t, e.Host().NotifyWritable(m.Group.Outside(1), "room"), "there is room at once")
			},
			"room": func(kernel.Event) {},
		})
	}}))
}

func TestOneFailureEndsAll(t *testing.T) {
	stopped := new(atomic.Int32)
	broken := errors.New("broken")
	err := runGroup(t, kernelgroup.Config{Size: 3, Stay: true, Setup: func(m *kernelgroup.Member) error {
		return inline(m, session.Funcs{
			"_start": func(e kernel.Event) {
				assert.NoError(t, e.Kernel.AliasSet("it"))
				if m.Index == 1 {
					e.Kernel.Yield("fail")
				}
			},
			"fail":  func(kernel.Event) { panic(broken) },
			"_stop": func(kernel.Event) { stopped.Add(1) },
		})
	}})
	var of *kernelgroup.Error
	require.ErrorAs(t, err, &of)
	assert.Equal(t, 1, of.Index)
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "kernel 1: broken (event \"fail\"")
	assert.EqualValues(t, 3, stopped.Load())
}

func TestAFailedSetupEndsAllBeforeTheyRun(t *testing.T) {
	stopped := new(atomic.Int32)
	refused := errors.New("refused")
	err := runGroup(t, kernelgroup.Config{Size: 4, Setup: func(m *kernelgroup.Member) error {
		if m.Index == 2 {
			return refused
		}
		return inline(m, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("run") },
			"run":    func(kernel.Event) { t.Error("a kernel has run") },
			"_stop":  func(kernel.Event) { stopped.Add(1) },
		})
	}})
	assert.ErrorIs(t, err, refused)
	assert.EqualError(t, err, "kernel 2: refused")
	assert.EqualValues(t, 2, stopped.Load(), "the last one was not set up")
}

func TestTheContextEndsAGroup(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	started := new(atomic.Int32)
	err := kernelgroup.Run(ctx, kernelgroup.Config{Size: 2, Stay: true, Setup: func(m *kernelgroup.Member) error {
		return inline(m, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("up") },
			"up": func(kernel.Event) {
				if started.Add(1) == 2 {
					cancel()
				}
			},
		})
	}})
	assert.ErrorIs(t, err, context.Canceled)
	var of *kernelgroup.Error
	assert.False(t, errors.As(err, &of), "no kernel has failed")
}

func TestNamesBelongToTheWholeGroup(t *testing.T) {
	released := make(chan struct{})
	require.NoError(t, runGroup(t, kernelgroup.Config{Size: 2, Setup: func(m *kernelgroup.Member) error {
		return inline(m, session.Funcs{"_start": func(e kernel.Event) {
			if m.Index == 0 {
				assert.NoError(t, m.Register("one"))
				assert.NoError(t, m.Register("one"), "again is fine")
				return
			}
			assert.ErrorIs(t, m.Register("one"), kernel.ErrAliasInUse)
			_, taken := e.Kernel.AliasResolve("one")
			assert.False(t, taken, "nor is it an alias here")
			id, index, ok := m.Group.Lookup("one")
			assert.True(t, ok)
			assert.Zero(t, index)
			assert.True(t, id.Alive())
			close(released)
		}})
	}}))
	<-released
	g, err := kernelgroup.New(kernelgroup.Config{Size: 1, Setup: func(m *kernelgroup.Member) error {
		assert.ErrorIs(t, m.Register("outside of any session"), kernel.ErrNoActiveSession)
		return inline(m, session.Funcs{"_start": func(kernel.Event) { assert.NoError(t, m.Register("x")) }})
	}})
	require.NoError(t, err)
	require.NoError(t, g.Run(t.Context()))
	_, _, ok := g.Lookup("x")
	assert.False(t, ok, "its session has stopped")
	assert.ErrorIs(t, g.Run(t.Context()), kernelgroup.ErrStarted)
}

func TestConfig(t *testing.T) {
	for field, c := range map[string]kernelgroup.Config{
		"Size":  {Size: -1, Setup: func(*kernelgroup.Member) error { return nil }},
		"Setup": {},
	} {
		var wrong *kernel.ConfigError
		_, err := kernelgroup.New(c)
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
		assert.ErrorAs(t, kernelgroup.Run(t.Context(), c), &wrong)
	}
	g, err := kernelgroup.New(kernelgroup.Config{Setup: func(*kernelgroup.Member) error { return nil }})
	require.NoError(t, err)
	assert.Equal(t, runtime.GOMAXPROCS(0), g.Size())
	assert.NoError(t, g.Run(t.Context()), "no sessions, nothing to do")
}

func TestKeysAreSpread(t *testing.T) {
	g, err := kernelgroup.New(kernelgroup.Config{Size: 7, Setup: func(*kernelgroup.Member) error { return nil }})
	require.NoError(t, err)
	var count [7]int
	for i := range 7000 {
		key := fmt.Sprint("key", i)
		require.Equal(t, g.Index(key), g.Index(key))
		count[g.Index(key)]++
	}
	for i, n := range count {
		assert.InDelta(t, 1000, n, 200, "kernel %d", i)
	}
}

// BenchmarkPost measures events between two kernels that post to each other at
// the same time, in bulk.
func BenchmarkPost(b *testing.B) {
	b.ReportAllocs()
	err := kernelgroup.Run(b.Context(), kernelgroup.Config{Size: 2, Setup: func(m *kernelgroup.Member) error {
		if m.Index == 1 {
			hold := m.Kernel.Hold("takes")
			return inline(m, session.Funcs{
				"_start": func(kernel.Event) { _ = m.Register("sink") },
				"take":   func(kernel.Event) {},
				"quit":   func(kernel.Event) { hold.Release() },
			})
		}
		left := b.N
		return inline(m, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("send") },
			"send": func(e kernel.Event) {
				to, _, _ := m.Group.Lookup("sink")
				for ; left > 0; left-- {
					if e.Kernel.Post(to, "take") != nil {
						_ = e.Host().NotifyWritable(m.Group.Outside(1), "send")
						return
					}
				}
				if e.Kernel.Post(to, "quit") != nil {
					e.Kernel.Yield("send")
				}
			},
		})
	}})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPingPong measures one event that goes to and fro between two
// kernels, which sleep meanwhile.
func BenchmarkPingPong(b *testing.B) {
	b.ReportAllocs()
	left := b.N // touched by the session that has the ball
	err := kernelgroup.Run(b.Context(), kernelgroup.Config{Size: 2, Stay: true, Setup: func(m *kernelgroup.Member) error {
		return inline(m, session.Funcs{
			"_start": func(e kernel.Event) {
				if err := m.Register(fmt.Sprint("player ", m.Index)); err != nil {
					b.Error(err)
				}
				if m.Index == 1 {
					_ = e.Kernel.Post(m.Group.Alias("player 0"), "ball")
				}
			},
			"ball": func(e kernel.Event) {
				if left--; left <= 0 {
					m.Group.Stop()
					return
				}
				_ = e.Kernel.Post(e.Sender, "ball")
			},
		})
	}})
	if err != nil {
		b.Fatal(err)
	}
}
