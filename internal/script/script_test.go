package script_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/script"
)

// play plays a script to a program of the shell.
func play(t *testing.T, text, program string) *script.Outcome {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	s, err := script.Parse("talk.txt", text)
	require.NoError(t, err)
	return s.Play(t.Context(), script.Run{Command: []string{"sh", "-c", program, "sh"}, Env: []string{"GREETING=hello"}})
}

func TestPlay(t *testing.T) {
	out := play(t, "# a greeting\n\nprogram starts ann bob\nprogram < hello ann bob\nprogram > 3\nprogram < got 3\n",
		`echo "$GREETING $*"; read n; echo "got $n"`)
	require.NoError(t, out.Err)
	require.Empty(t, out.Exit)
	require.Empty(t, out.Stderr)
	require.Equal(t, []string{"program < hello ann bob", "program < got 3"}, out.Heard)
}

func TestPlayFails(t *testing.T) {
	for name, c := range map[string]struct{ script, program, err, exit, stderr string }{
		"says something else": {"program starts\nprogram < a", "echo b", `talk.txt:2: program < a: heard "b"`, "", ""},
		"says more":           {"program starts", "echo b", `said more: "b"`, "", ""},
		"ends early":          {"program starts\nprogram < a", "exit 0", "talk.txt:2: program < a: EOF", "", ""},
		"status":              {"program starts", "echo no >&2; exit 3", "", "exit status 3", "no\n"},
		"signal":              {"program starts\nprogram < a\nprogram gets TERM", "echo a; exec sleep 20", "", "signal: terminated", ""},
		"no such signal":      {"program starts\nprogram gets OUT", "sleep 20", `there is no signal "OUT"`, "", ""},
		"somebody is missing": {"program starts\nann < a", "exit 0", "ann is not here", "", ""},
		"started twice":       {"program starts\nprogram starts", "exit 0", "it was started before", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := play(t, c.script, c.program)
			if c.err == "" {
				require.NoError(t, out.Err)
			} else {
				require.ErrorContains(t, out.Err, c.err)
			}
			require.Equal(t, c.exit, out.Exit)
			require.Equal(t, c.stderr, out.Stderr)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "starts no program",
		"ann connects":               "starts no program",
		"program starts\nann shouts": "x:2: \"ann shouts\" is no step",
		"print 'hello';":             "is no step",
	} {
		_, err := script.Parse("x", text)
		require.ErrorContains(t, err, want)
	}
	_, err := script.Read("nowhere.txt")
	require.Error(t, err)
}
