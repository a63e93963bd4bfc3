//go:build unix

package poetests_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/storable"
)

// backwards is a serializer of the program's own: strings and lists of them,
// written from back to front.
type backwards struct{}

func (backwards) Freeze(rec any) ([]byte, error) {
	list, ok := rec.([]string)
	if !ok {
		return nil, errors.New("no list of strings")
	}
	out := []byte(strings.Join(list, "\x00"))
	slices.Reverse(out)
	return out, nil
}

func (backwards) Thaw(data []byte) (any, error) {
	in := slices.Clone(data)
	slices.Reverse(in)
	return strings.Split(string(in), "\x00"), nil
}

func (p *proof) reference(c filter.ReferenceConfig) *filter.Buffer {
	if c.Serializer == nil {
		c.Serializer = storable.Serializer{}
	}
	return filter.NewBuffer(made(filter.NewReference(c)))
}

// t/10_units/05_filters/07_reference. Serializers are values here: there are
// no packages to load, and none to be without.
func TestUnitsFiltersReference(t *testing.T) {
	once(t, func(p *proof) {
		_, err := filter.NewReference(filter.ReferenceConfig{})
		p.refused(err, "Serializer")
		for _, compressed := range []bool{false, true} {
			for _, c := range []struct {
				with filter.Serializer
				recs []any
			}{
				{backwards{}, []any{[]string{"this is a test"}, []string{"1", "1", "2", "3", "5"}}},
				{storable.Serializer{}, []any{[]any{"this is a test"}, map[string]any{"list": []any{"a"}}}},
				{filter.JSON{}, []any{map[string]any{"text": "this is a test"}, []any{"1", "2"}}},
			} {
				b := p.reference(filter.ReferenceConfig{Serializer: c.with, Compression: compressed})
				out, err := b.Put(c.recs...)
				p.must().NoError(err)
				p.is().Len(out, len(c.recs))
				back, err := b.Get(out...)
				p.is().NoError(err)
				p.is().Equal(c.recs, back)
			}
		}
		p.referencePending()
		p.referenceCompressed()
		p.referenceBroken()
	})
}

func (p *proof) referencePending() {
	b := p.reference(filter.ReferenceConfig{})
	rec := []any{"2", "4", "6"}
	frozen, err := b.Put(rec)
	p.ok(err)
	p.is().NoError(b.GetOneStart(frozen...))
	pending := b.Pending()
	p.is().Equal([]any{string(frozen[0])}, pending)
	both, err := b.Get([]byte(pending[0].(string)))
	p.is().NoError(err)
	p.is().Equal([]any{rec, rec}, both)
}

func (p *proof) referenceCompressed() {
	rec := []any{"honk honk honk honk honk honk honk honk"}
	put := func(compressed bool) string {
		out, err := p.reference(filter.ReferenceConfig{Compression: compressed}).Put(rec)
		p.ok(err)
		return string(out[0])
	}
	p.is().NotEqual(put(false), put(true))
	p.is().Greater(len(put(false)), len(put(true)))
	p.is().Equal(put(false), put(false))
	p.is().Equal(put(true), put(true))
}

func (p *proof) referenceBroken() {
	raw := []byte("12\x00123456789012")
	_, err := p.reference(filter.ReferenceConfig{}).Get(raw)
	p.is().Error(err, "it is fatal")
	recs, err := p.reference(filter.ReferenceConfig{NoFatals: true}).Get(raw)
	p.is().NoError(err)
	p.must().Len(recs, 1)
	p.is().IsType(&filter.Error{}, recs[0])
	recs, err = p.reference(filter.ReferenceConfig{NoFatals: true, MaxBuffer: 10}).Get(raw)
	p.is().NoError(err)
	p.must().Len(recs, 2, "both complaints")
	p.is().ErrorContains(recs[0].(error), "MaxBuffer")
}
