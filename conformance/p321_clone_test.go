package conformance

import (
	"net/http"
	"reflect"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

// cloneCase is one filter of the program, in a form that hides whether it
// works on bytes or on records.
type cloneCase struct {
	filter             any // the filter or layer itself
	get                func(...any) []any
	put                func(...any) []any
	pending            func() []any
	clone              func() cloneCase
	first, second, out []any
}

func byBytes(p *port, b *filter.Buffer, first, second string) cloneCase {
	return cloneCase{
		filter: b.Filter(),
		get:    func(recs ...any) []any { return p.ok(b.Get([]byte(recs[0].(string)))) },
		put: func(recs ...any) (out []any) {
			for _, message := range must(b.Put(recs...)) {
				out = append(out, string(message))
			}
			return out
		},
		pending: b.Pending,
		clone:   func() cloneCase { return byBytes(p, must(b.Clone()), first, second) },
		first:   []any{first}, second: []any{second}, out: []any{"x"},
	}
}

func byRecords(p *port, layer filter.Layer, r *filter.Records, first, second, out []any) cloneCase {
	return cloneCase{
		filter:  layer,
		get:     func(recs ...any) []any { return p.ok(r.Get(recs...)) },
		put:     func(recs ...any) []any { return p.ok(r.Put(recs...)) },
		pending: r.Pending,
		clone: func() cloneCase {
			return byRecords(p, layer.(filter.LayerCloner).CloneLayer(), r.Clone(), first, second, out)
		},
		first: first, second: second, out: out,
	}
}

// poeClass is the POE class of a filter of ours.
func poeClass(f any) string {
	name := reflect.TypeOf(f).Elem().Name()
	switch f.(type) {
	case *filter.Stack:
		name = "Stackable"
	case *httpd.Filter:
		name = "HTTPD"
	}
	return "POE::Filter::" + name
}

func cloneCases(p *port) []cloneCase {
	line := func(literal string) *filter.Line { return must(filter.NewLine(filter.LineConfig{Literal: literal})) }
	block := func(size int) *filter.Block { return must(filter.NewBlock(filter.BlockConfig{BlockSize: size})) }
	each := func(code func(s string) string) *filter.Map {
		return must(filter.NewMap(filter.MapConfig{Code: filter.Each(func(s string) any { return code(s) })}))
	}
	rb := must(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 2, CheckPut: true}))
	grep := must(filter.NewGrep(filter.GrepConfig{Code: func(rec any) bool { return rec.(int) > 1 }}))
	bang := each(func(s string) string { return s + "!" })
	stack := must(filter.NewStack(line("|"), each(func(s string) string { return "(" + s + ")" })))
	return []cloneCase{
		byBytes(p, filter.NewBuffer(line(";")), "a;rest", "b;"),
		byBytes(p, filter.NewBuffer(block(2)), "abc", "de"),
		byBytes(p, filter.NewBuffer(block(0)), "1\x00a", "2\x00de"),
		byRecords(p, rb, filter.NewRecords(rb), []any{1, 2, 3}, []any{4, 5}, []any{[]any{9}}),
		byRecords(p, grep, filter.NewRecords(grep), []any{1, 2}, []any{3}, []any{1, 5}),
		byRecords(p, bang, filter.NewRecords(bang), []any{"a"}, []any{"b"}, []any{"x"}),
		byBytes(p, filter.NewBuffer(filter.NewStream()), "abc", "d"),
		byBytes(p, filter.NewBuffer(stack), "a|b", "c|"),
	}
}

func p321(p *port) {
	for _, f := range cloneCases(p) {
		a := showEscaped(f.get(f.first...))
		c := f.clone()
		same := reflect.TypeOf(c.filter) == reflect.TypeOf(f.filter)
		p.out(poeClass(c.filter), either(same, "same class", "other class"))
		p.out("  original", a, "clone pending", either(c.pending() == nil, "undef", showEscaped(c.pending())))
		p.out("  clone get", showEscaped(c.get(f.second...)), "original get", showEscaped(f.get(f.second...)))
		p.out("  clone put", showEscaped(c.put(f.out...)), "original put", showEscaped(f.put(f.out...)))
	}
	h := newHTTPD(p, httpd.Config{})
	p.ok(nil, h.GetOneStart([]byte("GET /half HTTP/1.0\r\n")))
	c := must(h.Clone())
	uris := func(recs []any) []any {
		words := make([]any, len(recs))
		for i, rec := range recs {
			words[i] = httpdURI(rec.(*http.Request))
		}
		return words
	}
	p.out(append([]any{poeClass(c.Filter()), "pending", pendingList(c.Pending()), "requests"},
		uris(p.ok(c.Get([]byte("GET /other HTTP/1.0\r\n\r\n"))))...)...)
	p.out(append([]any{"original"}, uris(p.ok(h.Get([]byte("\r\n"))))...)...)
	p.notInGo("POE::Filter itself croak: POE::Filter is not meant to be used directly", "filter.Filter is an interface, of which there are no values")
}

// showEscaped is show, with everything but printable ASCII as \xNN.
func showEscaped(recs []any) string {
	s := vis(show(recs))
	return s[1 : len(s)-1]
}
