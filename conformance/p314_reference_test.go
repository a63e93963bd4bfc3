package conformance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gopoe/poe/filter"
)

// tiny is the program's own serializer: {a: 1, b: 2} <-> "a=1&b=2".
type tiny struct{}

func (tiny) Freeze(rec any) ([]byte, error) {
	h := rec.(map[string]string)
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(h)) {
		pairs = append(pairs, k+"="+h[k])
	}
	return []byte(strings.Join(pairs, "&")), nil
}

func (tiny) Thaw(data []byte) (any, error) {
	h := map[string]string{}
	for _, pair := range strings.FieldsFunc(string(data), func(c rune) bool { return c == '&' }) {
		k, v, _ := strings.Cut(pair, "=")
		h[k] = v
	}
	return h, nil
}

func showTiny(recs []any) string {
	words := make([]string, len(recs))
	for i, rec := range recs {
		h := rec.(map[string]string)
		var pairs []string
		for _, k := range slices.Sorted(maps.Keys(h)) {
			pairs = append(pairs, k+":"+h[k])
		}
		words[i] = "{" + strings.Join(pairs, ",") + "}"
	}
	return strings.Join(words, " ")
}

func p314(p *port) {
	reference := func(s filter.Serializer) *filter.Buffer {
		return filter.NewBuffer(must(filter.NewReference(filter.ReferenceConfig{Serializer: s})))
	}
	b := reference(tiny{})
	wire := must(b.Put(map[string]string{"a": "1", "b": "2"}, map[string]string{}, map[string]string{"text": "semi;colon"}))
	shown := []any{"wire"}
	for _, w := range wire {
		shown = append(shown, vis(w))
	}
	p.out(shown...)
	all := slices.Concat(wire...)
	for _, size := range []int{1, 2, 3, 7, 100} {
		g := reference(tiny{})
		var got, counts []any
		for part := range slices.Chunk(all, size) {
			recs := p.ok(g.Get(part))
			if got = append(got, recs...); len(recs) > 0 {
				counts = append(counts, len(recs))
			}
		}
		words := append([]any{fmt.Sprintf("chunks of %d:", size), showTiny(got), "per call"}, counts...)
		p.out(append(words, "pending", showPending(g.Pending()))...)
	}
	p.ok(nil, b.GetOneStart(all, []byte("3")))
	for range 4 {
		p.out("get_one", showTiny(p.ok(b.GetOne())), "pending", vis(b.Bytes()))
	}
	p.out("rest", showTiny(p.ok(b.Get([]byte("\x00x=9")))))

	_, err := b.Put("not a reference")
	var wrong *filter.RecordError
	if errors.As(err, &wrong) {
		p.out(fmt.Sprintf("Choking on a non-reference (%v)", wrong.Record))
	} else {
		p.out(either(err == nil, "ok", text(err)))
	}

	plain := reference(filter.JSON{})
	data := map[string]any{"list": []any{1, []any{2, 3}, nil}, "hash": map[string]any{"k": "v"}}
	copied := p.ok(plain.Get(must(plain.Put(data))...))[0].(map[string]any)
	nested := copied["list"].([]any)
	copied["own"] = true
	p.out("copy", nested[1].([]any)[1], nested[2], copied["hash"].(map[string]any)["k"],
		"is a copy", yesNo(len(copied) != len(data)))
}
