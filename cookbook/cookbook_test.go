package cookbook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPrograms plays each script to the program in Go, and to the one in Perl
// where POE is installed. POE_REQUIRED=1 makes it a failure that it is not.
func TestPrograms(t *testing.T) {
	scripts, err := filepath.Glob("*/script.txt")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	out, err := exec.Command("perl", "-MPOE", "-e", "print $POE::VERSION").Output()
	havePOE := err == nil && string(out) == "1.370"
	if !havePOE && os.Getenv("POE_REQUIRED") != "" {
		t.Fatalf("POE 1.370 is required and not there: %q, %v", out, err)
	}
	programs := build(t)
	for _, file := range scripts {
		name := filepath.Dir(file)
		steps := readScript(t, file)
		t.Run(name+"/go", func(t *testing.T) {
			t.Parallel()
			play(t, steps, filepath.Join(programs, name))
		})
		if havePOE {
			t.Run(name+"/perl", func(t *testing.T) {
				t.Parallel()
				play(t, steps, "perl", filepath.Join(name, "perl", "main.pl"))
			})
		}
	}
}
