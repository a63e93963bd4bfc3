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
	for _, file := range scripts {
		dir := filepath.Dir(file)
		steps := readScript(t, file)
		t.Run(dir+"/go", func(t *testing.T) {
			program := filepath.Join(t.TempDir(), dir)
			out, err := exec.Command("go", "build", "-o", program, "./"+dir+"/go").CombinedOutput()
			require.NoError(t, err, string(out))
			play(t, steps, program)
		})
		if havePOE {
			t.Run(dir+"/perl", func(t *testing.T) {
				play(t, steps, "perl", filepath.Join(dir, "perl", "main.pl"))
			})
		}
	}
}
