package poetest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// PerlRequired is an environment variable: if it is set and perl or POE is not
// installed, a test that needs them fails. Otherwise it is skipped.
const PerlRequired = "POE_REQUIRED"

// PerlTimeout is how long a program that [Perl] runs may take.
const PerlTimeout = time.Minute

// Perl runs a Perl program that uses POE and returns what it has written to
// standard output. The test fails if the program writes anything to standard
// error, ends with another status than 0, or takes longer than [PerlTimeout].
// Without perl or POE the test is skipped, unless PerlRequired is set.
//
// Tests of a port use it to compare the port with its original:
//
//	assert.Equal(t, poetest.Perl(t, "old/daemon.pl", "--once"), output)
func Perl(t testing.TB, program string, args ...string) string {
	t.Helper()
	if err := exec.Command("perl", "-MPOE", "-e", "1").Run(); err != nil {
		if os.Getenv(PerlRequired) != "" {
			t.Fatalf("poetest: Perl: perl with POE is required: %v", err)
		}
		t.Skipf("poetest: needs perl with POE: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), PerlTimeout)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "perl", append([]string{program}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("poetest: Perl: %s: %v\nstandard output:\n%s\nstandard error:\n%s", program, err, &out, &errs)
	}
	return out.String()
}
