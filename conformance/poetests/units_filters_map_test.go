//go:build unix

package poetests_test

import (
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
)

// always makes a Map's function that gives one record whatever it is given.
func always(rec string) func(any) []any { return func(any) []any { return []any{rec} } }

// t/10_units/05_filters/05_map. What is no code does not compile.
func TestUnitsFiltersMap(t *testing.T) {
	once(t, func(p *proof) {
		for _, c := range []filter.MapConfig{{}, {Get: always("")}, {Put: always("")}} {
			_, err := filter.NewMap(c)
			p.refused(err, "Map")
		}
		upper := filter.Each(func(s string) any { return strings.ToUpper(s) })
		lower := filter.Each(func(s string) any { return strings.ToLower(s) })
		h := p.records(made(filter.NewMap(filter.MapConfig{Get: upper, Put: lower})))
		p.is().Equal(words("a b c"), h.put("A", "B", "C"))
		p.is().Equal(words("A B C"), h.get("a", "b", "c"))
		p.standard(h, strings.Fields("a b c"), words("A B C"), words("a b c"))
		h = p.records(made(filter.NewMap(filter.MapConfig{Code: upper})))
		p.is().Equal(words("A B C"), h.put("a", "b", "c"))
		p.is().Equal(words("A B C"), h.get("a", "b", "c"))

		m := made(filter.NewMap(filter.MapConfig{Get: always("GET"), Put: always("PUT")}))
		h = p.records(m)
		m.Modify(filter.MapConfig{})
		p.is().Equal(words("GET"), h.get("a"), "nothing changes")
		p.is().Equal(words("PUT"), h.put("a"))
		m.Modify(filter.MapConfig{Get: always("NGet")})
		p.is().Equal(words("NGet"), h.get("a"))
		m.Modify(filter.MapConfig{Put: always("NPut")})
		p.is().Equal(words("NPut"), h.put("a"))
		m.Modify(filter.MapConfig{Code: always("NCode")})
		p.is().Equal(words("NCode"), h.put("a"))
		p.is().Equal(words("NCode"), h.get("a"))
	})
}
