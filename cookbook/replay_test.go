package cookbook_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/script"
	"github.com/gopoe/poe/recording"
)

// TestReplays records each program while its script is played, on each loop, and
// replays the recording: POE_REPLAYS times, once if that is not set. Each replay
// must be equal to the recording.
func TestReplays(t *testing.T) {
	scripts, err := filepath.Glob("*/script.txt")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	times, _ := strconv.Atoi(os.Getenv("POE_REPLAYS"))
	programs := build(t)
	poe := filepath.Join(t.TempDir(), "poe")
	out, err := exec.Command("go", "build", "-o", poe, "../cmd/poe").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, file := range scripts {
		name := filepath.Dir(file)
		s, err := script.Read(file)
		require.NoError(t, err)
		for _, loop := range []string{"epoll", "portable"} {
			t.Run(name+"/"+loop, func(t *testing.T) {
				t.Parallel()
				program, file := filepath.Join(programs, name), filepath.Join(t.TempDir(), "run.rec")
				out := s.Play(t.Context(), script.Run{Command: []string{program}, Env: []string{recording.Variable + "=" + file, "POE_LOOP=" + loop}})
				assert.NoError(t, out.Err)
				assert.Empty(t, out.Exit, "the program's exit")
				assert.Empty(t, out.Stderr, "standard error")
				for range max(times, 1) {
					var said bytes.Buffer
					cmd := exec.CommandContext(t.Context(), poe, "replay", "-for", "30s", file, "--", program)
					cmd.Dir = t.TempDir()
					cmd.Stdout, cmd.Stderr = &said, &said
					require.NoError(t, cmd.Run(), "%s", tail(said.Bytes()))
					require.Contains(t, said.String(), "equal, ")
					require.NotContains(t, said.String(), "does not have the end", "the recording is not whole")
				}
			})
		}
	}
}

// tail is the end of an output.
func tail(out []byte) []byte { return out[max(0, len(out)-3000):] }
