package sim_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/poetest/sim"
)

// TestSoak lets a server and its clients live through an hour with faults, or as
// long as SIM_SOAK says.
func TestSoak(t *testing.T) {
	t.Setenv("SIM_SEEDS", "1") // one day is enough
	length := time.Hour
	if text := os.Getenv("SIM_SOAK"); text != "" {
		var err error
		length, err = time.ParseDuration(text)
		require.NoError(t, err)
	}
	began, faults := time.Now(), 0
	sim.Run(t, sim.Config{
		Seeds: 1, Check: -1, Duration: length, Settle: time.Minute,
		Net: sim.Net{Jitter: 20 * time.Millisecond, Loss: 0.01},
		Faults: sim.Faults{
			Partitions: 5 * time.Minute, Resets: 2 * time.Minute, Crashes: 10 * time.Minute, Pauses: 10 * time.Minute,
			ClockJumps: 30 * time.Minute, Errors: 0.0005, Short: 0.05,
		},
	}, func(w *sim.World) {
		lw := newLineWorld(w)
		lw.slow = 20
		w.Eventually("the day was one", func() error {
			faults = w.Faults()
			for _, s := range lw.clients {
				require.Greater(t, s.number, int(length/time.Minute))
			}
			return nil
		})
	})
	t.Logf("%v of virtual time with %d faults took %v", length, faults, time.Since(began).Round(time.Millisecond))
}
