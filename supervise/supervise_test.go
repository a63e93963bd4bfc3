package supervise_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/supervise"
)

// world is a kernel on a virtual clock, and a log of what children do.
type world struct {
	t   *testing.T
	k   *kernel.Kernel
	log []string
}

func newWorld(t *testing.T) *world {
	return &world{t: t, k: kernel.New(kernel.Options{Clock: &poetest.Clock{}, Logger: slog.New(slog.DiscardHandler)})}
}

func (w *world) add(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

// worker is a Start that makes a session with an alias of its own, which
// crashes, finishes, fails or stops when it is told to.
func (w *world) worker(name string) func(e kernel.Event) (kernel.ID, error) {
	return func(e kernel.Event) (kernel.ID, error) {
		made, err := session.Inline(e.Kernel, session.Funcs{
			"_start": func(e kernel.Event) {
				w.add("start %s", name)
				e.AliasSet(name)
			},
			"_stop":    func(kernel.Event) { w.add("stop %s", name) },
			"crash":    func(kernel.Event) { panic(errCrash) },
			"finish":   func(e kernel.Event) { e.AliasRemove(name) },
			"shutdown": func(e kernel.Event) { e.AliasRemove(name) },
			"fail": func(e kernel.Event) {
				assert.NoError(w.t, supervise.Fail(e, errCrash))
				e.AliasRemove(name)
			},
			"line": func(e kernel.Event) {
				w.add("%s line %v from %v", name, e.Args, e.Sender.Number())
				e.Return("answered")
			},
		})
		if err != nil {
			return kernel.ID{}, err
		}
		return made.ID(), nil
	}
}

func (w *world) spec(name string, restart supervise.Restart) supervise.Spec {
	return supervise.Spec{Name: name, Start: w.worker(name), Restart: restart}
}

var errCrash = errors.New("crash")

// script posts events to aliases, a virtual second apart each, and then stops
// the supervisor under the alias "tree".
func (w *world) script(steps ...string) {
	states := session.Funcs{
		"_start": func(e kernel.Event) { e.Delay("step", time.Second, 0) },
		"step": func(e kernel.Event) {
			i := kernel.Arg[int](e, 0)
			if i == len(steps) {
				e.Post(kernel.Alias("tree"), "shutdown")
				return
			}
			to, event, _ := strings.Cut(steps[i], " ")
			assert.NoError(w.t, e.Post(kernel.Alias(to), event), steps[i])
			e.Delay("step", time.Second, i+1)
		},
	}
	_, err := session.Inline(w.k, states)
	require.NoError(w.t, err)
}

func (w *world) run() error { return w.k.Run() }

func (w *world) supervisor(c supervise.Config) *supervise.Supervisor {
	c.Alias = "tree"
	if c.Intensity == (supervise.Intensity{}) {
		c.Intensity = supervise.Intensity{Restarts: 100, Period: time.Hour}
	}
	s, err := supervise.New(w.k, c)
	require.NoError(w.t, err)
	return s
}

func TestStrategies(t *testing.T) {
	for _, c := range []struct {
		name     string
		strategy supervise.Strategy
		want     string
	}{
		{"one for one", supervise.OneForOne, "stop b,start b"},
		{"one for all", supervise.OneForAll, "stop b,stop c,stop a,start a,start b,start c"},
		{"rest for one", supervise.RestForOne, "stop b,stop c,start b,start c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.supervisor(supervise.Config{Strategy: c.strategy, Children: []supervise.Spec{
				w.spec("a", supervise.Permanent), w.spec("b", supervise.Permanent), w.spec("c", supervise.Permanent),
			}})
			w.script("b crash")
			require.NoError(t, w.run())
			want := "start a,start b,start c," + c.want + ",stop c,stop b,stop a"
			assert.Equal(t, want, strings.Join(w.log, ","))
		})
	}
}

func TestKindsOfEnd(t *testing.T) {
	for _, c := range []struct {
		restart supervise.Restart
		end     string
		again   bool
		err     error
	}{
		{supervise.Permanent, "crash", true, errCrash},
		{supervise.Permanent, "finish", true, nil},
		{supervise.Permanent, "fail", true, errCrash},
		{supervise.Transient, "crash", true, errCrash},
		{supervise.Transient, "finish", false, nil},
		{supervise.Transient, "fail", true, errCrash},
		{supervise.Temporary, "crash", false, errCrash},
		{supervise.Temporary, "finish", false, nil},
	} {
		t.Run(fmt.Sprint(c.restart, c.end), func(t *testing.T) {
			w := newWorld(t)
			var seen []supervise.Status
			s := w.supervisor(supervise.Config{
				Children: []supervise.Spec{w.spec("a", c.restart)},
				Changed: func(_ kernel.Event, s supervise.Status) {
					if s.State == supervise.Stopped {
						seen = append(seen, s)
					}
				},
			})
			w.script("a " + c.end)
			require.NoError(t, w.run())
			require.NotEmpty(t, seen)
			if c.err == nil {
				assert.NoError(t, seen[0].Err)
			} else {
				assert.ErrorIs(t, seen[0].Err, c.err)
			}
			assert.Equal(t, c.again, len(w.log) == 4, w.log)
			if c.restart == supervise.Temporary {
				assert.Empty(t, s.Children(), "its specification is dropped")
			}
		})
	}
}

func TestIntensityEscalates(t *testing.T) {
	w := newWorld(t)
	w.supervisor(supervise.Config{
		Intensity: supervise.Intensity{Restarts: 2, Period: time.Minute},
		Children:  []supervise.Spec{w.spec("a", supervise.Permanent), w.spec("b", supervise.Permanent)},
	})
	w.script("a crash", "a crash", "a crash")
	var gaveUp *supervise.IntensityError
	err := w.run()
	require.ErrorAs(t, err, &gaveUp)
	assert.Equal(t, "a", gaveUp.Child)
	assert.ErrorIs(t, err, errCrash)
	assert.ErrorContains(t, err, `tree gives up: child "a" ended, and more than 2 restarts in 1m0s are not allowed`)
	assert.Equal(t, "stop b", w.log[len(w.log)-1], "the others are stopped first")
}

func TestIntensityForgets(t *testing.T) {
	w := newWorld(t)
	w.supervisor(supervise.Config{
		Intensity: supervise.Intensity{Restarts: 1, Period: 500 * time.Millisecond},
		Children:  []supervise.Spec{w.spec("a", supervise.Permanent)},
	})
	w.script("a crash", "a crash", "a crash")
	require.NoError(t, w.run())
}

// A supervisor that gives up is a child that has crashed, for the one above it.
func TestSupervisorUnderSupervisor(t *testing.T) {
	w := newWorld(t)
	inner := supervise.Spec{Name: "inner", Shutdown: supervise.Infinite, Start: func(e kernel.Event) (kernel.ID, error) {
		s, err := supervise.New(e.Kernel, supervise.Config{
			Alias:     "inner",
			Intensity: supervise.Intensity{Restarts: -1},
			Children:  []supervise.Spec{w.spec("a", supervise.Permanent)},
		})
		if err != nil {
			return kernel.ID{}, err
		}
		return s.ID(), nil
	}}
	outer := w.supervisor(supervise.Config{Children: []supervise.Spec{inner, w.spec("b", supervise.Permanent)}})
	var tree strings.Builder
	_, err := session.Inline(w.k, session.Funcs{
		"_start": func(e kernel.Event) { e.Delay("look", 1500*time.Millisecond) },
		"look":   func(kernel.Event) { assert.NoError(t, outer.Dump(&tree)) },
	})
	require.NoError(t, err)
	w.script("a crash")
	require.NoError(t, w.run())
	assert.Equal(t, "start a,start b,stop a,start a,stop b,stop a", strings.Join(w.log, ","))
	assert.Contains(t, tree.String(), "inner running, restarts 1: ")
	assert.Contains(t, tree.String(), "\n  a running\n")
	assert.Contains(t, tree.String(), "b running\n")
}

// What a session below a child throws ends the child; what the child handles
// itself does not.
func TestExceptionsBelowAChild(t *testing.T) {
	for _, handled := range []bool{false, true} {
		t.Run(fmt.Sprint(handled), func(t *testing.T) {
			w := newWorld(t)
			starts := 0
			w.supervisor(supervise.Config{Children: []supervise.Spec{{Name: "a", Start: func(e kernel.Event) (kernel.ID, error) {
				starts++
				made, err := session.Inline(e.Kernel, session.Funcs{
					"_start": func(e kernel.Event) {
						e.AliasSet("a")
						if handled {
							e.Sig("DIE", "die")
						}
						session.Inline(e.Kernel, session.Funcs{
							"_start": func(e kernel.Event) { e.AliasSet("below") },
							"crash":  func(e kernel.Event) { panic(errCrash) },
							"end":    func(e kernel.Event) { e.AliasRemove("below") },
						})
					},
					"die":      func(e kernel.Event) { e.SigHandled() },
					"shutdown": func(e kernel.Event) { e.AliasRemove("a"); e.Post(kernel.Alias("below"), "end") },
				})
				if err != nil {
					return kernel.ID{}, err
				}
				return made.ID(), nil
			}}}})
			w.script("below crash")
			require.NoError(t, w.run())
			assert.Equal(t, map[bool]int{false: 2, true: 1}[handled], starts)
		})
	}
}

func TestShutdownHasADeadline(t *testing.T) {
	for _, c := range []struct {
		name     string
		shutdown time.Duration
		want     time.Duration
	}{
		{"default", 0, supervise.DefaultShutdown}, {"its own", time.Second, time.Second}, {"brutal", supervise.Brutal, 0}, {"infinite", supervise.Infinite, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			var asked, stopped time.Time
			w.supervisor(supervise.Config{
				Children: []supervise.Spec{{Name: "a", Shutdown: c.shutdown, Start: func(e kernel.Event) (kernel.ID, error) {
					made, err := session.Inline(e.Kernel, session.Funcs{
						"_start":   func(e kernel.Event) { e.AliasSet("a") },
						"shutdown": func(e kernel.Event) { e.Delay("late", time.Hour) },
						"late":     func(e kernel.Event) { e.AliasRemove("a") },
						"_stop":    func(e kernel.Event) { stopped = e.Kernel.Now() },
					})
					return made.ID(), err
				}}},
				Changed: func(e kernel.Event, s supervise.Status) {
					if s.State == supervise.Stopping {
						asked = e.Kernel.Now()
					}
				},
			})
			w.script()
			require.NoError(t, w.run())
			assert.Equal(t, c.want, stopped.Sub(asked))
		})
	}
}

func TestBackoffGrowsAndForgets(t *testing.T) {
	w := newWorld(t)
	var ended time.Time
	var waits []time.Duration
	w.supervisor(supervise.Config{
		Backoff: supervise.Backoff{Min: 100 * time.Millisecond, Max: 400 * time.Millisecond},
		Children: []supervise.Spec{
			w.spec("a", supervise.Permanent),
		},
		Changed: func(e kernel.Event, s supervise.Status) {
			switch {
			case s.State == supervise.Stopped:
				ended = e.Kernel.Now()
			case s.State == supervise.Running && s.Restarts > 0:
				waits = append(waits, e.Kernel.Now().Sub(ended).Round(time.Millisecond))
			}
		},
		Intensity: supervise.Intensity{Restarts: 10, Period: 2 * time.Second},
	})
	w.script("a crash", "a crash", "a crash", "a crash", "tree ignored", "tree ignored", "a crash")
	require.NoError(t, w.run())
	assert.Equal(t, []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 400 * time.Millisecond, 100 * time.Millisecond}, waits)
}

func TestJitter(t *testing.T) {
	w := newWorld(t)
	w.supervisor(supervise.Config{
		Backoff:  supervise.Backoff{Min: time.Second / 2, Jitter: 0.5, Rand: func() float64 { return 0 }},
		Children: []supervise.Spec{w.spec("a", supervise.Permanent)},
		Changed: func(e kernel.Event, s supervise.Status) {
			w.add("%v %v", s.State, e.Kernel.Now().Sub((&poetest.Clock{}).Wall()))
		},
	})
	w.script("a crash")
	require.NoError(t, w.run())
	assert.Contains(t, w.log, "restarting 1s")
	assert.Contains(t, w.log, "running 1.25s")
}

// A child that cannot be started again uses up restarts until it can.
func TestStartFails(t *testing.T) {
	w := newWorld(t)
	failures := 2
	start := w.worker("a")
	began := false
	w.supervisor(supervise.Config{Children: []supervise.Spec{{Name: "a", Start: func(e kernel.Event) (kernel.ID, error) {
		if began && failures > 0 {
			failures--
			return kernel.ID{}, errCrash
		}
		began = true
		return start(e)
	}}}})
	w.script("a crash", "a finish")
	require.NoError(t, w.run())
	assert.Equal(t, "start a,stop a,start a,stop a,start a,stop a", strings.Join(w.log, ","))
}

func TestNewStopsWhatItStartedIfOneFails(t *testing.T) {
	w := newWorld(t)
	_, err := supervise.New(w.k, supervise.Config{Alias: "tree", Children: []supervise.Spec{
		w.spec("a", supervise.Permanent),
		{Name: "b", Start: func(kernel.Event) (kernel.ID, error) { return kernel.ID{}, errCrash }},
		w.spec("c", supervise.Permanent),
	}})
	require.ErrorIs(t, err, errCrash)
	require.NoError(t, w.run())
	assert.Equal(t, "start a,stop a", strings.Join(w.log, ","))
}

func TestForeignSessionIsRefused(t *testing.T) {
	w := newWorld(t)
	_, err := supervise.New(w.k, supervise.Config{Children: []supervise.Spec{{Name: "a", Start: func(e kernel.Event) (kernel.ID, error) {
		id, err := w.worker("a")(e)
		assert.NoError(t, e.Kernel.DetachChild(id))
		return id, err
	}}}})
	assert.ErrorIs(t, err, supervise.ErrForeign)
	require.NoError(t, w.run())
}

func TestAutoShutdown(t *testing.T) {
	for _, c := range []struct {
		name string
		auto supervise.AutoShutdown
		ends []string
		left bool
	}{
		{"any", supervise.AnySignificant, []string{"a finish"}, false},
		{"all, one ended", supervise.AllSignificant, []string{"a finish"}, true},
		{"all", supervise.AllSignificant, []string{"a finish", "b finish"}, false},
		{"never", supervise.NeverShutdown, []string{"a finish", "b finish"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.spec("a", supervise.Transient), w.spec("b", supervise.Transient)
			a.Significant, b.Significant = true, true
			s := w.supervisor(supervise.Config{AutoShutdown: c.auto, Children: []supervise.Spec{a, b, w.spec("c", supervise.Permanent)}})
			var left bool
			_, err := session.Inline(w.k, session.Funcs{
				"_start": func(e kernel.Event) { e.Delay("look", time.Duration(len(c.ends))*time.Second+time.Second/2) },
				"look":   func(kernel.Event) { left = s.ID().Alive() },
			})
			require.NoError(t, err)
			w.script(c.ends...)
			require.NoError(t, w.run())
			assert.Equal(t, c.left, left)
		})
	}
}

func TestChildrenThatComeAndGo(t *testing.T) {
	w := newWorld(t)
	s := w.supervisor(supervise.Config{Children: []supervise.Spec{w.spec("a", supervise.Permanent)}})
	_, err := session.Inline(w.k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.NoError(t, s.Add(w.spec("b", supervise.Permanent)))
			assert.ErrorIs(t, s.Add(w.spec("b", supervise.Permanent)), supervise.ErrExists)
			assert.ErrorIs(t, s.Delete("b"), supervise.ErrRunning)
			assert.ErrorIs(t, s.Terminate("z"), supervise.ErrNoChild)
			assert.NoError(t, s.Terminate("b"))
			assert.ErrorIs(t, s.Terminate("a"), supervise.ErrStopping)
			e.Delay("restart", time.Second)
		},
		"restart": func(e kernel.Event) {
			assert.ErrorIs(t, s.Restart("a"), supervise.ErrRunning)
			assert.NoError(t, s.Restart("b"))
			assert.NoError(t, s.Terminate("b"))
			e.Delay("delete", time.Second)
		},
		"delete": func(e kernel.Event) {
			assert.NoError(t, s.Delete("b"))
			assert.Len(t, s.Children(), 1)
			e.Post(kernel.Alias("tree"), "shutdown")
		},
	})
	require.NoError(t, err)
	require.NoError(t, w.run())
	assert.Equal(t, "start a,start b,stop b,start b,stop b,stop a", strings.Join(w.log, ","))
}

// The alias of a child that is restarted stays: what is posted meanwhile waits
// for the next session, in order, also behind the event that made it crash.
func TestAliasWithoutAGap(t *testing.T) {
	for _, c := range []struct {
		name string
		rule supervise.WhileDown
		want []string
		dead uint64
		err  error
	}{
		{"keep", supervise.Keep, []string{"w line [1] from 9", "w line [2] from 9", "w line [3] from 9"}, 0, nil},
		{"drop", supervise.Drop, []string{"w line [3] from 9"}, 2, nil},
		{"refuse", supervise.Refuse, []string{"w line [3] from 9"}, 1, kernel.ErrNoSession},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			spec := w.spec("w", supervise.Permanent)
			spec.Alias, spec.WhileDown = "service", c.rule
			w.supervisor(supervise.Config{
				Backoff:  supervise.Backoff{Min: time.Second},
				Children: []supervise.Spec{spec},
			})
			to := kernel.Alias("service")
			var me kernel.ID
			_, err := session.Inline(w.k, session.Funcs{
				"_start": func(e kernel.Event) {
					me = e.Session
					v, err := e.Call(to, "line", 0)
					assert.NoError(t, err)
					assert.Equal(t, "answered", v)
					assert.NoError(t, e.Post(to, "crash"))
					assert.NoError(t, e.Post(to, "line", 1))
					e.Delay("during", 500*time.Millisecond)
					e.Delay("after", 5*time.Second)
				},
				"during": func(e kernel.Event) { assert.ErrorIs(t, e.Post(to, "line", 2), c.err) },
				"after": func(e kernel.Event) {
					assert.NoError(t, e.Post(to, "line", 3))
					e.Delay("end", time.Second)
				},
				"end": func(e kernel.Event) { e.Post(kernel.Alias("tree"), "shutdown") },
			})
			require.NoError(t, err)
			require.NoError(t, w.run())
			var lines []string
			for _, l := range w.log {
				if strings.Contains(l, "line") && !strings.Contains(l, "[0]") {
					lines = append(lines, l)
				}
			}
			for i := range c.want {
				c.want[i] = strings.Replace(c.want[i], "from 9", fmt.Sprint("from ", me.Number()), 1)
			}
			assert.Equal(t, c.want, lines)
			assert.Equal(t, c.dead, w.k.Stats().DeadLetters)
		})
	}
}

func TestConfigErrors(t *testing.T) {
	ok := func(kernel.Event) (kernel.ID, error) { return kernel.ID{}, nil }
	for field, c := range map[string]supervise.Config{
		"Children[0].Name":     {Children: []supervise.Spec{{Start: ok}}},
		"Children[1].Name":     {Children: []supervise.Spec{{Name: "a", Start: ok}, {Name: "a", Start: ok}}},
		"Children[0].Start":    {Children: []supervise.Spec{{Name: "a"}}},
		"Children[0].Restart":  {Children: []supervise.Spec{{Name: "a", Start: ok, Restart: 7}}},
		"Children[0].Shutdown": {Children: []supervise.Spec{{Name: "a", Start: ok, Shutdown: -7}}},
		"Children[0].Alias":    {Alias: "a", Children: []supervise.Spec{{Name: "a", Start: ok, Alias: "a"}}},
		"Strategy":             {Strategy: 9},
		"AutoShutdown":         {AutoShutdown: 9},
		"Backoff.Jitter":       {Backoff: supervise.Backoff{Jitter: 2}},
	} {
		_, err := supervise.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}

func TestFailWithoutASupervisor(t *testing.T) {
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		assert.ErrorIs(t, supervise.Fail(e, errCrash), supervise.ErrNotInTree)
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}
