package kernel_test

import (
	"bytes"
	"context"
	"regexp"
	"runtime/pprof"
	"runtime/trace"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ownLabels finds the labels of the running goroutine, which is the only one
// that has this test's.
func ownLabels(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 1))
	found := regexp.MustCompile(`# labels: (\{.*"kernel":"profiled".*\})`).FindStringSubmatch(b.String())
	if found == nil {
		return ""
	}
	return found[1]
}

func TestProfileLabels(t *testing.T) {
	k := newKernel(kernel.Options{Name: "profiled", ProfileLabels: true})
	var seen []string
	look := func(e kernel.Event) { seen = append(seen, ownLabels(t)) }
	other := start(t, k, states{"_start": alias("other"), "asked": look, "fails": func(kernel.Event) { panic("oh") }})
	_, err := session.Create(k, &counter{}, session.States[counter]{
		"_start": func(_ *counter, e kernel.Event) { k.Yield("work") },
		"work": func(_ *counter, e kernel.Event) {
			look(e)
			_, err := k.Call(other, "asked")
			assert.NoError(t, err)
			look(e)
			assert.NoError(t, k.Sig("DIE", "died"))
			_, err = k.Call(other, "fails")
			assert.NoError(t, err)
			look(e)
			assert.NoError(t, k.AliasSet("worker"))
			k.Yield("again")
		},
		"died":  func(_ *counter, e kernel.Event) { k.SigHandled() },
		"again": func(_ *counter, e kernel.Event) { look(e) },
	})
	require.NoError(t, err)
	pprof.Do(t.Context(), pprof.Labels("part", "outer"), func(ctx context.Context) {
		_ = k.RunContext(ctx) // DIE of the other session ends it
	})
	work := `{"event":"work", "kernel":"profiled", "kind":"*kernel_test.counter", "part":"outer", "session":"2"}`
	require.GreaterOrEqual(t, len(seen), 4)
	assert.Equal(t, work, seen[0])
	assert.Regexp(t, `^{"event":"asked", "kernel":"profiled", "kind":".*", "part":"outer", "session":"1 \(other\)"}$`, seen[1])
	assert.Equal(t, []string{work, work}, seen[2:4])
	if len(seen) > 4 {
		assert.Contains(t, seen[4], `"session":"2 (worker)"`)
	}
	assert.Empty(t, ownLabels(t), "what ran before has its own labels again")
}

func TestProfileRegions(t *testing.T) {
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Fatal(err) // somebody else traces this test
	}
	k := newKernel(kernel.Options{ProfileRegions: true})
	start(t, k, states{
		"_start":            func(kernel.Event) { _ = k.AliasSet("traced alias"); k.Yield("a traced event") },
		"a traced event":    func(kernel.Event) { k.Yield("a traced mistake") },
		"a traced mistake":  func(kernel.Event) { panic("oh") },
		"never heard of it": func(kernel.Event) {},
	})
	err := k.Run()
	trace.Stop()
	assert.Error(t, err)
	for _, text := range []string{"a traced event", "a traced mistake", "1 (traced alias)"} {
		assert.Contains(t, b.String(), text)
	}
	assert.NotContains(t, b.String(), "never heard of it")
}

// TestWithoutProfilesNothingIsAllocated looks at the path that an event takes
// from Call to its handler and back.
func TestWithoutProfilesNothingIsAllocated(t *testing.T) {
	for name, c := range map[string]struct {
		labels, regions bool
		want            float64
	}{
		"off": {}, "labels are made once": {labels: true}, "regions, without an execution trace": {regions: true},
	} {
		t.Run(name, func(t *testing.T) {
			k := kernel.New(kernel.Options{ProfileLabels: c.labels, ProfileRegions: c.regions})
			other := start(t, k, states{"_start": alias("other"), "asked": func(kernel.Event) {}})
			start(t, k, states{"_start": func(kernel.Event) {
				assert.Equal(t, c.want, testing.AllocsPerRun(100, func() { _, _ = k.Call(other, "asked") }))
			}})
			require.NoError(t, k.Run())
		})
	}
}

func BenchmarkYieldProfiled(b *testing.B) {
	for name, p := range map[string]kernel.Options{"off": {}, "labels": {ProfileLabels: true}, "regions": {ProfileRegions: true}} {
		b.Run(name, func(b *testing.B) {
			k := kernel.New(p)
			session.Create(k, &counter{left: b.N}, yieldStates)
			benchRun(b, k)
		})
	}
}
