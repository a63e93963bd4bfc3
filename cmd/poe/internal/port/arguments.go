package port

import (
	"fmt"
	"strconv"
	"strings"
)

func (g *gen) heap(*node) (string, bool) { return "", false }

// isHeap reports whether n is $_[HEAP] in a handler.
func (g *gen) isHeap(n *node) bool {
	if !g.f.handler || n.kind != kIndex || !isArgs(n.kids[0]) {
		return false
	}
	k := n.kids[1]
	return (k.kind == kBare || k.kind == kCall) && (k.text == "HEAP" || k.text == "RUNSTATE")
}

// argument returns $_[...].
func (g *gen) argument(i *node) val {
	if g.f.fn == nil {
		return val{"perl.Args.Get(" + g.int(i) + ")", tAny, false}
	}
	if g.f.handler {
		if i.kind == kBinop {
			if c, ok := constantOf(i); ok && c >= 10 {
				return g.typedArg(c - 10)
			}
		}
		if v, ok := g.eventField(i.text); ok {
			return v
		}
		cannot("P0111", "$_[...] with a number in a handler")
	}
	if c, ok := constantOf(i); ok {
		return val{fmt.Sprintf("perl.At(args, %d)", c), tAny, true}
	}
	return val{"perl.At(args, " + g.int(i) + ")", tAny, false}
}

func constantOf(n *node) (int, bool) {
	switch n.kind {
	case kBare, kCall:
		c, ok := poeConstants[n.text]
		return c, ok && len(n.kids) == 0
	case kNum:
		c, err := strconv.Atoi(n.text)
		return c, err == nil
	case kBinop:
		a, ok := constantOf(n.kids[0])
		b, ok2 := constantOf(n.kids[1])
		if ok && ok2 && n.op == "+" {
			return a + b, true
		}
		if ok && ok2 && n.op == "-" {
			return a - b, true
		}
	}
	return 0, false
}

// eventField returns what $_[NAME] is of the current event.
func (g *gen) eventField(name string) (val, bool) {
	if strings.HasPrefix(name, "ARG") {
		if i, err := strconv.Atoi(name[3:]); err == nil {
			return g.typedArg(i), true
		}
	}
	if name == "HEAP" && g.f.fn != nil && g.f.fn.heap != nil {
		return val{g.prog.heapName, typ("*" + g.f.fn.heap.name), true}, true
	}
	if (name == "HEAP" || name == "RUNSTATE") && g.prog.heapHash {
		return val{"e.HeapHash()", tHash, true}, true
	}
	f, ok := eventFields[name]
	return f, ok
}

// argCount returns the number of elements of @_.
func (g *gen) argCount(*node) string {
	switch {
	case g.f.fn == nil:
		return "perl.Args.Len()"
	case g.f.handler:
		return "e.Len()"
	}
	return "len(args)"
}

// argsAll returns @_ as a list.
func (g *gen) argsAll() string {
	switch {
	case g.f.fn == nil:
		return "perl.NewArray().All()"
	case g.f.handler:
		return "e.All()"
	}
	return "args"
}

// argsSlice returns @_[...].
func (g *gen) argsSlice(n *node) string {
	kids := listOf2(n)
	if len(kids) == 1 && kids[0].kind == kRange {
		from, to := kids[0].kids[0], kids[0].kids[1]
		if c, ok := constantOf(from); ok {
			if to.kind == kLast && isArgs(to.kids[0]) {
				if g.f.handler && c >= 10 {
					if c == 10 {
						return "e.Args"
					}
					return fmt.Sprintf("perl.From(e.Args, %d)", c-10)
				}
				return fmt.Sprintf("perl.From(%s, %d)", g.argsAll(), c)
			}
		}
	}
	var out []string
	for _, k := range kids {
		if k.kind == kRange {
			from, ok := constantOf(k.kids[0])
			to, ok2 := constantOf(k.kids[1])
			if !ok || !ok2 {
				if !ok || k.kids[1].kind != kLast {
					return "perl.Pick(" + g.argsAll() + ", " + g.spread(n) + ")"
				}
				head := "perl.L(" + strings.Join(out, ", ") + ")"
				rest := fmt.Sprintf("perl.From(%s, %d)", g.argsAll(), from)
				if g.f.handler && from >= 10 {
					rest = fmt.Sprintf("perl.From(e.Args, %d)", from-10)
				}
				return "perl.Cat(" + head + ", " + rest + ")"
			}
			for c := from; c <= to; c++ {
				out = append(out, g.argAt(c))
			}
			continue
		}
		if c, ok := constantOf(k); ok && g.f.handler {
			out = append(out, g.argAt(c))
			continue
		}
		if isListy(k) {
			return "perl.Pick(" + g.argsAll() + ", " + g.spreadAll(kids) + ")"
		}
		out = append(out, g.argument(k).code)
	}
	return "perl.L(" + strings.Join(out, ", ") + ")"
}

func (g *gen) argAt(c int) string {
	if !g.f.handler {
		return fmt.Sprintf("perl.At(args, %d)", c)
	}
	if c >= 10 {
		return fmt.Sprintf("e.Arg(%d)", c-10)
	}
	for name, i := range poeConstants {
		if i == c && name != "MACHINE" && name != "RUNSTATE" && name != "EVENT" {
			v, _ := g.eventField(name)
			return v.code
		}
	}
	return "nil"
}
