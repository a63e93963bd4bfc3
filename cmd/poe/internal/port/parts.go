package port

import (
	"fmt"
	"sort"
)

// Part is a piece of a program of which the report keeps account: a sub, a
// handler, or what is outside of all subs.
type Part struct {
	Name       string `json:"name"` // of the sub; "event (line N)" for a sub without a name
	Kind       string `json:"kind"` // main, sub, handler (of an event) or closure
	Event      string `json:"event,omitempty"`
	File       string `json:"file,omitempty"` // if the program has several
	Line       int    `json:"line"`
	Statements int    `json:"statements"`
	TODO       int    `json:"todo"`
	// Exercised is how often a trace has it called; null without a trace that
	// tells of subs.
	Exercised *int `json:"exercised"`
	// Seen are the types that the trace shows, by "ARG0", "heap.name" and so on.
	Seen map[string]string `json:"seen,omitempty"`
	// Typed are those of Seen that the translation relies on.
	Typed []string `json:"typed,omitempty"`

	from, to, first int // lines; first is that of the first statement
}

// parts lists the parts of a program: the main one, then the others by line.
func parts(prog *program) []Part {
	c := &partCollector{}
	c.enter(Part{Name: "main", Kind: "main", Line: 1}, prog.statements)
	sort.SliceStable(c.list, func(i, j int) bool { return c.list[i].Line < c.list[j].Line })
	list := make([]Part, len(c.list))
	for i, p := range c.list {
		list[i] = *p
	}
	return list
}

type partCollector struct {
	list  []*Part
	now   *Part
	table bool // in a table of handlers
}

// enter collects the part which has these statements, and those within it.
func (c *partCollector) enter(p Part, body []*node) {
	now, table := c.now, c.table
	c.now, c.table = &p, false
	c.list = append(c.list, c.now)
	if len(body) > 0 {
		p.first = body[0].line
	}
	p.from, p.to = p.Line, max(p.Line, lastLine(body))
	c.nodes(body)
	c.now, c.table = now, table
}

func (c *partCollector) nodes(list []*node) {
	for i, n := range list {
		if n == nil {
			continue
		}
		key := ""
		if i > 0 && list[i-1] != nil && list[i-1].kind == kStr {
			key = list[i-1].text
		}
		table := c.table
		c.table = key == "inline_states" || key == "InlineStates" || n.kind == kSub && table
		c.node(n, key)
		c.table = table
	}
}

// node collects what is in a node; key is the name in front of it, as in
// event => sub { ... }.
func (c *partCollector) node(n *node, key string) {
	if n == nil {
		return
	}
	switch n.kind {
	case sSub:
		p := Part{Name: n.text, Kind: "sub", Line: n.line}
		if n.fn != nil {
			p.Name = n.fn.name
			if n.fn.handler || n.fn.inTable {
				p.Kind = "handler"
			}
		}
		c.enter(p, n.body)
		return
	case kSub:
		p := Part{Name: fmt.Sprintf("line %d", n.line), Kind: "closure", Line: n.line}
		if n.fn != nil && (n.fn.handler || n.fn.inTable) || c.table || handlerKeys[key] {
			p.Kind, p.Event = "handler", key
		}
		if key != "" {
			p.Name = fmt.Sprintf("%s (line %d)", key, n.line)
		}
		c.enter(p, n.body)
		return
	case sExpr, sIf, sWhile, sFor, sForeach, sBad:
		c.now.Statements++
	}
	c.nodes(n.kids)
	c.nodes(n.body)
	c.node(n.dyn, "")
	c.node(n.repl, "")
}

// lastLine returns the last line on which something in the statements begins.
func lastLine(list []*node) int {
	last := 0
	walkAll(list, func(n *node) bool {
		last = max(last, n.line)
		return true
	})
	return last
}

// assign counts what was not translated for the innermost part that has its line.
func assign(list []Part, todo []Todo) {
	for _, t := range todo {
		if p := partAt(list, t.Line); p != nil {
			p.TODO++
		}
	}
}

// partAt returns the innermost part that has a line.
func partAt(list []Part, line int) *Part {
	var best *Part
	for i := range list {
		p := &list[i]
		if p.Kind == "main" {
			if best == nil {
				best = p
			}
		} else if p.from <= line && line <= p.to && (best == nil || best.Kind == "main" || p.to-p.from <= best.to-best.from) {
			best = p
		}
	}
	return best
}
