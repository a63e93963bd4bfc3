package conformance

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/recording"
)

// notReplayed are the programs whose recordings cannot be replayed, and why.
var notReplayed = map[string]string{}

// TestReplays records programs of TestPrograms, in processes of their own, and
// replays each recording POE_REPLAYS times; if that is not set, every eighth
// program once. A replay must be equal to the recording and print the same trace.
func TestReplays(t *testing.T) {
	times, _ := strconv.Atoi(os.Getenv("POE_REPLAYS"))
	self, err := os.Executable()
	require.NoError(t, err)
	n := 0
	for _, loop := range loops() {
		for _, table := range tables {
			for _, name := range slices.Sorted(maps.Keys(table)) {
				if n++; times == 0 && n%8 != 0 {
					continue
				}
				t.Run(loop+"/"+name, func(t *testing.T) {
					if why := notReplayed[name]; why != "" {
						t.Skip(why)
					}
					checkReplays(t, self, "^TestPrograms$/^"+loop+"$/^"+regexp.QuoteMeta(name)+"$", max(1, times))
				})
			}
		}
	}
}

func checkReplays(t *testing.T, self, test string, times int) {
	dir := t.TempDir()
	file, result := filepath.Join(dir, "run.rec"), filepath.Join(dir, "result")
	run := func(env ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), self, "-test.run", test)
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		if data, _ := os.ReadFile(result); len(data) > 0 {
			out = append(out, data...)
		}
		require.NoError(t, err, "%v\n%s", env, out)
	}
	run(recording.Variable + "=" + file)
	if _, err := os.Stat(file); err != nil {
		t.Skip("the program runs no kernel")
	}
	for range times {
		run(recording.ReplayVariable+"="+file, recording.ResultVariable+"="+result)
		data, err := os.ReadFile(result)
		require.NoError(t, err)
		var r struct {
			Equal, Whole bool
			Error        string
		}
		require.NoError(t, json.Unmarshal(data, &r))
		require.True(t, r.Equal && r.Whole, "%s", data)
	}
}
