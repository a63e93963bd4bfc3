// Package backoff has pauses that grow, before a connection is made again.
package backoff

import (
	"math/rand/v2"
	"time"

	"github.com/gopoe/poe/internal/configerror"
)

// Pause is the last pause; 0 begins anew.
type Pause time.Duration

// Next makes the pause twice as long, but at least shortest and at most longest, and
// returns a random part of it, between a half and the whole.
func (p *Pause) Next(shortest, longest time.Duration, r *rand.Rand) time.Duration {
	d := min(max(2*time.Duration(*p), shortest), longest)
	*p = Pause(d)
	return d/2 + time.Duration(r.Int64N(int64(d/2)+1))
}

// Check returns a *configerror.ConfigError about the field Backoff of a package, or nil.
func Check(pkg string, shortest, longest time.Duration) error {
	if shortest < 0 || longest < shortest {
		return configerror.New(pkg, "Backoff", "needs 0 <= Min <= Max")
	}
	return nil
}
