package port

import (
	"strings"
)

// heapIsHash reports whether every heap of the program is a hash: it is created as one
// and used as nothing else.
func (p *program) heapIsHash() bool {
	ok := true
	isHeap := func(n *node) bool {
		return n != nil && n.kind == kIndex && isArgs(n.kids[0]) && (n.kids[1].text == "HEAP" || n.kids[1].text == "RUNSTATE")
	}
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case kAssign:
			ok = ok && !isHeap(n.kids[0])
		case kRef:
			ok = ok && !isHeap(n.kids[0])
		case kDeref:
			ok = ok && !(isHeap(n.kids[0]) && n.sigil != '%')
		case kMethod, kApply:
			ok = ok && !isHeap(n.kids[0])
		}
		for i := 0; i+1 < len(n.kids); i++ {
			if k := n.kids[i]; k != nil && k.kind == kStr && (k.text == "heap" || k.text == "runstate") && (n.kind == kHash || n.kind == kList || n.kind == kMethod || n.kind == kCall || n.kind == kArray) {
				ok = ok && n.kids[i+1].kind == kHash
			}
		}
		return ok
	})
	return ok
}

// printsPlainly reports whether print with no handle means standard output, without
// separators: nothing in the program changes that.
func (p *program) printsPlainly() bool {
	ok := false
	for m := range p.modules {
		ok = ok || m == "POE" || strings.HasPrefix(m, "POE::")
	}
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case kVar:
			ok = ok && !(n.v == nil && (n.text == "," || n.text == "\\"))
		case kBare, kGlobVar:
			ok = ok && n.text != "STDOUT"
		case kFunc:
			ok = ok && n.text != "select" && n.text != "fork" && n.text != "syswrite"
		}
		return ok
	})
	return ok
}

// countSets finds the lexicals that are given a value once, where they are declared.
func (p *program) countSets() {
	sets, asked := map[*variable]int{}, map[*variable]int{}
	add := func(n *node, by int) {
		n.walk(func(k *node) bool {
			if k.kind == kVar && k.v != nil {
				sets[k.v] += by
			}
			return k.kind == kMy || k.kind == kList || k.kind == kVar || k.kind == kLocal || k.kind == kCond
		})
	}
	assigned := map[*node]bool{}
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case kAssign:
			by := 2
			if n.op == "" && n.kids[0].kind == kMy && n.kids[0].text == "my" {
				by = 1
				assigned[n.kids[0]] = true
			}
			add(n.kids[0], by)
		case kMy:
			if !assigned[n] {
				add(n, 2)
			}
		case kPostop, kRef, kSubst, kTrans:
			add(n.kids[0], 2)
		case kUnop:
			if n.op == "++" || n.op == "--" {
				add(n.kids[0], 2)
			}
		case kFunc:
			if k := n.kid(0); n.text == "defined" && k != nil && assignment(k).v != nil {
				asked[assignment(k).v] += 2
			}
			if setters[n.text] {
				for _, k := range n.kids {
					add(k, 2)
				}
			}
		case sForeach:
			if n.kids[0] != nil {
				add(n.kids[0], 2)
			}
		}
		return true
	})
	for v, n := range sets {
		v.once, v.constant = n == 1, n-asked[v] == 1
	}
}

var setters = map[string]bool{"chomp": true, "chop": true, "undef": true, "read": true, "sysread": true, "recv": true, "open": true, "opendir": true, "accept": true, "socket": true, "socketpair": true, "pipe": true,
	"sysopen": true, "substr": true, "vec": true, "select": true, "defined": true, "bless": true}

// resultName notes that handlers of parents and servers look at what others return.
func (p *program) resultName(name string) {
	switch name {
	case "_child", "_stop", "_default":
		p.results["_start"], p.results["_stop"], p.results[name] = true, true, true
	case "ClientPreConnect", "PreConnect":
		p.results[name] = true
	}
}

// markReturns finds the handlers whose values are used.
func (p *program) markReturns() {
	p.findShown()
	walkAll(p.statements, func(n *node) bool {
		if n.kind == kHash { // object_states: event => method
			for i := 0; i+1 < len(n.kids); i += 2 {
				if k, v := n.kids[i], n.kids[i+1]; k.kind == kStr && v.kind == kStr && p.results[k.text] {
					p.results[v.text] = true
				}
			}
		}
		return true
	})
	for _, f := range p.functions {
		_, short := splitName(f.name)
		f.returns = p.results["*"] || f.name == "" && len(f.events) == 0 || p.results[short] || short == "_default" || f.events["_default"]
		for e := range f.events {
			f.returns = f.returns || p.results[e]
		}
	}
}

// findShown finds the events whose handlers' values the program looks at: those that it
// calls for their value, and _start and _stop where a _child handler reads ARG2.
func (p *program) findShown() {
	p.shown = map[string]bool{}
	for event := range p.results {
		switch event {
		case "*", "_start", "_stop", "_child", "_default", "ClientPreConnect", "PreConnect":
		default:
			p.shown[event] = true
		}
	}
	for _, f := range p.functions {
		_, short := splitName(f.name)
		if !f.events["_child"] && short != "_child" {
			continue
		}
		walkAll(f.node.body, func(n *node) bool {
			if n.text == "ARG2" {
				p.shown["_start"], p.shown["_stop"] = true, true
			}
			return true
		})
	}
}

// valueShown reports whether the program looks at the value of a handler, even if that
// is what print or yield returns.
func (p *program) valueShown(f *function) bool {
	if f == nil || !f.handler {
		return false
	}
	_, short := splitName(f.name)
	if p.shown[short] {
		return true
	}
	for e := range f.events {
		if p.shown[e] {
			return true
		}
	}
	return false
}

// freeTopic reports whether the statements of a sub use the $_ of their caller: one
// that no loop, map or grep of their own has set.
func freeTopic(list []*node) bool {
	found := false
	var visit func(n *node)
	all := func(nodes ...*node) {
		for _, n := range nodes {
			visit(n)
		}
	}
	visit = func(n *node) {
		if n == nil || found {
			return
		}
		switch n.kind {
		case kSub:
			return // a function of its own, or a block with a $_ of its own
		case sSub:
			return
		case kLocal:
			if k := n.kids[0]; k.kind == kVar && k.text == "_" {
				return
			}
		case kMap:
			all(n.kids[1:]...)
			return
		case sForeach:
			if n.kids[0] == nil {
				visit(n.kids[1])
				return
			}
		case sWhile:
			if c := n.kids[0]; c != nil && reads(c) {
				return
			}
		}
		found = found || topicUse(n)
		all(n.kids...)
		all(n.body...)
		all(n.dyn, n.repl)
	}
	for _, n := range list {
		if n.kind == sExpr && n.kid(0) != nil && localTopic(n.kids[0]) {
			break
		}
		visit(n)
	}
	return found
}

// localTopic reports whether an expression is local $_, or an assignment to it.
func localTopic(n *node) bool {
	if n.kind == kAssign {
		n = n.kids[0]
	}
	return n.kind == kLocal && n.kids[0].kind == kVar && n.kids[0].text == "_"
}

// changesArguments reports whether the statements of a sub change elements of @_.
func changesArguments(list []*node) bool {
	found := false
	element := func(n *node) bool {
		for n != nil && n.kind == kList && len(n.kids) == 1 {
			n = n.kids[0]
		}
		return n != nil && (n.kind == kIndex || n.kind == kSlice) && isArgs(n.kids[0])
	}
	walkAll(list, func(n *node) bool {
		switch n.kind {
		case kSub, sSub:
			return false
		case kAssign, kPostop, kSubst, kTrans:
			found = found || element(n.kids[0]) && !strings.Contains(n.mods, "r")
		case kUnop:
			found = found || (n.op == "++" || n.op == "--") && element(n.kids[0])
		case kFunc:
			found = found || (n.text == "chomp" || n.text == "chop") && len(n.kids) > 0 && (element(n.kids[0]) || isArgs(n.kids[0]))
		case sForeach:
			v := n.kids[0]
			if v != nil && v.kind == kMy {
				v = v.kids[0]
			}
			var loop *variable
			if v != nil {
				loop = v.v
			}
			list := n.kids[1]
			for list.kind == kList && len(list.kids) == 1 {
				list = list.kids[0]
			}
			found = found || isArgs(list) && (v == nil || loop != nil) && changes(n.kids[2].body, loop)
		}
		return !found
	})
	return found
}

// noteOverloads notes which operators a class overloads, with those that Perl makes
// of them.
func (p *program) noteOverloads(kids []*node) {
	if p.overloads == nil {
		p.overloads = map[string]bool{}
	}
	for i := 0; i < len(kids); i += 2 {
		op := kids[i].text
		p.overloads[op] = true
		switch op {
		case "cmp":
			for _, o := range []string{"eq", "ne", "lt", "gt", "le", "ge"} {
				p.overloads[o] = true
			}
		case "<=>":
			for _, o := range []string{"==", "!=", "<", ">", "<=", ">="} {
				p.overloads[o] = true
			}
		}
	}
}
