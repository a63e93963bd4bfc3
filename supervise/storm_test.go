package supervise_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/supervise"
)

// A child that crashes as soon as it runs is started no more often than the
// intensity allows, whatever the strategy, and so are those that are restarted
// with it.
func TestRestartStormIsBounded(t *testing.T) {
	const allowed = 5
	for name, strategy := range map[string]supervise.Strategy{
		"one for one": supervise.OneForOne, "one for all": supervise.OneForAll, "rest for one": supervise.RestForOne,
	} {
		for _, dynamic := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, dynamic %v", name, dynamic), func(t *testing.T) {
				w := newWorld(t)
				specs := []supervise.Spec{
					w.spec("a", supervise.Permanent),
					{Name: "storm", Start: w.stormy},
					w.spec("c", supervise.Permanent),
				}
				c := supervise.Config{Strategy: strategy, Intensity: supervise.Intensity{Restarts: allowed, Period: time.Hour}}
				if !dynamic {
					c.Children = specs
				}
				s := w.supervisor(c)
				if dynamic {
					for _, spec := range specs {
						require.NoError(t, s.Add(spec))
					}
				}
				var gaveUp *supervise.IntensityError
				require.ErrorAs(t, w.run(), &gaveUp)
				starts := map[string]int{}
				for _, line := range w.log {
					if who, started := strings.CutPrefix(line, "start "); started {
						starts[who]++
					}
				}
				assert.Equal(t, allowed+1, starts["storm"])
				assert.LessOrEqual(t, starts["a"], allowed+1)
				assert.LessOrEqual(t, starts["c"], allowed+1)
			})
		}
	}
}

// stormy is a Start that makes a session which crashes at once.
func (w *world) stormy(e kernel.Event) (kernel.ID, error) {
	made, err := session.Inline(e.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			w.add("start storm")
			e.Kernel.Yield("crash")
		},
		"crash": func(kernel.Event) { panic(errCrash) },
	})
	if err != nil {
		return kernel.ID{}, err
	}
	return made.ID(), nil
}
