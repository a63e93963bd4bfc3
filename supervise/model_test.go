package supervise_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/supervise"
)

// model is what a supervisor is to do, in as few words as possible.
type model struct {
	strategy  supervise.Strategy
	intensity supervise.Intensity
	auto      supervise.AutoShutdown
	specs     []supervise.Spec
	running   map[string]bool
	recent    []time.Duration
	over      bool
	gaveUp    bool
	log       []string
}

func (m *model) start(name string) {
	m.running[name] = true
	m.log = append(m.log, "start "+name)
}

func (m *model) stop(name string) {
	delete(m.running, name)
	m.log = append(m.log, "stop "+name)
}

// stopAll stops those that run, the youngest first.
func (m *model) stopAll() {
	m.over = true
	for _, s := range slices.Backward(slices.Clone(m.specs)) {
		if m.running[s.Name] {
			m.stop(s.Name)
		}
	}
}

func (m *model) drop(name string) {
	m.specs = slices.DeleteFunc(slices.Clone(m.specs), func(s supervise.Spec) bool { return s.Name == name })
}

// ends is the end of a child by itself.
func (m *model) ends(name string, abnormal bool, now time.Duration) {
	i := slices.IndexFunc(m.specs, func(s supervise.Spec) bool { return s.Name == name })
	spec := m.specs[i]
	m.stop(name)
	if spec.Restart == supervise.Temporary || spec.Restart == supervise.Transient && !abnormal {
		if spec.Restart == supervise.Temporary {
			m.drop(name)
		}
		left := slices.ContainsFunc(m.specs, func(s supervise.Spec) bool { return s.Significant && m.running[s.Name] })
		if spec.Significant && (m.auto == supervise.AnySignificant || m.auto == supervise.AllSignificant && !left) {
			m.stopAll()
		}
		return
	}
	m.recent = append(slices.DeleteFunc(m.recent, func(t time.Duration) bool { return now-t > m.intensity.Period }), now)
	if len(m.recent) > m.intensity.Restarts {
		m.stopAll()
		m.gaveUp = true
		return
	}
	var group []supervise.Spec
	switch m.strategy {
	case supervise.OneForOne:
		group = []supervise.Spec{spec}
	case supervise.OneForAll:
		group = slices.Clone(m.specs)
	case supervise.RestForOne:
		group = slices.Clone(m.specs[i:])
	}
	for _, s := range slices.Backward(group) {
		if m.running[s.Name] {
			m.stop(s.Name)
			if s.Restart == supervise.Temporary {
				m.drop(s.Name)
			}
		}
	}
	for _, s := range group {
		if s.Restart != supervise.Temporary {
			m.start(s.Name)
		}
	}
}

// TestRandomTrees compares supervisors with the model: random children, whose
// random ends come at random times.
func TestRandomTrees(t *testing.T) {
	for seed := range uint64(1000) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { compare(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func compare(t *testing.T, r *rand.Rand) {
	w := newWorld(t)
	m := &model{
		strategy:  supervise.Strategy(r.IntN(3)),
		auto:      supervise.AutoShutdown(r.IntN(3)),
		intensity: supervise.Intensity{Restarts: r.IntN(5), Period: time.Duration(1+r.IntN(20)) * time.Second},
		running:   map[string]bool{},
	}
	if m.intensity.Restarts == 0 {
		m.intensity.Restarts = -1 // none, see Intensity
	}
	for i := range 1 + r.IntN(6) {
		spec := w.spec(fmt.Sprint("c", i), supervise.Restart(r.IntN(3)))
		spec.Significant = r.IntN(4) == 0
		if r.IntN(4) == 0 {
			spec.Shutdown = supervise.Brutal
		}
		m.specs = append(m.specs, spec)
	}
	_, err := supervise.New(w.k, supervise.Config{
		Alias: "tree", Strategy: m.strategy, Intensity: m.intensity, AutoShutdown: m.auto, Children: slices.Clone(m.specs),
	})
	require.NoError(t, err)
	for _, s := range m.specs {
		m.start(s.Name)
	}
	m.intensity.Restarts = max(0, m.intensity.Restarts)

	var began time.Time
	left := 1 + r.IntN(30)
	_, err = session.Inline(w.k, session.Funcs{
		"_start": func(e kernel.Event) { began = e.Kernel.Now(); e.Yield("step") },
		"step": func(e kernel.Event) {
			require.Equal(t, m.log, w.log)
			names := slices.Sorted(func(yield func(string) bool) {
				for name := range m.running {
					if !yield(name) {
						return
					}
				}
			})
			if left--; left == 0 || m.over || len(names) == 0 {
				if !m.over {
					m.stopAll()
					e.Post(kernel.Alias("tree"), "shutdown")
				}
				return
			}
			name := names[r.IntN(len(names))]
			end := []string{"crash", "finish", "fail"}[r.IntN(3)]
			require.NoError(t, e.Post(kernel.Alias(name), end))
			m.ends(name, end != "finish", e.Kernel.Now().Sub(began))
			e.Delay("step", time.Duration(1+r.IntN(8000))*time.Millisecond)
		},
	})
	require.NoError(t, err)
	ended := w.run()
	require.Equal(t, m.log, w.log)
	var gaveUp *supervise.IntensityError
	if m.gaveUp {
		require.ErrorAs(t, ended, &gaveUp)
	} else {
		require.NoError(t, ended)
	}
}
