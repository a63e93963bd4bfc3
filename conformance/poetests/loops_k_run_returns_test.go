//go:build unix

package poetests_test

import (
	"testing"
	"time"
)

// POE::Test::Loops::k_run_returns: without sessions Run has nothing to do.
func TestLoopsKRunReturns(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		begin := time.Now()
		p.is().NoError(p.end(k))
		p.is().NoError(p.end(k), "nor the second time")
		p.is().Less(time.Since(begin), patience)
	})
}
