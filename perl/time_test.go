//go:build linux

package perl_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/perl"
)

// TestTimesKeep: a time that becomes one of Go and a number again is the same number, as
// that of an alarm which is removed.
func TestTimesKeep(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		s := 1.7e9 + r.Float64()*1e9
		require.Equal(t, s, perl.Unix(perl.TimeAt(s)))
	}
	require.Equal(t, 5.0, perl.Unix(perl.TimeAt(5)))
}
