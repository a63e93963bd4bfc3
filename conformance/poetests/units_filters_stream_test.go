//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/filter"
)

// t/10_units/05_filters/08_stream
func TestUnitsFiltersStream(t *testing.T) {
	once(t, func(p *proof) {
		in := []string{"a", "bc", "def", "ghij", "klmno"}
		all := []any{"abcdefghijklmno"}
		h := p.bytes(filter.NewStream())
		p.standard(h, in, all, all)
		p.is().Equal(all, h.get(in...), "together")
		p.is().Equal(list(in), h.put(list(in)...), "one by one")
		h.start(in...)
		p.is().Equal(all, h.pending())
		p.is().Equal(all, h.one())
		p.is().Empty(h.one())
		p.is().Empty(h.pending())
	})
}
