package sim_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/recording"
)

// recordedIn finds where a failing world says that its hosts are recorded.
var recordedIn = regexp.MustCompile(`its hosts are recorded in (\S+),`)

// A bank with a fault fails, and the recordings of its hosts are replayed, each by
// itself. The bank without the fault parts from its recording.
func TestAFailingSeedIsReplayed(t *testing.T) {
	config := sim.Config{Seeds: 20, Faults: sim.Hostile(), Duration: 30 * time.Second}
	said := runFailing(t, config, deposits(Bank{Synced: true}))
	require.Contains(t, said, "the bank has what was confirmed, and nothing twice")
	require.Regexp(t, "run it again: SIM_SEED=", said)
	require.Regexp(t, "it also fails with [0-9]+ of its [0-9]+ faults", said)
	dir := recordedIn.FindStringSubmatch(said)
	require.NotNil(t, dir, said)

	lives, err := filepath.Glob(filepath.Join(dir[1], "*.rec"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(lives), 2)
	bank := &Bank{Synced: true}
	for _, file := range lives {
		start := bank.Start
		if filepath.Base(file)[0] == 'c' {
			start = (&Customer{}).Start
		}
		require.NotZero(t, sim.Replay(t, file, start), file)
	}

	parted := 0
	for _, file := range lives {
		if filepath.Base(file)[0] == 'c' {
			continue
		}
		result, err := sim.ReplayResult(file, (&Bank{Known: true, Synced: true}).Start)
		require.NoError(t, err)
		if result.Err != nil {
			require.ErrorAs(t, result.Err, new(*recording.Divergence))
			parted++
		}
	}
	require.NotZero(t, parted, "the bank without the fault does the same")
}

func TestReplayOfNoRecording(t *testing.T) {
	_, err := sim.ReplayResult(filepath.Join(t.TempDir(), "nothing.rec"), idle)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = sim.ReplayResult("replay_test.go", idle)
	require.ErrorContains(t, err, "not a recording")
}
