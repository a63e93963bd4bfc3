package conformance

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// requirePOE makes it a failure that Perl or POE is not installed; CI sets it.
const requirePOE = "POE_REQUIRED"

// TestTracesAreRealPOEs runs the Perl programs under real POE, where it is
// installed, and compares what they print with the traces that are checked in.
func TestTracesAreRealPOEs(t *testing.T) {
	if out, err := exec.Command("perl", "-MPOE", "-e", "print $POE::VERSION").Output(); err != nil || string(out) != "1.370" {
		if os.Getenv(requirePOE) != "" {
			t.Fatalf("POE 1.370 is required and not there: %q, %v", out, err)
		}
		t.Skip("needs perl with POE 1.370; the traces are checked in")
	}
	programs, err := filepath.Glob("testdata/*.pl")
	if err != nil || len(programs) == 0 {
		t.Fatal("no programs", err)
	}
	for _, path := range programs {
		name := strings.TrimSuffix(filepath.Base(path), ".pl")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := trace(t, name)
			var got string
			for range 3 { // programs with short timers may trip over a busy machine
				if got = runPerl(t, path); got == want {
					return
				}
			}
			t.Error(diff(want, got))
		})
	}
}

func runPerl(t *testing.T, path string) string {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "perl", filepath.Base(path))
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Dir(path), &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String() + errs.String() + err.Error()
	}
	return out.String() + errs.String()
}
