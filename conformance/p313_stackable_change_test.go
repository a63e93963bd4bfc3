package conformance

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/filter"
)

func p313(p *port) {
	each := func(code func(s string) string) *filter.Map {
		return must(filter.NewMap(filter.MapConfig{Code: filter.Each(func(s string) any { return code(s) })}))
	}
	f := must(filter.NewStack(must(filter.NewLine(filter.LineConfig{Literal: ";"}))))
	b := filter.NewBuffer(f)
	types := func() string { return strings.Join(f.FilterTypes(), " ") }
	get := func(s string) string { return show(p.ok(b.Get([]byte(s)))) }
	put := func(recs ...any) string { return putText(b, recs...) }

	p.out(types(), get("a;b;"))
	up := each(strings.ToUpper)
	grep := must(filter.NewGrep(filter.GrepConfig{Code: func(rec any) bool { return rec != "B" }}))
	p.ok(nil, f.Push(up, grep))
	p.out(types(), get("a;b;c;"), "put", put("x", "B"))
	rev := each(reverse)
	p.ok(nil, f.Unshift(rev))
	p.out(types(), get(";ab;cd"), "put", put("xy"))
	shifted, err := f.Shift()
	p.ok(nil, err)
	p.out("shift gives the same filter", yesNo(shifted == rev), types())
	p.out("pop gives the same filter", yesNo(f.Pop() == grep), types())
	p.out("get", get("b;rest"), "line filter holds", waiting(b.Bytes()), "stack pending", showPending(b.Pending()))
	other := must(b.Clone())
	p.out("clone", strings.Join(other.Filter().(*filter.Stack).FilterTypes(), " "), "pending", showPending(other.Pending()),
		"get", show(p.ok(other.Get([]byte("q;")))))
	p.out("original goes on", get("!;"))
	for _, part := range []any{"text", nil, []any{}, up} {
		err := f.Push(part)
		p.out("push", either(err == nil, "ok", "croak: "+said(err)), types())
	}
	err = f.Unshift(rev, map[string]any{})
	p.out("unshift", either(err == nil, "ok", "croak: "+said(err)), types())
}

// said is filterSays, of an error that may be nil.
func said(err error) string {
	if err == nil {
		return ""
	}
	return filterSays(err)
}

// waiting shows bytes that a filter has not decoded, as a list of one string.
func waiting(b []byte) string { return show([]any{string(b)}) }

// putText shows the messages that a put makes.
func putText(b *filter.Buffer, recs ...any) string {
	messages := must(b.Put(recs...))
	words := make([]any, len(messages))
	for i, m := range messages {
		words[i] = string(m)
	}
	return show(words)
}

// reverse turns a string of single-byte characters around.
func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
