package poetest_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

func TestNewIsStrict(t *testing.T) {
	k := poetest.New(t)
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Kernel.Yield("got_lien") }, "got_line": func(kernel.Event) {}})
	require.NoError(t, err)
	assert.ErrorContains(t, k.Run(), "did you mean got_line?")
}

func TestNothingLeftIsFine(t *testing.T) {
	fake := &fakeTB{TB: t}
	k := poetest.New(fake)
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Kernel.Delay("x", time.Hour) }, "x": func(kernel.Event) {}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	fake.end()
	assert.Empty(t, fake.failures)
}

func TestLeaksAreReported(t *testing.T) {
	for _, c := range []struct {
		name  string
		leave func(k *kernel.Kernel)
		want  string
	}{
		{"session", func(k *kernel.Kernel) {
			session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Kernel.AliasSet("stray") }})
		}, "session 1 (stray)"},
		{"timer", func(k *kernel.Kernel) {
			session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Kernel.Delay("never", time.Hour) }})
		}, "timer never"},
		{"handle", func(k *kernel.Kernel) {
			l := poetest.Listen(netip.AddrPort{})
			session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Kernel.SelectRead(l.Handle(), "ready") }})
		}, "listener 127.0.0.1:1"},
		{"hold", func(k *kernel.Kernel) { k.Hold("for ever") }, "held: for ever"},
		{"queue", func(k *kernel.Kernel) { k.Post(k.ID(), "nothing") }, "1 queued"},
		{"exception", func(k *kernel.Kernel) {
			session.Inline(k, session.Funcs{"_start": func(kernel.Event) {}, "_stop": func(kernel.Event) { panic("in _stop") }})
		}, "in _stop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fake := &fakeTB{TB: t}
			c.leave(poetest.New(fake))
			fake.end()
			assert.Contains(t, fake.text(), c.want)
		})
	}
}

func TestGoroutineLeakIsReported(t *testing.T) {
	t.Parallel()
	fake := &fakeTB{TB: t}
	poetest.New(fake)
	release, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		<-release
	}()
	fake.end()
	close(release)
	<-ended
	assert.Contains(t, fake.text(), "a goroutine is left")
	assert.Contains(t, fake.text(), "TestGoroutineLeakIsReported")
}

// The goroutines of one test are not held against another that runs beside it.
func TestGoroutinesOfOthersAreNotReported(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	go func() { <-release }()
	fake := &fakeTB{TB: t}
	poetest.New(fake)
	fake.end()
	assert.Empty(t, fake.failures)
}

// Watching signals starts a goroutine of the system's library, which stays.
func TestSignalWatcherIsNoLeak(t *testing.T) {
	fake := &fakeTB{TB: t}
	k := poetest.New(fake)
	session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Kernel.Sig("USR1", "usr1") }})
	require.NoError(t, k.Run())
	fake.end()
	assert.Empty(t, fake.failures)
}

func TestRunningKernelIsReported(t *testing.T) {
	fake := &fakeTB{TB: t}
	k := poetest.New(fake)
	started, ended := make(chan struct{}), make(chan error)
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.RefcountIncrement(e.Session, "stay")
			e.Kernel.Yield("up")
		},
		"up": func(kernel.Event) { close(started) },
	})
	go func() { ended <- k.Run() }()
	<-started
	fakeEnded := make(chan struct{})
	go func() { fake.end(); close(fakeEnded) }()
	require.NoError(t, <-ended)
	<-fakeEnded
	assert.Contains(t, fake.text(), "still runs on another goroutine")
}

func TestWarningsGoToTheLog(t *testing.T) {
	fake := &fakeTB{TB: t}
	k := poetest.New(fake)
	k.Host().Logger().Warn("mind the gap", "platform", 9)
	fake.end()
	k.Host().Logger().Warn("too late")
	assert.Equal(t, []string{`level=WARN msg="mind the gap" platform=9`}, fake.logged)
}

func TestExpect(t *testing.T) {
	fake := &fakeTB{TB: t}
	k, seen := poetest.Record(fake)
	nothing := func(kernel.Event) {}
	s, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("a", 1, "two"); e.Kernel.Yield("b") },
		"_stop":  nothing, "a": nothing, "b": nothing,
	}, "arg")
	require.NoError(t, err)
	seen.Label(s.ID(), "alice")
	seen.Ignore("_child")
	require.True(t, seen.Expect("alice _start"))
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"alice a", "alice b", "alice _stop"}, seen.Lines())
	assert.Equal(t, []string{"_start", "a", "b", "_stop"}, seen.Of(s.ID()))

	events := seen.Events()
	assert.Equal(t, []any{"arg"}, events[0].Args)
	assert.Equal(t, k.ID(), events[0].Sender)
	assert.Equal(t, []any{1, "two"}, events[1].Args)
	assert.Equal(t, s.ID(), events[1].Sender)

	assert.False(t, seen.Expect("alice a", "alice c", "alice _stop"))
	assert.Contains(t, fake.text(), "! want alice c")
	assert.True(t, seen.Expect(), "everything was taken by the former Expect")
	fake.end()
}

func TestExpectAmong(t *testing.T) {
	fake := &fakeTB{TB: t}
	k, seen := poetest.Record(fake)
	nothing := func(kernel.Event) {}
	names := session.Funcs{"_start": func(e kernel.Event) { e.Kernel.Yield("a"); e.Kernel.Yield("b"); e.Kernel.Yield("c") }, "_stop": nothing, "a": nothing, "b": nothing, "c": nothing}
	session.Inline(k, names)
	require.NoError(t, k.Run())
	assert.True(t, seen.ExpectAmong("1 a", "1 c"))
	session.Inline(k, names)
	require.NoError(t, k.Run())
	assert.False(t, seen.ExpectAmong("2 c", "2 a"))
	assert.Contains(t, fake.text(), `"2 a" is missing, number 2`)
	fake.end()
}

func TestRecordRefusesALogger(t *testing.T) {
	fake := &fakeTB{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		poetest.Record(fake, kernel.Options{Clock: otherClock{}})
	}()
	<-done
	assert.Contains(t, fake.text(), "*poetest.Clock")
}

type otherClock struct{ kernel.Clock }

// The error of a failed handler is Run's, and is no leak.
func TestErrorsArePassedOn(t *testing.T) {
	k := poetest.New(t)
	boom := errors.New("boom")
	session.Inline(k, session.Funcs{"_start": func(kernel.Event) { panic(boom) }})
	require.ErrorIs(t, k.Run(), boom)
}
