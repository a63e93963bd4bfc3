//go:build unix

package poetests_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/gopoe/poe/filter"
)

// t/10_units/05_filters/51_reference_die: what the serializer rejects is an
// error, or a record if errors are not to be fatal. POE's test has YAML, this
// one JSON.
func TestUnitsFiltersReferenceDie(t *testing.T) {
	once(t, func(p *proof) {
		good := []byte(`{"test":1,"foo":[1,2]}`)
		get := func(text []byte, noFatals bool) ([]any, error) {
			b := p.reference(filter.ReferenceConfig{Serializer: filter.JSON{}, NoFatals: noFatals})
			return b.Get(fmt.Appendf(nil, "%d\x00%s", len(text), text))
		}
		recs, err := get(good, false)
		p.is().NoError(err)
		p.must().Len(recs, 1)
		p.is().IsType(map[string]any{}, recs[0])
		for _, bad := range [][]byte{bytes.TrimSuffix(good, []byte("}")), append(bytes.Clone(good), "..."...)} {
			_, err = get(bad, false)
			p.is().Error(err, "%s", bad)
			recs, err = get(bad, true)
			p.is().NoError(err)
			p.must().Len(recs, 1)
			p.is().IsType(&filter.Error{}, recs[0], "%s", bad)
		}
	})
}
