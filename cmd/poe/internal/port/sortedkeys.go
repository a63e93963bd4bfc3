package port

// sortedLoops finds the loops over the sorted keys of a hash, whose variable is a
// string; those over $_ get a variable.
func (p *program) sortedLoops() {
	inFunctions(p.statements, nil, func(n *node, f *function) {
		if n.kind != sForeach || len(n.kids) != 3 || sortedHash(n.kids[1]) == nil {
			return
		}
		v, block := n.kids[0], n.kids[2]
		switch {
		case v == nil:
			if p.topicShared || !explicitTopic(block.body) || changes(block.body, nil) {
				return
			}
			lex := &variable{sigil: '$', name: "key", goName: p.nameIn(f, "key"), owner: f, once: true, reads: 1}
			n.kids[0] = &node{kind: kVar, sigil: '$', text: "key", v: lex, line: n.line}
			walkAll(block.body, func(k *node) bool {
				if topicUse(k) {
					k.v, k.text = lex, "key"
				}
				return true
			})
			p.stringLoop(lex)
			p.lexicals = append(p.lexicals, lex)
		case v.kind == kMy && v.kids[0].v != nil && !v.kids[0].v.global && !changes(block.body, v.kids[0].v):
			p.stringLoop(v.kids[0].v)
		}
	})
}

func (p *program) stringLoop(v *variable) {
	v.fixed, v.typ, v.byUse, v.keys = false, tStr, tStr, true
}

// explicitTopic reports whether statements name $_ wherever they use it, and nothing
// in them gives it another value.
func explicitTopic(list []*node) bool {
	ok := true
	walkAll(list, func(n *node) bool {
		switch n.kind {
		case kSub, sSub, kMap, kSort:
			ok = false
		case sForeach:
			ok = ok && n.kids[0] != nil
		case sWhile:
			ok = ok && (n.kids[0] == nil || !reads(n.kids[0]))
		case kLocal:
			ok = ok && !localTopic(n)
		}
		ok = ok && (n.kind == kVar || !topicUse(n))
		return ok
	})
	return ok
}

// sortedHash returns the hash of sort keys %hash, nil if n is something else.
func sortedHash(n *node) *node {
	n = assignment(n)
	if n.kind != kSort || n.kids[0] != nil || len(n.kids) != 2 {
		return nil
	}
	k := assignment(n.kids[1])
	if k.kind != kFunc || k.text != "keys" || len(k.kids) != 1 {
		return nil
	}
	h := assignment(k.kids[0])
	if (h.kind == kVar || h.kind == kDeref) && h.sigil == '%' && !(h.kind == kVar && h.v == nil) {
		return k
	}
	return nil
}
