//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/20_resources/00_base/extrefs: references are counted by tag; a session has
// one reason to live for each tag, however high its count.
func TestResourcesExtrefs(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var self kernel.ID
		p.start(k, states{"_start": func(e kernel.Event) {
			self = e.Session
			inc := func(tag string, want int) {
				n, err := e.Kernel.RefcountIncrement(self, tag)
				p.is().NoError(err)
				p.is().Equal(want, n, tag)
			}
			dec := func(tag string, want int) {
				n, err := e.Kernel.RefcountDecrement(self, tag)
				p.is().NoError(err)
				p.is().Equal(want, n, tag)
			}
			references := func(want int) { p.is().Equal(want, reasons(e)["reference"]) }
			inc("tag-1", 1)
			inc("tag-1", 2)
			references(1)
			_, err := e.Kernel.RefcountDecrement(self, "nonexistent")
			p.is().ErrorIs(err, kernel.ErrInvalid)
			references(1)
			dec("tag-1", 1)
			dec("tag-1", 0)
			references(0)
			inc("tag-1", 1)
			inc("tag-2", 1)
			inc("tag-2", 2)
			references(2)
			dec("tag-1", 0)
			references(1)
			dec("tag-2", 1)
			references(1)
			dec("tag-2", 0)
			references(0)
			_, err = e.Kernel.RefcountDecrement(self, "tag-2")
			p.is().ErrorIs(err, kernel.ErrInvalid, "below zero")
		}})
		p.run(k)
		for _, f := range []func(kernel.ID, string) (int, error){k.RefcountIncrement, k.RefcountDecrement} {
			_, err := f(self, "tag-1")
			p.is().ErrorIs(err, kernel.ErrNoSession, "it has ended")
			_, err = f(kernel.ID{}, "tag-1")
			p.is().ErrorIs(err, kernel.ErrNoSession)
		}
	})
}
