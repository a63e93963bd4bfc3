package port

import (
	"slices"
	"strings"
)

// analyze finds out what the whole program tells: which subs are handlers, whether
// the values of handlers are used, and names in Go. Each step uses what the ones
// before it have found.
func (p *program) analyze() {
	walkAll(p.statements, func(n *node) bool {
		p.note(n)
		return true
	})
	p.listConstants()
	p.markMethodTables()
	p.markReturns()
	p.heapHash = p.heapIsHash()
	p.plainPrint = p.printsPlainly()
	p.countSets()
	for _, f := range p.functions {
		p.topicShared = p.topicShared || freeTopic(f.node.body)
		f.aliases = !f.handler && changesArguments(f.node.body)
	}
	p.topicChanged = p.topicShared && p.changesTopic()
	p.findAliases()
	p.findFurther()
	p.findUnkept()
	p.findLate()
	p.findUses()
	p.nameAll()
	p.sortedLoops()
	p.plainSubs()
	p.structHeaps()
	p.looseHandlers()
	if p.testing() {
		p.leaveSkippedTests()
	}
}

// note notes what one node tells.
func (p *program) note(n *node) {
	switch n.kind {
	case sUse:
		p.noteUse(n)
	case kFunc:
		if n.text == "require" && n.kid(0) != nil && n.kid(0).kind == kBare {
			p.noteModule(n.kid(0))
		}
	case kJump:
		p.jumps = p.jumps || n.op == "redo"
	case kMethod:
		p.noteCall(n)
		p.markTables(n.kids[1:])
	case kWords:
		for w := range strings.FieldsSeq(n.text) {
			p.resultName(w)
		}
	case kStr:
		p.resultName(n.text)
	case kHash, kCall, kList, kArray:
		p.markTables(n.kids)
	}
}

// noteUse notes what a use of a module, or a no, tells.
func (p *program) noteUse(n *node) {
	if n.text == "overload" && n.kid(0) != nil {
		p.noteOverloads(listOf(n.kids[0]))
	}
	if n.text == "Time::HiRes" && n.kid(0) != nil {
		n.kids[0].walk(func(k *node) bool {
			p.hires = p.hires || slices.Contains(strings.Fields(k.text), "time")
			return true
		})
	}
	if n.op == "use" {
		p.noteModule(n)
	}
}

// noteModule notes where a module is used first; its name is the node's text.
func (p *program) noteModule(n *node) {
	if _, ok := p.modules[n.text]; !ok {
		p.modules[n.text] = n.line
	}
}

// noteCall notes the events whose handlers' values a method call uses, all of them as
// "*".
func (p *program) noteCall(n *node) {
	switch n.text {
	case "call":
		event := "*"
		if k := n.kid(2); k != nil && k.kind == kStr {
			event = k.text
		}
		p.results[event] = true
	case "callback":
		p.results["*"] = true
	}
}

// leaveSkippedTests makes skip leave the blocks labelled SKIP.
func (p *program) leaveSkippedTests() {
	walkAll(p.statements, func(n *node) bool {
		if n.kind == sExpr {
			leaveSkipped(n)
		}
		return true
	})
}
