package poetest_test

import (
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// ticking runs a session that sees "a" at once, "b" after a second and "c" after
// three, under a recorder whose failures go to the fake.
func ticking(t *testing.T) (*fakeTB, *poetest.Recorder) {
	t.Helper()
	f := &fakeTB{TB: t}
	k, seen := poetest.Record(f)
	nothing := func(kernel.Event) {}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.Yield("a", "one", 2, &struct{}{})
			assert.NoError(t, e.Kernel.Delay("b", time.Second))
			assert.NoError(t, e.Kernel.Delay("c", 3*time.Second))
		},
		"a": nothing, "b": nothing, "c": nothing,
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	seen.Ignore("_start", "_stop", "_child")
	return f, seen
}

func TestExpectUnordered(t *testing.T) {
	_, seen := ticking(t)
	assert.True(t, seen.ExpectUnordered("1 c", "1 a", "1 b"))
	assert.True(t, seen.ExpectUnordered(), "an expectation uses up what it has seen")
	f, seen := ticking(t)
	assert.False(t, seen.ExpectUnordered("1 c", "1 a"))
	assert.Contains(t, f.text(), "! want 1 c                      got 1 b")
}

func TestExpectNever(t *testing.T) {
	f, seen := ticking(t)
	assert.True(t, seen.ExpectNever("1 d", "2 a"))
	assert.False(t, seen.ExpectNever("1 d", "1 c"))
	assert.Contains(t, f.text(), `"1 c" is among`)
	assert.True(t, seen.Expect("1 a", "1 b", "1 c"), "it uses up nothing")
	assert.True(t, seen.ExpectNever("1 c"))
}

func TestExpectWithin(t *testing.T) {
	_, seen := ticking(t)
	assert.True(t, seen.ExpectWithin(time.Second, "1 a", "1 b"), "between the two")
	_, seen = ticking(t)
	assert.True(t, seen.ExpectWithin(2*time.Second, "1 b", "1 c"))
	f, seen := ticking(t)
	assert.False(t, seen.ExpectWithin(time.Second, "1 b", "1 c"))
	assert.Contains(t, f.text(), `"1 c" came after 2s, want 1s or less`)
	_, seen = ticking(t)
	assert.False(t, seen.ExpectWithin(time.Second, "1 c"), "from the start")
	f, seen = ticking(t)
	assert.False(t, seen.ExpectWithin(time.Hour, "1 c", "1 b"))
	assert.Contains(t, f.text(), `"1 b" is missing`)
}

func TestGolden(t *testing.T) {
	_, seen := ticking(t)
	if !assert.True(t, seen.Golden("testdata/ticking.trace")) || flag.Lookup("poetest.update").Value.String() == "true" {
		return
	}
	f, seen := ticking(t)
	seen.Ignore("b")
	assert.False(t, seen.Golden("testdata/ticking.trace"))
	assert.Contains(t, f.text(), "! want 1s 1 b")
	f, seen = ticking(t)
	done := make(chan bool)
	go func() {
		defer close(done)
		seen.Golden("testdata/missing.trace")
	}()
	<-done
	assert.Contains(t, f.text(), "-poetest.update")
}
