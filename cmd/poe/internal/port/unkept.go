package port

// findUnkept finds the handlers which a wheel gives a new socket and which do not keep
// it: Perl closes it at their end.
func (p *program) findUnkept() {
	events := map[string]bool{}
	walkAll(p.statements, func(n *node) bool {
		if n.kind != kMethod || n.text != "new" || n.kids[0].kind != kBare {
			return true
		}
		key := map[string]string{"POE::Wheel::SocketFactory": "SuccessEvent", "POE::Wheel::ListenAccept": "AcceptEvent"}[n.kids[0].text]
		for i := 1; i+1 < len(n.kids); i++ {
			if n.kids[i].kind == kStr && n.kids[i].text == key && n.kids[i+1].kind == kStr {
				events[n.kids[i+1].text] = true
			}
		}
		return true
	})
	if len(events) == 0 {
		return
	}
	walkAll(p.statements, func(n *node) bool {
		if n.kind == kHash { // object_states: event => method
			for i := 0; i+1 < len(n.kids); i += 2 {
				if k, v := n.kids[i], n.kids[i+1]; k.kind == kStr && v.kind == kStr && events[k.text] {
					events[v.text] = true
				}
			}
		}
		return true
	})
	for _, f := range p.functions {
		_, short := splitName(f.name)
		named := f.name != "" && events[short]
		for e := range f.events {
			named = named || events[e]
		}
		f.unkept = named && f.handler && !keepsSocket(f.node.body)
	}
}

// keepsSocket reports whether a handler may do more with ARG0 than to ask it, to print
// to it and to close it.
func keepsSocket(list []*node) bool {
	sockets := map[*variable]bool{} // that hold it
	looked := map[*node]bool{}      // expressions whose value nothing keeps
	keeps := false
	walkAll(list, func(n *node) bool {
		switch n.kind {
		case kAssign:
			if unpacksSocket(n, sockets) {
				return false
			}
		case kMethod, kPrint:
			looked[n.kids[0]] = true
		case kFunc:
			if looksAtHandle[n.text] {
				looked[n.kid(0)] = true
			}
		case kCall:
			keeps = keeps || n.amp && !n.paren // it passes @_
		case kSub:
			n.walk(func(k *node) bool {
				keeps = keeps || k.kind == kVar && sockets[k.v]
				return !keeps
			})
			return false
		case kVar:
			keeps = keeps || isArgs(n) || sockets[n.v] && !looked[n]
		case kIndex, kSlice:
			if isArgs(n.kids[0]) {
				keeps = keeps || hasFirst(n.kids[1]) && !looked[n]
				return false
			}
		}
		return !keeps
	})
	return keeps
}

// unpacksSocket notes which variable of my (...) = @_[...], or of my $x = $_[ARG0], gets
// ARG0, and reports whether the statement is one of these.
func unpacksSocket(n *node, sockets map[*variable]bool) bool {
	to, from := n.kids[0], n.kids[1]
	if n.op != "" || to.kind != kMy || from.kind != kSlice && from.kind != kIndex || !isArgs(from.kids[0]) {
		return false
	}
	for i, k := range listOf2(from.kids[1]) {
		if !hasFirst(k) {
			continue
		}
		if k.kind == kRange {
			k = k.kids[0]
		}
		if c, ok := constantOf(k); !ok || c != poeConstants["ARG0"] || i >= len(to.kids) || !plainVariable(to.kids[i]) {
			return false
		}
		sockets[to.kids[i].v] = true
	}
	return true
}

// hasFirst reports whether ARG0 may be among the indices of an element or a slice.
func hasFirst(n *node) bool {
	for _, k := range listOf2(n) {
		first := poeConstants["ARG0"]
		if k.kind == kRange {
			from, ok := constantOf(k.kids[0])
			if to, known := constantOf(k.kids[1]); !ok || from <= first && (!known || to >= first) {
				return true
			}
			continue
		}
		if c, ok := constantOf(k); !ok || c == first {
			return true
		}
	}
	return false
}

// looksAtHandle are functions whose first argument is a handle that they do not keep.
var looksAtHandle = map[string]bool{"close": true, "shutdown": true, "fileno": true, "getpeername": true, "getsockname": true, "syswrite": true, "binmode": true, "defined": true, "ref": true}
