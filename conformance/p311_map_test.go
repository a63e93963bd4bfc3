package conformance

import (
	"strings"

	"github.com/gopoe/poe/filter"
)

func p311(p *port) {
	var f *filter.Records
	var m *filter.Map
	use := func(cfg filter.MapConfig) {
		m = must(filter.NewMap(cfg))
		f = filter.NewRecords(m)
	}
	get := func(recs ...any) string { return show(p.ok(f.Get(recs...))) }
	put := func(recs ...any) string { return show(p.ok(f.Put(recs...))) }
	pending := func() string { return showPending(f.Pending()) }
	each := func(code func(s string) string) func(any) []any {
		return filter.Each(func(rec any) any { return code(text(rec)) })
	}

	use(filter.MapConfig{Code: each(strings.ToUpper)})
	p.out("Code get", get("a", "b"), "put", put("c"))
	use(filter.MapConfig{
		Get: each(func(s string) string { return "<" + s + ">" }),
		Put: each(func(s string) string { return s + "!" }),
	})
	p.out("Get", get("a", "b"), "Put", put("c", "d"))
	use(filter.MapConfig{Code: func(rec any) []any {
		return strs(strings.FieldsFunc(rec.(string), func(c rune) bool { return c == ',' }))
	}})
	p.out("one to many", get("a,b", "c", "d,e,f"), "put", put("x,y", ""))
	p.ok(nil, f.GetOneStart("1,2", "3"))
	for range 3 {
		p.out("get_one", show(p.ok(f.GetOne())), "pending", pending())
	}
	use(filter.MapConfig{Code: func(rec any) []any {
		if rec == "skip" {
			return nil
		}
		return []any{rec}
	}})
	p.out("one to none", get("a", "b", "skip", "c", "d"), "pending", pending())
	p.out("next get", get("e"), "pending", pending())
	p.out("put", put("a", "skip", "b"))
	m.Modify(filter.MapConfig{Get: each(func(s string) string { return "G" + s })})
	p.out("modified", get(1), put(1))
	p.notInGo("warning: Modify Put element must be given a coderef", "what is not a function does not compile")
	m.Modify(filter.MapConfig{Code: each(func(s string) string { return "C" + s })})
	p.out("modified", get(1), put(1))

	tryNew := func(label string, cfg filter.MapConfig) {
		_, err := filter.NewMap(cfg)
		p.out(label, either(err == nil, "ok", "croak: "+filterSays(err)))
	}
	tryNew("new()", filter.MapConfig{})
	p.notInGo("new(Code, x) croak: Code element is not a subref", "what is not a function does not compile")
	tryNew("new(Put, CODE)", filter.MapConfig{Put: func(any) []any { return nil }})
	p.notInGo("new(Code) croak: POE::Filter::Map must be given an even number of parameters",
		"a field without a value does not compile")
}
