//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/20_resources/00_base/sids: the first session has the number 1, numbers
// find sessions while they live, and the kernel has an ID like all others.
func TestResourcesSids(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		id := p.start(k, states{"_start": nothing})
		p.is().Equal(uint64(1), id.Number())
		found, err := k.ByNumber(1)
		p.is().NoError(err)
		p.is().Equal(id, found)
		found, err = k.ByNumber(k.ID().Number())
		p.is().NoError(err)
		p.is().Equal(k.ID(), found)
		p.run(k)
		_, err = k.ByNumber(1)
		p.is().ErrorIs(err, kernel.ErrNoSession)
		p.is().Equal(uint64(1), id.Number(), "for ever")
		p.is().Equal(uint64(2), p.start(k, states{"_start": nothing}).Number(), "never again")
		p.run(k)
	})
}
