// Package cookbook_test plays the scripts of the programs with a database, as the
// cookbook of the main module does, to the programs in Go and in Perl.
package cookbook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/script"
)

func TestPrograms(t *testing.T) {
	scripts, err := filepath.Glob("*/script.txt")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	out, err := exec.Command("perl", "-MPOE::Component::DBIAgent", "-MDBD::SQLite", "-e", "1").CombinedOutput()
	if err != nil && os.Getenv("POE_REQUIRED") != "" {
		t.Fatalf("POE::Component::DBIAgent and DBD::SQLite are required and not there: %v, %s", err, out)
	}
	havePerl := err == nil
	for _, file := range scripts {
		name := filepath.Dir(file)
		s, err := script.Read(file)
		require.NoError(t, err)
		t.Run(name+"/go", func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), name)
			out, err := exec.Command("go", "build", "-o", program, "./"+name+"/go").CombinedOutput()
			require.NoError(t, err, "%s", out)
			play(t, s, program)
		})
		if havePerl {
			t.Run(name+"/perl", func(t *testing.T) {
				t.Parallel()
				play(t, s, "perl", filepath.Join(name, "perl", "main.pl"))
			})
		}
	}
}

// play plays a script to the program that the command starts. The program must end
// well and complain of nothing.
func play(t *testing.T, s *script.Script, command ...string) {
	out := s.Play(t.Context(), script.Run{Command: command})
	assert.NoError(t, out.Err)
	assert.Empty(t, out.Exit, "the program's exit")
	assert.Empty(t, out.Stderr, "standard error")
}
