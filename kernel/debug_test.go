package kernel_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStrictModeNamesTheNearestHandler(t *testing.T) {
	for event, want := range map[string]string{
		"got_lien": "kernel: no handler got_lien in session 1 (echo): did you mean got_line?",
		"GOT_LINE": "kernel: no handler GOT_LINE in session 1 (echo): did you mean got_line?",
		"quite":    "kernel: no handler quite in session 1 (echo)",
	} {
		t.Run(event, func(t *testing.T) {
			k := newKernel(kernel.Options{Strict: true})
			start(t, k, states{
				"_start":   func(kernel.Event) { _ = k.AliasSet("echo"); k.Yield(event) },
				"got_line": func(kernel.Event) {},
			})
			err := k.Run()
			var thrown *kernel.HandlerError
			require.ErrorAs(t, err, &thrown)
			assert.Equal(t, want, thrown.Text())
			assert.Equal(t, event, thrown.Event)
		})
	}
}

func TestStrictModeLetsDefaultTakeEvents(t *testing.T) {
	k := newKernel(kernel.Options{Strict: true})
	took := false
	start(t, k, states{
		"_start":   func(kernel.Event) { k.Yield("whatever") },
		"_default": func(kernel.Event) { took = true },
	})
	require.NoError(t, k.Run())
	assert.True(t, took)
}

func TestStrictModeFindsMisuse(t *testing.T) {
	k := newKernel(kernel.Options{Strict: true})
	assert.Panics(t, func() { k.Yield("nobody is active") })
	assert.NotPanics(t, func() { newKernel().Yield("nobody is active") })
}

func TestAssertions(t *testing.T) {
	rd, wr, err := kernel.Pipe()
	require.NoError(t, err)
	defer wr.Close()
	for name, c := range map[string]struct {
		assert kernel.Assert
		do     func(k *kernel.Kernel)
		want   string
	}{
		"EVENTS":  {kernel.Assert{Events: true}, func(k *kernel.Kernel) { k.Yield("_stop") }, "one of the kernel's own"},
		"RETVALS": {kernel.Assert{Returns: true}, func(k *kernel.Kernel) { _ = k.Post(kernel.Alias("nobody"), "x") }, "no such session"},
		"STATES":  {kernel.Assert{States: true}, func(k *kernel.Kernel) { k.Yield("unheard") }, "no handler unheard"},
		"USAGE":   {kernel.Assert{Usage: true}, func(k *kernel.Kernel) { k.Yield("") }, "Yield"},
		"FILES": {kernel.Assert{Files: true}, func(k *kernel.Kernel) {
			require.NoError(t, k.SelectRead(rd, "x"))
			rd.Close()
			_, _ = rd.Read(make([]byte, 1))
		}, "closed"},
	} {
		body := func(t *testing.T, k *kernel.Kernel) error {
			start(t, k, states{"_start": func(kernel.Event) { c.do(k) }})
			return k.Run()
		}
		if name != "FILES" { // its handle can be closed but once
			t.Run("environment "+name, func(t *testing.T) {
				t.Setenv("POE_ASSERT_"+name, "1")
				assert.ErrorContains(t, body(t, kernel.New()), c.want)
			})
			t.Run("off "+name, func(t *testing.T) {
				t.Setenv("POE_ASSERT_"+name, "0")
				assert.NoError(t, body(t, kernel.New()))
			})
		}
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, body(t, kernel.New(kernel.Options{Assert: c.assert})), c.want)
		})
	}
}

// AssertData looks at the kernel's books after every turn: a wrong one is found
// at once, however it is asked for, and without it nobody looks.
func TestReservedEventsAreNotPostedToOtherKernels(t *testing.T) {
	other := start(t, kernel.New(), states{"_start": func(e kernel.Event) { require.NoError(t, e.AliasSet("other")) }})
	k := kernel.New(kernel.Options{Assert: kernel.Assert{Events: true}})
	start(t, k, states{"_start": func(kernel.Event) { _ = k.Post(other, "_stop") }})
	assert.ErrorContains(t, k.Run(), "one of the kernel's own")
}

func TestAssertDataChecksTheBooks(t *testing.T) {
	for name, c := range map[string]struct {
		environment string
		assert      kernel.Assert
		finds       bool
	}{
		"AssertData":     {assert: kernel.Assert{Data: true}, finds: true},
		"AssertAll":      {assert: kernel.Assert{All: true}, finds: true},
		"ASSERT_DATA":    {environment: "POE_ASSERT_DATA", finds: true},
		"ASSERT_DEFAULT": {environment: "POE_ASSERT_DEFAULT", finds: true},
		"others":         {assert: kernel.Assert{Usage: true, Events: true, Returns: true, States: true, Files: true}},
		"off":            {},
	} {
		t.Run(name, func(t *testing.T) {
			if c.environment != "" {
				t.Setenv(c.environment, "1")
			}
			k := kernel.New(kernel.Options{Assert: c.assert})
			reached := false
			start(t, k, states{
				"_start":   func(kernel.Event) { k.Yield("falsify") },
				"falsify":  func(kernel.Event) { k.FalsifyBooks(); k.Yield("reached") },
				"reached":  func(kernel.Event) { reached = true; k.Yield("finished") },
				"finished": func(kernel.Event) {},
			})
			run := func() { _ = k.Run() }
			if !c.finds {
				assert.NotPanics(t, run)
				assert.True(t, reached)
				return
			}
			assert.PanicsWithValue(t, "kernel: an invariant is broken: tagged references: counted 1, there are 0", run)
			assert.False(t, reached)
		})
	}
}

// Assert.All makes every kind of mistake panic.
func TestAssertDefault(t *testing.T) {
	for name, mistake := range map[string]func(k *kernel.Kernel){
		"usage":   func(k *kernel.Kernel) { k.Yield("") },
		"events":  func(k *kernel.Kernel) { k.Yield("_stop") },
		"returns": func(k *kernel.Kernel) { _ = k.Post(kernel.Alias("nobody"), "x") },
		"states":  func(k *kernel.Kernel) { k.Yield("unheard") },
	} {
		for _, byEnvironment := range []bool{false, true} {
			t.Run(fmt.Sprint(name, byEnvironment), func(t *testing.T) {
				o := kernel.Options{Assert: kernel.Assert{All: true}}
				if byEnvironment {
					t.Setenv("POE_ASSERT_DEFAULT", "1")
					o.Assert = kernel.Assert{}
				}
				k := kernel.New(o)
				start(t, k, states{"_start": func(kernel.Event) { mistake(k) }})
				assert.Error(t, k.Run())
			})
		}
	}
}

func TestTraces(t *testing.T) {
	for name, want := range map[string][]string{
		"EVENTS":     {"queued event=hello", "dispatching event=hello"},
		"SESSIONS":   {"created session=1", "stopped session=1"},
		"SIGNALS":    {"signal name=FOO"},
		"RETVALS":    {"returned event=hello session=1 value=answer"},
		"FILES":      {"watched handle=pipe (read) mode=read", "no longer watched"},
		"DESTROY":    {"released session=1 reasons=[reference tag (1)"},
		"STATISTICS": {"statistics"},
		"DEFAULT":    {"queued event=hello", "created session=1", "statistics"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("POE_TRACE_"+name, "1")
			var seen log
			k := newKernel(kernel.Options{Logger: logger(&seen)})
			rd, wr, err := kernel.Pipe()
			require.NoError(t, err)
			defer rd.Close()
			defer wr.Close()
			start(t, k, states{
				"_start": func(e kernel.Event) {
					_, _ = k.RefcountIncrement(e.Session, "tag")
					_ = k.SelectRead(rd, "x")
					k.SelectClear(rd, kernel.Read)
					k.Yield("hello")
				},
				"hello": func(e kernel.Event) {
					e.Return("answer")
					_ = k.Signal(e.Session, "FOO")
					_ = k.Signal(e.Session, "KILL")
				},
			})
			require.NoError(t, k.Run())
			for _, line := range want {
				assert.True(t, seen.Contains(line), "no %q in\n%s", line, strings.Join(seen.All(), "\n"))
			}
		})
	}
	t.Run("off", func(t *testing.T) {
		var seen log
		k := kernel.New(kernel.Options{Logger: logger(&seen)})
		start(t, k, states{"_start": func(kernel.Event) { k.Yield("hello") }})
		require.NoError(t, k.Run())
		assert.Empty(t, seen.All())
	})
}

func TestWhyAliveListsEveryReasonAndItsPlace(t *testing.T) {
	k := newKernel(kernel.Options{Trace: kernel.Trace{Refcount: true}})
	rd, wr, err := kernel.Pipe()
	require.NoError(t, err)
	defer rd.Close()
	defer wr.Close()
	pid, release := child(t, "0")
	defer release()
	var why []kernel.Reason
	var dump strings.Builder
	start(t, k, states{
		"_start": func(e kernel.Event) {
			_ = k.AliasSet("target")
			start(t, k, states{"_start": func(e kernel.Event) {
				_ = k.AliasSet("busy")
				_, _ = k.RefcountIncrement(e.Session, "tag")
				back := e.Session.Postback("x")
				defer back.Release()
				_ = k.SelectRead(rd, "x")
				_ = k.SigChild(pid, "x")
				k.Delay("timer", time.Hour)
				k.Yield("yielded")
				_ = k.Post(kernel.Alias("target"), "posted")
				start(t, k, states{"_start": alias("kid")})
				_, err := k.Host().Own(&closer{name: "wheel", seen: &log{}}, "wheel 1")
				require.NoError(t, err)
				hold := k.Hold("a promise")
				defer hold.Release()
				why = k.WhyAlive(e.Session)
				require.NoError(t, k.DumpAlive(&dump))
				k.Stop()
			}})
		},
	})
	require.NoError(t, k.Run())
	var kinds []string
	for _, r := range why {
		kinds = append(kinds, r.Kind+" "+r.Name)
		if r.Kind != "event" || r.Name != "(just created)" {
			assert.Contains(t, r.Site, "_test.go:", r)
		}
	}
	for _, want := range []string{"event yielded", "sent posted to session 1 (target)", "timer timer", "alias busy",
		"handle pipe (read) for read", "child 3 (kid)", "reference postback (1)", "reference tag (1)"} {
		assert.Contains(t, kinds, want)
	}
	for _, want := range []string{"session 1 (target)", "session 2 (busy)", "session 3 (kid)", "held: a promise", "wheel 1"} {
		assert.Contains(t, dump.String(), want)
	}
	assert.Nil(t, k.WhyAlive(kernel.ID{}))
}

func TestDeadLetters(t *testing.T) {
	var letters []string
	k := newKernel(kernel.Options{DeadLetter: func(d kernel.DeadLetter) {
		letters = append(letters, d.Event+map[bool]string{true: " unhandled"}[d.Unhandled])
	}})
	start(t, k, states{
		"_start": func(e kernel.Event) {
			k.Yield("unheard")
			_ = k.Signal(e.Session, "KILL")
			k.Yield("never")
			k.Delay("timer", time.Hour)
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"unheard unhandled", "never"}, letters)
	assert.EqualValues(t, 2, k.Stats().DeadLetters)
}

func TestLeakReport(t *testing.T) {
	var warned log
	k := newKernel(kernel.Options{Logger: logger(&warned)})
	start(t, k, states{"_start": func(kernel.Event) { k.Hold("forgotten"); k.Yield("end") }, "end": func(kernel.Event) { k.Stop() }})
	require.NoError(t, k.Run())
	assert.True(t, warned.Contains("why=forgotten"))
}

func TestWatchdog(t *testing.T) {
	reports := make(chan kernel.SlowHandler, 10)
	k := newKernel(kernel.Options{SlowHandler: time.Millisecond, Slow: func(s kernel.SlowHandler) { reports <- s }})
	var handled atomic.Bool
	start(t, k, states{
		"_start": func(kernel.Event) { k.Yield("slow") },
		"slow": func(kernel.Event) {
			s := <-reports // the handler continues until it has been reported
			assert.Equal(t, "slow", s.Event)
			assert.Equal(t, "1", s.Session)
			assert.GreaterOrEqual(t, s.Running, time.Millisecond)
			assert.Contains(t, string(s.Stack), "TestWatchdog")
			handled.Store(true)
		},
	})
	require.NoError(t, k.Run())
	assert.True(t, handled.Load())
}

func TestCallerSiteIsThereWhileEventsAreTraced(t *testing.T) {
	for trace, want := range map[kernel.Trace]bool{{}: false, {Events: true}: true} {
		k := kernel.New(kernel.Options{Trace: trace})
		start(t, k, states{
			"_start": func(kernel.Event) { k.Yield("hello") },
			"hello": func(e kernel.Event) {
				file, line := e.CallerSite()
				assert.Equal(t, want, strings.HasSuffix(file, "debug_test.go") && line > 0)
			},
		})
		require.NoError(t, k.Run())
	}
}

func TestAssertUsageOutsideOfSessions(t *testing.T) {
	k := newKernel(kernel.Options{Assert: kernel.Assert{Usage: true}})
	for name, misuse := range map[string]func(){
		"Sig": func() { _ = k.Sig("TERM", "x") }, "State": func() { _ = k.State("x", nil) },
		"SigChild": func() { _ = k.SigChild(1, "x") }, "Delay": func() { _ = k.Delay("x", 0) }, "Yield": func() { k.Yield("x") },
		"DetachMyself": func() { _ = k.DetachMyself() }, "DetachChild": func() { _ = k.DetachChild(k.ID()) },
	} {
		assert.Panics(t, misuse, name)
	}
}

func TestAssertDataSeesASessionStartedTwice(t *testing.T) {
	k := newKernel(kernel.Options{Assert: kernel.Assert{Data: true}})
	id := start(t, k, states{"_start": func(kernel.Event) {}})
	assert.PanicsWithValue(t, "kernel: Start: session 1 has been started already", func() { _, _ = k.Host().Start(id.Session()) })
	require.NoError(t, k.Run())
}
