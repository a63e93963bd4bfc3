package conformance

import (
	"fmt"
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// hash stands for Perl's heap that is a hash with a count in it.
type hash struct{ count int }

// perlRef names what a heap is, as ref does.
func perlRef(heap any) string {
	switch h := heap.(type) {
	case *hash:
		return "HASH"
	case *[]string:
		return "ARRAY"
	case *string:
		return "scalar " + *h
	}
	return "undef"
}

// perlArg names an argument, by ref if it is one.
func perlArg(a any) any {
	switch a.(type) {
	case []any:
		return "ARRAY"
	case map[string]any:
		return "HASH"
	}
	return a
}

func p034(p *port) {
	k := p.kernel()
	shared := &hash{}
	table := func(label string) states {
		return states{
			"_start": func(e kernel.Event) {
				h := e.Session.Session().(*session.Session).Heap()
				line := []any{label, "heap is", perlRef(h), "args", len(e.Args)}
				for _, a := range e.Args {
					line = append(line, perlArg(a))
				}
				p.out(line...)
				switch h := h.(type) {
				case *hash:
					h.count++
				case *[]string:
					*h = append(*h, "started")
				}
				k.Yield("again")
			},
			"again": func(e kernel.Event) {
				h := e.Session.Session().(*session.Session).Heap()
				content, same := "other", true
				switch h := h.(type) {
				case *hash:
					content, same = fmt.Sprint("count ", h.count), session.HeapOf[hash](e.Session) == h
				case *[]string:
					content, same = strings.Join(*h, " "), session.HeapOf[[]string](e.Session) == h
				}
				p.out(label, "again", content, "get_heap same", yesNo(same))
			},
		}
	}
	session.New(k, session.Config[hash]{Funcs: table("default-1")})
	session.New(k, session.Config[hash]{Funcs: table("default-2")})
	session.New(k, session.Config[hash]{Funcs: table("shared-1"), Heap: shared})
	session.New(k, session.Config[hash]{Funcs: table("shared-2"), Heap: shared, Args: []any{}})
	session.New(k, session.Config[[]string]{Funcs: table("array"), Heap: &[]string{"given"}, Args: []any{1, nil, []any{2, 3}}})
	str := "text"
	session.New(k, session.Config[string]{Funcs: table("scalar"), Heap: &str, Args: []any{"lonely"}})
	session.Inline(k, table("undef"), nil)
	session.New(k, session.Config[hash]{Funcs: table("hash-arg"), Args: []any{map[string]any{"a": 1}}})
	k.Run()
	p.out("shared count", shared.count)
	list := []any{1, 2}
	session.Inline(k, states{"_start": func(e kernel.Event) {
		e.Args[0] = "changed"
		p.out(with(list, "changing ARG0")...)
	}}, list...)
	k.Run()
}
