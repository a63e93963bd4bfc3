//go:build unix

package poetests_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gopoe/poe/filter"
)

// handled is a filter or a layer, driven by hand with POE's methods, whose
// records are shown as strings.
type handled interface {
	get(in ...string) []any
	put(recs ...any) []any
	start(in ...string)
	one() []any
	pending() []any
	clone() handled
}

// onBytes drives a filter, onRecords a layer.
type onBytes struct {
	p *proof
	b *filter.Buffer
}

type onRecords struct {
	p *proof
	r *filter.Records
}

func (p *proof) bytes(f filter.Filter) onBytes    { return onBytes{p, filter.NewBuffer(f)} }
func (p *proof) records(l filter.Layer) onRecords { return onRecords{p, filter.NewRecords(l)} }
func (p *proof) stack(s *filter.Stack) onBytes    { return p.bytes(s) }
func (h onBytes) get(in ...string) []any          { return text(h.p, h.b.Get)(chunks(in)...) }
func (h onBytes) start(in ...string)              { h.p.ok(h.b.GetOneStart(chunks(in)...)) }
func (h onBytes) one() []any                      { recs, err := h.b.GetOne(); h.p.ok(err); return shown(recs) }
func (h onBytes) pending() []any                  { return shown(h.b.Pending()) }
func (h onBytes) clone() handled                  { b, err := h.b.Clone(); h.p.ok(err); return onBytes{h.p, b} }
func (h onRecords) get(in ...string) []any        { return text(h.p, h.r.Get)(list(in)...) }
func (h onRecords) put(recs ...any) []any         { return text(h.p, h.r.Put)(recs...) }
func (h onRecords) start(in ...string)            { h.p.ok(h.r.GetOneStart(list(in)...)) }
func (h onRecords) one() []any                    { recs, err := h.r.GetOne(); h.p.ok(err); return shown(recs) }
func (h onRecords) pending() []any                { return shown(h.r.Pending()) }
func (h onRecords) clone() handled                { return onRecords{h.p, h.r.Clone()} }
func text[T any](p *proof, f func(...T) ([]any, error)) func(...T) []any {
	return func(in ...T) []any {
		recs, err := f(in...)
		p.ok(err)
		return shown(recs)
	}
}

func (h onBytes) put(recs ...any) []any {
	out, err := h.b.Put(recs...)
	h.p.ok(err)
	all := []any{}
	for _, chunk := range out {
		all = append(all, string(chunk))
	}
	return all
}

// shown makes strings of bytes; without records it is an empty list.
func shown(recs []any) []any {
	all := slices.Clone(recs)
	for i, rec := range all {
		if b, ok := rec.([]byte); ok {
			all[i] = string(b)
		}
	}
	return append([]any{}, all...)
}

func chunks(in []string) (out [][]byte) {
	for _, s := range in {
		out = append(out, []byte(s))
	}
	return out
}

func list(in []string) (out []any) {
	for _, s := range in {
		out = append(out, s)
	}
	return out
}

// words are the words of a text as records.
func words(s string) []any { return append([]any{}, list(strings.Fields(s))...) }

// standard is what all filters of POE's are put to: get, and get_one on a
// clone, make out of in, and put makes put of out.
func (p *proof) standard(h handled, in []string, out, put []any) {
	p.Helper()
	p.is().Equal(out, h.get(in...), "get")
	h = h.clone()
	p.is().Empty(h.pending(), "a clone has nothing pending")
	h.start(in...)
	p.is().Equal(strings.Join(in, ""), strings.Join(strs(h.pending()), ""), "get_one_start only loads")
	var one []any
	for {
		recs := h.one()
		if len(recs) == 0 {
			break
		}
		one = append(one, recs...)
	}
	p.is().Equal(out, one, "get_one")
	p.is().Equal(put, h.put(out...), "put")
}

func strs(recs []any) (out []string) {
	for _, rec := range recs {
		out = append(out, fmt.Sprint(rec))
	}
	return out
}

// refused checks that a configuration is refused, with an error that names a
// field.
func (p *proof) refused(err error, field string) {
	p.Helper()
	p.is().ErrorContains(err, field)
}

// made gives what a constructor has made.
func made[T any](made T, err error) T {
	if err != nil {
		panic(err)
	}
	return made
}
