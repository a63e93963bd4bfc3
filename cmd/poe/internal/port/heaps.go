package port

import (
	"fmt"
	gotoken "go/token"
	"slices"
	"sort"
	"strings"
)

// heapClass is the heap of the sessions that one call, or several, create: a struct
// in Go, if all that is done with it is to use fields by name.
type heapClass struct {
	parent  *heapClass // that into which it has been merged
	refused bool
	kind    heapKind
	name    string
	base    string // what it is named after
	fields  map[string]*variable
	keys    []string
	sites   []*node // the calls that create sessions
	order   int
}

// heapKind is what makes the heap.
type heapKind int

const (
	sessionHeap    heapKind = iota
	connectionHeap          // of POE::Component::Server::TCP's clients
	listenerHeap            // of its listener
	clientHeap              // of POE::Component::Client::TCP
)

// embedded are the types with what components keep in heaps of their own.
var embedded = map[heapKind]string{connectionHeap: "compat.Connection", listenerHeap: "compat.Listening", clientHeap: "compat.Connected"}

// componentFields are the keys of components, with fields and types in Go.
var componentFields = map[heapKind]map[string]val{
	connectionHeap: {"client": {"Client", tWheel, true}, "remote_ip": {"RemoteIP", tAny, true}, "remote_port": {"RemotePort", tAny, true}, "remote_addr": {"RemoteAddr", tAny, true},
		"shutdown": {"Shutdown", tInt, true}, "got_an_error": {"GotAnError", tInt, true}, "shutdown_on_error": {"ShutdownOnError", tInt, true}},
	listenerHeap: {"listener": {"Listener", tWheel, true}, "connections": {"Connections", tInt, true}, "concurrency": {"Concurrency", tInt, true}},
	clientHeap: {"server": {"Server", tWheel, true}, "connected": {"Connected", tInt, true}, "shutdown": {"Shutdown", tInt, true}, "got_an_error": {"GotAnError", tInt, true},
		"shutdown_on_error": {"ShutdownOnError", tInt, true}},
}

func (c *heapClass) root() *heapClass {
	for c.parent != nil {
		c = c.parent
	}
	return c
}

// heaps finds the heaps which become structs and puts their fields in the place of
// elements of hashes.
type heaps struct {
	p        *program
	name     string // of the variable that holds a heap, in every function
	classes  []*heapClass
	consumed map[*node]bool // references to handlers which are in a table
	refused  bool           // no heap becomes a struct
}

func (p *program) structHeaps() {
	if p.byName || !p.heapHash {
		return
	}
	h := &heaps{p: p, name: "heap", consumed: map[*node]bool{}}
	for p.packageNames[h.name] {
		h.name += "Of"
	}
	p.heapName = h.name
	h.constructors()
	if h.refused {
		for _, f := range p.functions {
			f.heap = nil
		}
		return
	}
	h.references()
	h.parameters()
	for range 2 { // what is refused refuses what it is passed to
		h.uses(p.statements, nil)
	}
	h.names()
	h.rewrite()
}

func (h *heaps) newClass(kind heapKind, base string) *heapClass {
	c := &heapClass{kind: kind, base: base, fields: map[string]*variable{}, order: len(h.classes)}
	h.classes = append(h.classes, c)
	return c
}

func (h *heaps) union(a, b *heapClass) *heapClass {
	a, b = a.root(), b.root()
	if a == b {
		return a
	}
	if b.order < a.order {
		a, b = b, a
	}
	b.parent = a
	a.refused = a.refused || b.refused || a.kind != b.kind
	a.sites = append(a.sites, b.sites...)
	return a
}

// join puts a handler into a class.
func (h *heaps) join(c *heapClass, f *function) {
	if f.heap == nil {
		f.heap = c
	} else {
		h.union(c, f.heap)
	}
	if !f.handler {
		c.root().refused = true
	}
}

// handlerOf returns the sub that an element of a table of handlers is, nil if that
// is not known.
func (h *heaps) handlerOf(n *node) *function {
	switch n.kind {
	case kSub:
		h.consumed[n] = true
		return n.fn
	case kRef:
		if c := n.kids[0]; c.kind == kCall && c.amp {
			h.consumed[n] = true
			return h.p.subs["main::"+c.text]
		}
	}
	return nil
}

// constructors finds the calls that create sessions.
func (h *heaps) constructors() {
	walkAll(h.p.statements, func(n *node) bool {
		if n.kind == kMethod {
			h.refused = h.refused || n.text == "get_heap"
			if c := n.kids[0]; c.kind == kBare {
				switch {
				case c.text == "POE::Session" && n.text == "create":
					h.session(n)
				case c.text == "POE::Component::Server::TCP" && n.text == "new":
					h.server(n)
				case c.text == "POE::Component::Client::TCP" && n.text == "new":
					h.client(n)
				case c.text == "POE::NFA" || strings.HasPrefix(c.text, "POE::Session::") || c.text == "POE::Session":
					h.refused = true
				}
			}
		}
		return !h.refused
	})
}

// options returns the named arguments of a constructor.
func (h *heaps) options(n *node) map[string]*node {
	args := n.kids[1:]
	out := map[string]*node{}
	if len(args)%2 != 0 {
		h.refused = true
		return out
	}
	for i := 0; i < len(args); i += 2 {
		if args[i].kind != kStr || isListy(args[i+1]) && args[i+1].kind != kMethod && args[i+1].kind != kCall {
			h.refused = true
		}
		out[args[i].text] = args[i+1]
	}
	return out
}

func (h *heaps) table(c *heapClass, n *node) {
	if n == nil {
		return
	}
	if n.kind != kHash || len(n.kids)%2 != 0 {
		c.root().refused = true
		return
	}
	for i := 1; i < len(n.kids); i += 2 {
		f := h.handlerOf(n.kids[i])
		if f == nil {
			c.root().refused = true
			continue
		}
		if n.kids[i-1].text == "_start" && f.name != "" {
			_, c.base = splitName(f.name)
		}
		h.join(c, f)
	}
}

func (h *heaps) session(n *node) {
	o := h.options(n)
	c := h.newClass(sessionHeap, "")
	c.sites = append(c.sites, n)
	h.table(c, o["inline_states"])
	c.root().refused = c.root().refused || o["object_states"] != nil || o["package_states"] != nil
	if init := o["heap"]; init != nil {
		if init.kind != kHash || len(init.kids)%2 != 0 {
			c.root().refused = true
			return
		}
		for i := 0; i < len(init.kids); i += 2 {
			if init.kids[i].kind != kStr || isListy(init.kids[i+1]) {
				c.root().refused = true
			}
		}
	}
}

func (h *heaps) callbacks(c *heapClass, o map[string]*node, names ...string) {
	for _, name := range names {
		if v := o[name]; v != nil {
			if f := h.handlerOf(v); f != nil {
				h.join(c, f)
			} else {
				c.root().refused = true
			}
		}
	}
}

func (h *heaps) server(n *node) {
	o := h.options(n)
	l := h.newClass(listenerHeap, "listener")
	l.sites = append(l.sites, n)
	h.callbacks(l, o, "Started", "Stopped", "Error", "Acceptor")
	c := h.newClass(connectionHeap, "connection")
	c.sites = append(c.sites, n)
	h.callbacks(c, o, "ClientPreConnect", "ClientConnected", "ClientDisconnected", "ClientError", "ClientFlushed", "ClientInput", "ClientHigh", "ClientLow")
	h.table(c, o["InlineStates"])
	if o["ObjectStates"] != nil || o["PackageStates"] != nil || o["SessionType"] != nil {
		c.root().refused, l.root().refused = true, true
	}
}

func (h *heaps) client(n *node) {
	o := h.options(n)
	c := h.newClass(clientHeap, "server")
	c.sites = append(c.sites, n)
	h.callbacks(c, o, "Started", "PreConnect", "Connected", "ConnectError", "Disconnected", "ServerInput", "ServerError", "ServerFlushed", "ServerHigh", "ServerLow")
	h.table(c, o["InlineStates"])
	if o["ObjectStates"] != nil || o["PackageStates"] != nil || o["SessionType"] != nil {
		c.root().refused = true
	}
}

// references refuses the heaps of handlers that are used elsewhere than in tables.
func (h *heaps) references() {
	var in func(list []*node, f *function)
	var visit func(n *node, f *function)
	visit = func(n *node, f *function) {
		if n == nil {
			return
		}
		if (n.kind == kSub || n.kind == sSub) && n.fn != nil {
			if n.kind == kSub && n.fn.handler && !h.consumed[n] {
				h.alone(n.fn)
			}
			f = n.fn
		}
		switch n.kind {
		case kMethod:
			if n.text == "state" && len(n.kids) == 3 && f != nil && f.heap != nil {
				if g := h.handlerOf(n.kids[2]); g != nil {
					h.join(f.heap, g)
				} else if k := n.kids[2]; k.kind != kFunc {
					f.heap.root().refused = true
				}
			}
		case kRef:
			if c := n.kids[0]; c.kind == kCall && c.amp && !c.paren {
				if g := h.p.subs["main::"+c.text]; g != nil && g.handler && !h.consumed[n] {
					h.alone(g)
				}
				return
			}
		case kCall:
			if g := h.p.subs["main::"+n.text]; g != nil && g.handler && !n.amp {
				h.alone(g)
			} else if g != nil && g.handler {
				h.alone(g)
				if f != nil {
					h.alone(f)
				}
			}
		}
		for _, k := range n.kids {
			visit(k, f)
		}
		in(n.body, f)
		visit(n.dyn, f)
		visit(n.repl, f)
	}
	in = func(list []*node, f *function) {
		for _, n := range list {
			visit(n, f)
		}
	}
	in(h.p.statements, nil)
}

// alone refuses the heap of a handler whose sessions are not known.
func (h *heaps) alone(f *function) {
	if f.heap == nil {
		f.heap = h.newClass(sessionHeap, "")
	}
	f.heap.root().refused = true
}

// heapOf returns the class of an expression whose value is a heap, nil for any other.
func (h *heaps) heapOf(n *node, f *function) *heapClass {
	for n != nil && n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	switch {
	case n == nil:
	case n.kind == kVar && n.sigil == '$' && n.v != nil && n.v.heap != nil:
		return n.v.heap.root()
	case isHeapIndex(n) && f != nil && f.heap != nil:
		return f.heap.root()
	}
	return nil
}

func isHeapIndex(n *node) bool {
	if n.kind != kIndex || !isArgs(n.kids[0]) {
		return false
	}
	k := n.kids[1]
	return (k.kind == kBare || k.kind == kCall) && k.text == "HEAP"
}

// unpacked calls f for each variable that an assignment gives an element of @_.
func unpacked(n *node, f func(v *variable, element *node)) {
	if n.kind != kAssign || n.op != "" || n.kids[0].kind != kMy {
		return
	}
	to, from := n.kids[0], n.kids[1]
	switch {
	case from.kind == kSlice && isArgs(from.kids[0]) && to.paren:
		for i, k := range listOf2(from.kids[1]) {
			if k.kind == kRange || i >= len(to.kids) {
				return
			}
			if plainVariable(to.kids[i]) {
				f(to.kids[i].v, k)
			}
		}
	case isHeapIndex(from) && len(to.kids) == 1 && plainVariable(to.kids[0]):
		f(to.kids[0].v, from.kids[1])
	}
}

func plainVariable(k *node) bool { return k.kind == kVar && k.sigil == '$' && k.v != nil }

// parameters finds the variables that hold heaps: those into which handlers unpack it,
// and the parameters of subs that are given them.
func (h *heaps) parameters() {
	for _, f := range h.p.functions {
		if !f.handler {
			continue
		}
		if f.heap == nil {
			h.alone(f)
		}
		walkAll(f.node.body, func(n *node) bool {
			if n.kind == kSub || n.kind == sSub {
				return false
			}
			unpacked(n, func(v *variable, element *node) {
				if (element.kind == kBare || element.kind == kCall) && element.text == "HEAP" {
					h.hold(v, f.heap)
				}
			})
			return true
		})
	}
	for changed := true; changed; {
		changed = false
		h.calls(func(g *function, i int, arg *node, f *function) {
			c := h.heapOf(arg, f)
			v := g.form.params[i]
			if c == nil || v == nil {
				return
			}
			if v.heap == nil {
				h.hold(v, c)
				changed = true
			} else if v.heap.root() != c {
				h.union(v.heap, c)
				changed = true
			}
		})
	}
	h.calls(func(g *function, i int, arg *node, f *function) {
		if v := g.form.params[i]; v != nil && v.heap != nil && h.heapOf(arg, f) == nil {
			v.heap.root().refused = true
		}
	})
}

func (h *heaps) hold(v *variable, c *heapClass) {
	v.heap = c
	if v.global || !v.once || v.owner == nil {
		c.root().refused = true
		return
	}
	if f := v.owner; f.heap == nil {
		f.heap = c
	} else if f.heap.root() != c.root() {
		h.union(f.heap, c)
	}
}

// calls calls f for the arguments of calls of subs that have a form.
func (h *heaps) calls(do func(g *function, i int, arg *node, f *function)) {
	inFunctions(h.p.statements, nil, func(n *node, f *function) {
		if n.kind == kApply && n.table != nil {
			for _, g := range n.table.subs {
				for i := range g.form.params {
					do(g, i, n.kids[1+i], f)
				}
			}
			return
		}
		if n.kind != kCall || n.amp && !n.paren {
			return
		}
		g := h.p.subs["main::"+n.text]
		if g == nil || g.form == nil {
			return
		}
		listy := false
		for i := range g.form.params {
			arg := (*node)(nil)
			if i < len(n.kids) {
				if listy = listy || isListy(n.kids[i]); !listy {
					arg = n.kids[i]
				}
			}
			do(g, i, arg, f)
		}
	})
}

// inFunctions calls do with each node and the sub that contains it.
func inFunctions(list []*node, f *function, do func(n *node, f *function)) {
	var visit func(n *node, f *function)
	visit = func(n *node, f *function) {
		if n == nil {
			return
		}
		if (n.kind == kSub || n.kind == sSub) && n.fn != nil {
			f = n.fn
		}
		do(n, f)
		for _, k := range n.kids {
			visit(k, f)
		}
		for _, k := range n.body {
			visit(k, f)
		}
		visit(n.dyn, f)
		visit(n.repl, f)
	}
	for _, n := range list {
		visit(n, f)
	}
}

// uses refuses heaps that are used as a whole, or with keys that are not literal.
func (h *heaps) uses(list []*node, f *function) {
	fine := map[*node]bool{}
	inFunctions(list, f, func(n *node, f *function) {
		switch n.kind {
		case kKey:
			if d := n.kids[0]; d.kind == kDeref && n.kids[1].kind == kStr {
				fine[assignment(d.kids[0])] = true
			}
		case kHSlice:
			if d := n.kids[0]; d.kind == kDeref && literalKeys(n.kids[1]) != nil {
				fine[assignment(d.kids[0])] = true
			}
		case kAssign:
			unpacked(n, func(v *variable, _ *node) {
				if v.heap != nil {
					fine[n.kids[1]] = true
				}
			})
		case kMy:
			for _, k := range n.kids {
				fine[k] = true
			}
		case kFunc:
			if n.text == "exists" && len(n.kids) > 0 {
				h.refuseElement(n.kids[0], f)
			}
		case kLocal:
			n.walk(func(k *node) bool {
				h.refuseElement(k, f)
				return true
			})
		case kSlice:
			// @_[HEAP, ARG0] that is not unpacked into variables.
			if isArgs(n.kids[0]) && !fine[n] && f != nil && f.heap != nil {
				n.kids[1].walk(func(k *node) bool {
					if (k.kind == kBare || k.kind == kCall) && k.text == "HEAP" || k.kind == kRange {
						f.heap.root().refused = f.heap.root().refused || k.kind != kRange || !fromArg0(k)
					}
					return true
				})
			}
			fine[n.kids[0]] = true
		case kIndex, kLast:
			fine[n.kids[0]] = true
		case kVar:
			if isArgs(n) && !fine[n] && f != nil && f.handler && f.heap != nil {
				f.heap.root().refused = true
			}
		case kApply:
			if n.table == nil {
				break
			}
			for i, k := range n.kids[1:] {
				for _, g := range n.table.subs {
					if v := g.form.params[i]; v.heap != nil {
						fine[assignment(k)] = true
						if c := h.heapOf(k, f); c != nil {
							h.union(c, v.heap)
						}
					}
				}
			}
		case kCall:
			if g := h.p.subs["main::"+n.text]; g != nil && g.form != nil {
				for i, k := range n.kids {
					if i < len(g.form.params) && g.form.params[i] != nil && g.form.params[i].heap != nil {
						fine[assignment(k)] = true
						if c := h.heapOf(k, f); c != nil {
							h.union(c, g.form.params[i].heap)
						}
					}
				}
			}
		}
		c := h.heapOf(n, f)
		if c == nil || n.kind == kList {
			return
		}
		if !fine[n] {
			c.refused = true
		}
		if owner := h.holder(f); n.kind == kVar && owner != n.v.owner {
			c.refused = true
			if owner != nil && owner.heap != nil {
				owner.heap.root().refused = true
			}
		}
	})
}

// fromArg0 reports whether a range of @_ begins behind the heap.
func fromArg0(n *node) bool {
	c, ok := constantOf(n.kids[0])
	return ok && c > poeConstants["HEAP"]
}

// refuseElement refuses the heap of which n is an element.
func (h *heaps) refuseElement(n *node, f *function) {
	if n.kind == kKey && n.kids[0].kind == kDeref {
		if c := h.heapOf(n.kids[0].kids[0], f); c != nil {
			c.refused = true
		}
	}
}

// holder returns the innermost function around that has a heap.
func (h *heaps) holder(f *function) *function {
	for f != nil && f.heap == nil {
		f = f.outer
	}
	return f
}

// names chooses the names of the structs, and of their variables.
func (h *heaps) names() {
	for _, v := range h.p.lexicals {
		if v.goName == h.name && (v.heap == nil || v.heap.root().refused) && h.meets(v) {
			v.goName = h.p.nameIn(v.owner, h.name+"Value")
		}
	}
}

// meets reports whether a variable is visible in a sub that has a heap.
func (h *heaps) meets(v *variable) bool {
	for _, f := range h.p.functions {
		if f.heap == nil || f.heap.root().refused {
			continue
		}
		for o := f; ; o = o.outer {
			if o == v.owner {
				return true
			}
			if o == nil {
				break
			}
		}
	}
	return false
}

// bind makes the variables that hold structs parameters.
func (h *heaps) bind() {
	for _, v := range h.p.lexicals {
		if v.heap == nil {
			continue
		}
		if c := v.heap.root(); !c.refused && c.name != "" {
			v.goName, v.typ, v.inHeap = h.name, typ("*"+c.name), true
		}
	}
}

// field returns the variable that stands for a key.
func (h *heaps) field(c *heapClass, key string) *variable {
	if v := c.fields[key]; v != nil {
		return v
	}
	v := &variable{sigil: '$', name: key, global: true, field: true, reads: 1}
	if f, ok := componentFields[c.kind][key]; ok {
		v.goName, v.typ = h.name+"."+f.code, f.typ
		c.fields[key] = v
		return v
	}
	name := goName(key)
	for gotoken.IsKeyword(name) || slices.ContainsFunc(c.keys, func(k string) bool { return c.fields[k].goName == h.name+"."+name }) {
		name += "Value"
	}
	v.goName = h.name + "." + name
	c.fields[key] = v
	c.keys = append(c.keys, key)
	return v
}

// rewrite puts variables in the place of elements.
func (h *heaps) rewrite() {
	live := func(c *heapClass) bool { return c != nil && !c.refused }
	inFunctions(h.p.statements, nil, func(n *node, f *function) {
		switch n.kind {
		case kFunc:
			if n.text == "delete" && len(n.kids) == 1 && n.kids[0].kind == kHSlice {
				s := n.kids[0]
				if c := h.heapOf(s.kids[0].kid(0), f); live(c) {
					h.deleteSlice(n, s)
				}
			}
		case kKey, kHSlice:
			d := n.kids[0]
			if d.kind != kDeref {
				return
			}
			c := h.heapOf(d.kids[0], f)
			if !live(c) {
				return
			}
			if n.kind == kKey {
				v := h.field(c, n.kids[1].text)
				*n = node{kind: kVar, sigil: '$', text: v.name, v: v, line: n.line, col: n.col}
				return
			}
			list := &node{kind: kList, paren: true, line: n.line}
			for _, key := range literalKeys(n.kids[1]) {
				v := h.field(c, key)
				list.kids = append(list.kids, &node{kind: kVar, sigil: '$', text: v.name, v: v, line: n.line})
			}
			*n = *list
		}
	})
	for _, c := range h.classes {
		if c.root() == c && !c.refused {
			h.declare(c)
		}
	}
	h.bind()
	h.inspect()
	for _, f := range h.p.functions {
		if f.heap != nil {
			if f.heap = f.heap.root(); f.heap.refused || f.heap.name == "" {
				f.heap = nil
			}
		}
	}
}

func (h *heaps) deleteSlice(n, slice *node) {
	var list []*node
	for _, key := range literalKeys(slice.kids[1]) {
		k := &node{kind: kKey, kids: []*node{slice.kids[0], {kind: kStr, text: key, line: n.line}}, line: n.line}
		list = append(list, &node{kind: kFunc, text: "delete", paren: true, kids: []*node{k}, line: n.line})
	}
	*n = node{kind: kList, paren: true, kids: list, line: n.line}
}

// declare names a heap's struct and gives its initial values to the fields.
func (h *heaps) declare(c *heapClass) {
	for _, s := range c.sites {
		s.heaps = append(s.heaps, c)
		if c.kind != sessionHeap {
			continue
		}
		args := s.kids[1:]
		for i := 0; i < len(args); i += 2 {
			if args[i].text == "heap" {
				for j := 0; j < len(args[i+1].kids); j += 2 {
					h.field(c, args[i+1].kids[j].text)
				}
			}
		}
	}
	if len(c.keys) == 0 && (c.kind == sessionHeap || len(c.fields) == 0) {
		return // nothing is kept in it
	}
	if len(c.keys) == 0 {
		c.name = embedded[c.kind]
	} else {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(goName(c.base+"x"), "x"), "Start"), "start")
		if base == "" {
			base = "session"
		}
		if h.p.localNames[base] {
			base += "Heap"
		}
		c.name = h.p.globalName(strings.TrimRight(base, "_"))
	}
	for _, key := range c.keys {
		h.p.lexicals = append(h.p.lexicals, c.fields[key])
	}
	h.p.structs = append(h.p.structs, c)
}

// inspect looks at how fields are used: which hold only a hash or an array of their
// own, and which are asked whether they are defined.
func (h *heaps) inspect() {
	type usage struct{ hash, array, other, tested bool }
	uses := map[*variable]*usage{}
	of := func(n *node) *usage {
		if n = assignment(n); n == nil || n.kind != kVar || n.v == nil || !n.v.field {
			return &usage{}
		}
		if uses[n.v] == nil {
			uses[n.v] = &usage{}
		}
		return uses[n.v]
	}
	seen := map[*node]bool{}
	inFunctions(h.p.statements, nil, func(n *node, f *function) {
		switch n.kind {
		case kDeref:
			if k := assignment(n.kids[0]); k.kind == kVar && k.v != nil && k.v.field && (n.sigil == '%' || n.sigil == '@') {
				u := of(k)
				u.hash, u.array = u.hash || n.sigil == '%', u.array || n.sigil == '@'
				seen[k] = true
			}
		case kAssign:
			to, from := assignment(n.kids[0]), n.kids[1]
			if n.op == "" && to.kind == kVar && to.v != nil && to.v.field && (from.kind == kHash || from.kind == kArray) {
				u := of(to)
				u.hash, u.array = u.hash || from.kind == kHash, u.array || from.kind == kArray
				seen[to] = true
			}
			if n.op == "//" {
				of(to).tested = true
			}
		case kFunc:
			if len(n.kids) > 0 && (n.text == "defined" || n.text == "exists") {
				of(n.kids[0]).tested = true
			}
		case kLogic:
			if n.op == "//" {
				of(n.kids[0]).tested = true
			}
		case sExpr:
			for _, k := range n.kids {
				for _, d := range append([]*node{k}, k.kids...) {
					if d != nil && d.kind == kFunc && d.text == "delete" && len(d.kids) == 1 {
						seen[d.kids[0]] = true
					}
				}
			}
		case kVar:
			if n.v != nil && n.v.field && !seen[n] {
				of(n).other = true
			}
		}
	})
	wheels := h.wheels()
	for _, c := range h.p.structs {
		for _, key := range c.keys {
			v, u := c.fields[key], uses[c.fields[key]]
			switch {
			case u == nil:
			case u.tested:
				v.fixed, v.tested = true, true
			case u.hash && !u.array && !u.other && h.literal(c, key, kHash):
				v.typ, v.byUse, v.own = tHash, tHash, true
			case u.array && !u.hash && !u.other && h.literal(c, key, kArray):
				v.typ, v.byUse, v.own = tArr, tArr, true
			}
			v.early = h.early(c, key)
			v.wheel = wheels[v]
		}
	}
}

// wheels finds the fields with wheels that nothing else refers to: they are set to new
// wheels, and else only asked whether they are there, and for their methods.
func (h *heaps) wheels() map[*variable]bool {
	fine := map[*node]bool{}
	made, other := map[*variable]int{}, map[*variable]bool{}
	condition := func(n *node) {
		if n != nil {
			fine[assignment(n)] = true
		}
	}
	inFunctions(h.p.statements, nil, func(n *node, _ *function) {
		switch n.kind {
		case kMethod:
			fine[n.kids[0]] = true
		case sIf:
			for i := 0; i+1 < len(n.kids); i += 2 {
				condition(n.kids[i])
			}
		case kCond, kLogic:
			if n.op != "//" {
				condition(n.kids[0])
			}
		case kUnop:
			if n.op == "!" {
				condition(n.kids[0])
			}
		case kAssign:
			if to := n.kids[0]; to.kind == kVar && to.v != nil && to.v.field && n.op == "" && makesWheel(n.kids[1]) {
				fine[to] = true
				made[to.v]++
			}
		case sExpr:
			for _, k := range n.kids {
				for _, d := range append([]*node{k}, k.kids...) {
					if d != nil && d.kind == kFunc && (d.text == "delete" || d.text == "undef") && len(d.kids) == 1 {
						fine[assignment(d.kids[0])] = true
					}
				}
			}
		case kVar:
			if n.v != nil && n.v.field && !fine[n] {
				other[n.v] = true
			}
		}
	})
	out := map[*variable]bool{}
	for v, n := range made {
		out[v] = !other[v]
		v.made = n
	}
	return out
}

// makesWheel reports whether n is a call that makes a wheel.
func makesWheel(n *node) bool {
	return n.kind == kMethod && n.dyn == nil && n.kids[0].kind == kBare && constructors[n.kids[0].text+"."+n.text].result == tWheel
}

// initial returns the value that a call which creates a session gives a field.
func initial(site *node, key string) *node {
	args := site.kids[1:]
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].text == "heap" && args[i+1].kind == kHash {
			kids := args[i+1].kids
			for j := 0; j+1 < len(kids); j += 2 {
				if kids[j].text == key {
					return kids[j+1]
				}
			}
		}
	}
	return nil
}

// literal reports whether every session begins with a literal of that kind in a field,
// or with nothing.
func (h *heaps) literal(c *heapClass, key string, k kind) bool {
	for _, s := range c.sites {
		if v := initial(s, key); v != nil && v.kind != k {
			return false
		}
	}
	return true
}

// early reports whether a field is set before anything reads it: where the session is
// created, or at the beginning of its first handler.
func (h *heaps) early(c *heapClass, key string) bool {
	v := c.fields[key]
	for _, s := range c.sites {
		if c.kind == sessionHeap && initial(s, key) != nil {
			continue
		}
		f := h.first(c, s)
		if f == nil || !setsFirst(f.node.body, v) {
			return false
		}
	}
	deleted := false
	walkAll(h.p.statements, func(n *node) bool {
		if n.kind == kFunc && (n.text == "delete" || n.text == "undef") && len(n.kids) == 1 {
			if k := assignment(n.kids[0]); k.kind == kVar && k.v == v {
				deleted = true
			}
		}
		return !deleted
	})
	return !deleted
}

// first returns the handler that a session runs first.
func (h *heaps) first(c *heapClass, site *node) *function {
	name := map[heapKind]string{sessionHeap: "inline_states", connectionHeap: "ClientConnected", listenerHeap: "Started", clientHeap: "Started"}[c.kind]
	args := site.kids[1:]
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].text != name {
			continue
		}
		if c.kind != sessionHeap {
			return h.handlerOf(args[i+1])
		}
		for j := 0; j+1 < len(args[i+1].kids); j += 2 {
			if args[i+1].kids[j].text == "_start" {
				return h.handlerOf(args[i+1].kids[j+1])
			}
		}
	}
	return nil
}

// setsFirst reports whether one of the statements sets a variable, and none before it
// may call something that reads it.
func setsFirst(list []*node, v *variable) bool {
	for _, n := range list {
		if n.kind != sExpr || n.kid(0) == nil {
			return false
		}
		e := n.kids[0]
		if e.kind != kAssign || e.op != "" {
			if callsSub(e) {
				return false
			}
			continue
		}
		set := false
		targets := []*node{assignment(e.kids[0])}
		if targets[0].kind == kList {
			targets = targets[0].kids
		}
		for _, k := range targets {
			set = set || k.kind == kVar && k.v == v
		}
		reads := false
		e.kids[1].walk(func(k *node) bool {
			reads = reads || k.kind == kVar && k.v == v
			return true
		})
		if set || reads {
			return set && !reads
		}
	}
	return false
}

// callsSub reports whether an expression calls a sub of the program, or whatever a method
// may call.
func callsSub(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		found = found || k.kind == kCall || k.kind == kApply || k.kind == kMethod && k.text == "call"
		return !found && k.kind != kSub
	})
	return found
}

// settleFields makes fields any which must tell undef from an empty string or 0: they
// may be read before they are set, as something else than a string, a number or for
// their truth.
func (p *program) settleFields() (changed bool) {
	for _, c := range p.structs {
		for _, key := range c.keys {
			v := c.fields[key]
			if v.own || v.early || v.fixed {
				continue
			}
			switch v.typ {
			case tStr:
				if v.reads2 > 0 {
					v.fixed, changed = true, true
				}
			case tInt, tFloat:
				if v.reads2 > v.numReads {
					v.fixed, changed = true, true
				}
			}
		}
	}
	return changed
}

// writeStructs declares the heaps.
func (g *gen) writeStructs(b *strings.Builder) {
	structs := slices.Clone(g.prog.structs)
	sort.SliceStable(structs, func(i, j int) bool { return structs[i].order < structs[j].order })
	for _, c := range structs {
		if len(c.keys) == 0 {
			continue
		}
		fmt.Fprintf(b, "// %s is the heap of %s.\ntype %s struct {\n", c.name, heapOwner[c.kind], c.name)
		if e := embedded[c.kind]; e != "" {
			fmt.Fprintf(b, "%s\n\n", e)
		}
		for _, key := range c.keys {
			v := c.fields[key]
			fmt.Fprintf(b, "%s %s\n", v.goName[strings.IndexByte(v.goName, '.')+1:], orAny(g.typeOf(v)))
		}
		b.WriteString("}\n\n")
	}
}

var heapOwner = map[heapKind]string{sessionHeap: "a session", connectionHeap: "a connection", listenerHeap: "a listener", clientHeap: "a connection to a server"}

// newHeap returns a new heap of a session as code.
func (g *gen) newHeap(c *heapClass, site *node) string {
	var parts []string
	for _, key := range c.keys {
		v := c.fields[key]
		name := v.goName[strings.IndexByte(v.goName, '.')+1:]
		init := initial(site, key)
		t := orAny(g.typeOf(v))
		switch {
		case init != nil:
			x := g.expr(init)
			g.assigned(v, x.typ)
			code := g.value(v, x, t)
			if t == tAny && v.counted && x.typ != tStr && x.typ != tInt && x.typ != tFloat && code != "nil" {
				code = "perl.Held(" + code + ")"
			}
			parts = append(parts, name+": "+code)
		case v.own && t == tHash:
			parts = append(parts, name+": perl.NewHash()")
		case v.own && t == tArr:
			parts = append(parts, name+": perl.NewArray()")
		}
	}
	if code := "&" + c.name + "{" + strings.Join(parts, ", ") + "}"; len(code) < 100 && !strings.Contains(code, "\n") {
		return code
	}
	return "&" + c.name + "{\n" + strings.Join(parts, ",\n") + ",\n}"
}
