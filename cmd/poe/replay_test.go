package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/recording"
)

// recordCountdown records a countdown and returns the file.
func recordCountdown(t *testing.T, from string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "run.rec")
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "POE_TEST_COUNTDOWN="+from, recording.Variable+"="+file)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return file
}

// replayCountdown is poe replay with a countdown as the program.
func replayCountdown(t *testing.T, from string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return poe(append(append([]string{"replay"}, args...), "--", "env", "POE_TEST_COUNTDOWN="+from, self)...)
}

func TestReplayCommand(t *testing.T) {
	file := recordCountdown(t, "3")
	status, out, errs := replayCountdown(t, "3", file)
	require.Equal(t, 0, status, errs)
	require.Regexp(t, `^equal, \d+ events\n$`, out)

	status, out, errs = replayCountdown(t, "2", file)
	require.Equal(t, 1, status, errs)
	require.Contains(t, out, "the replay parts from the recording at event ")
}

func TestReplayStopsBeforeAnEvent(t *testing.T) {
	file := recordCountdown(t, "3")
	var state struct {
		Event    uint64
		Name     string
		Session  uint64
		Before   []string
		Sessions []any
	}
	status, out, errs := replayCountdown(t, "3", "-until", "late", file)
	require.Equal(t, 0, status, errs)
	require.NoError(t, json.Unmarshal([]byte(out), &state), out)
	require.Equal(t, "late", state.Name)
	require.NotEmpty(t, state.Before)
	require.NotEmpty(t, state.Sessions)
	late := state.Event

	dump := filepath.Join(t.TempDir(), "state.json")
	status, out, errs = replayCountdown(t, "3", "-at", "4", "-o", dump, file)
	require.Equal(t, 0, status, errs)
	require.Empty(t, out)
	data, err := os.ReadFile(dump)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &state))
	require.Equal(t, uint64(4), state.Event)
	require.Less(t, uint64(4), late)
	require.Len(t, state.Before, 3)

	for _, bad := range []string{"0", "x", "-1"} {
		status, out, errs = replayCountdown(t, "3", "-at", bad, file)
		require.Equal(t, 2, status)
		require.Empty(t, out)
		require.Contains(t, errs, "-at")
	}

	status, _, errs = replayCountdown(t, "3", "-until", "tell@99", file)
	require.Equal(t, 2, status)
	require.Contains(t, errs, "there was no such event")
}

func TestReplayLists(t *testing.T) {
	file := recordCountdown(t, "3")
	status, out, errs := poe("replay", "-list", file)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, `dispatches "late" in session 2`)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Contains(t, lines[len(lines)-1], "ends after ")

	// The number of an event in the list is the one that -at takes.
	late := regexp.MustCompile(`(\d+)  dispatches "late" in session 2`).FindStringSubmatch(out)
	require.NotNil(t, late)
	dump := filepath.Join(t.TempDir(), "state.json")
	status, _, errs = replayCountdown(t, "3", "-at", late[1], "-o", dump, file)
	require.Equal(t, 0, status, errs)
	var state struct{ Name string }
	dumped, err := os.ReadFile(dump)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(dumped, &state))
	require.Equal(t, "late", state.Name)

	data, err := os.ReadFile(file)
	require.NoError(t, err)
	cut := filepath.Join(t.TempDir(), "cut.rec")
	require.NoError(t, os.WriteFile(cut, data[:len(data)-3], 0o600))
	status, _, errs = poe("replay", "-list", cut)
	require.NotEqual(t, 0, status)
	require.NotEmpty(t, errs)

	status, _, errs = poe("replay", "-list", "poe_test.go")
	require.Equal(t, 2, status)
	require.Contains(t, errs, "not a recording")
}

func TestReplayDiff(t *testing.T) {
	three, same, four := recordCountdown(t, "3"), recordCountdown(t, "3"), recordCountdown(t, "4")
	status, out, errs := poe("replay", "-diff", three, same)
	require.Equal(t, 0, status, errs)
	require.Regexp(t, `^equal, \d+ events\n$`, out)

	status, out, errs = poe("replay", "-diff", three, four)
	require.Equal(t, 1, status, errs)
	require.Contains(t, out, "the recordings part at event ")
	require.Regexp(t, `\n< +\d+ "late" in session 2\n> +\d+ "count" in session 2\n$`, out)

	status, _, errs = poe("replay", "-diff", three)
	require.Equal(t, 2, status)
	require.Contains(t, errs, "two recordings")
}
