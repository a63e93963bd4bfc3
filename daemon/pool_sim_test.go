//go:build unix

package daemon_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
)

// A successor that is asked for twice, while the first worker of a place has not even
// begun to serve, is started once at a time.
func TestReloadsBeforeTheFirstWorkerServes(t *testing.T) {
	var said []string
	sim.Run(t, sim.Config{Seeds: 20, Duration: 10 * time.Second, Settle: time.Second}, func(w *sim.World) {
		said = nil
		host := w.Host("host", func(h *sim.Host) {
			h.Program("worker", func(p *sim.Process) int {
				worker, err := daemon.SimulatedWorker(p)
				require.NoError(t, err)
				p.Sleep(time.Second)
				require.NoError(t, worker.Ready())
				p.Sleep(time.Hour)
				return 0
			})
			_, err := daemon.NewPool(h.Kernel, daemon.PoolConfig{
				Alias: "pool", Workers: 1, Path: "worker", Processes: h.Processes(),
				Reloaded: func(p *daemon.Pool) {
					said = append(said, fmt.Sprintf("reloaded at %v", h.World().Now().Round(time.Second)))
				},
			})
			require.NoError(t, err)
		})
		reload := func() { require.NoError(t, host.Kernel.Post(kernel.Alias("pool"), "reload")) }
		w.After(100*time.Millisecond, reload)
		w.After(200*time.Millisecond, reload)
		w.Always("a worker and a successor", func() error {
			if n := len(host.Processes().Running()); n > 2 {
				return fmt.Errorf("%d processes run", n)
			}
			return nil
		})
		w.Eventually("one worker", func() error {
			if n := len(host.Processes().Running()); n != 1 {
				return fmt.Errorf("%d processes run", n)
			}
			return nil
		})
	})
	require.Equal(t, []string{"reloaded at 1s", "reloaded at 2s"}, said)
}

// A worker that ends is replaced after a delay, which doubles each time that it has run
// for a short time only.
func TestBackoffOfAPool(t *testing.T) {
	var gaps []time.Duration
	sim.Run(t, sim.Config{Seeds: 1, Duration: time.Minute, Settle: time.Second}, func(w *sim.World) {
		starts, ended := 0, time.Duration(0)
		gaps = nil
		w.Host("host", func(h *sim.Host) {
			h.Program("worker", func(p *sim.Process) int {
				if starts++; starts > 1 {
					gaps = append(gaps, (w.Now()-ended).Round(time.Second)/time.Second)
				}
				worker, err := daemon.SimulatedWorker(p)
				require.NoError(t, err)
				require.NoError(t, worker.Ready())
				if starts%7 == 0 {
					p.Sleep(10 * time.Second)
				}
				return 1
			})
			_, err := daemon.NewPool(h.Kernel, daemon.PoolConfig{
				Workers: 1, Path: "worker", Processes: h.Processes(), MinBackoff: time.Second, MaxBackoff: 8 * time.Second, Settled: 9 * time.Second,
				Ended: func(*daemon.Pool, daemon.WorkerInfo, kernel.WaitStatus) { ended = w.Now() },
			})
			require.NoError(t, err)
		})
	})
	require.Equal(t, []time.Duration{1, 2, 4, 8, 8, 8, 1, 2, 4, 8}, gaps)
}
