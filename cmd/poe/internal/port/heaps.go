package port

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
