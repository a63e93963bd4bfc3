package port

import (
	"sort"
	"strings"
)

// program is a Perl program that is being translated.
type program struct {
	file         string
	name         string // as it is shown in messages
	statements   []*node
	data         string
	hasData      bool
	subs         map[string]*function
	functions    []*function
	packageVars  map[string]*variable
	globals      []*variable
	lexicals     []*variable
	packageNames map[string]bool
	mainNames    map[string]int
	imported     map[string]bool // functions that modules export
	modules      map[string]int  // modules that are used, and their lines
	results      map[string]bool // events whose handlers' values are used; * for all
	heapHash     bool            // every heap is a hash
	plainPrint   bool            // print writes to standard output as it is
	topicShared  bool
	bad          []problem
	files        []string          // the modules and other files of the program
	lines        int               // of these files
	imports      map[string]string // names in packages and where they come from, with their packages
	source       []string          // lines of the text
	accounted    map[*node]bool    // statements that have been written, as Go or as a TODO
	parents      map[string][]string
	handles      map[string]bool
	errno        int
	overloads    map[string]bool // operators which a class overloads
	hires        bool            // time is Time::HiRes's
}

// parseProgram reads a source text into a program.
func parseProgram(tok *tokenizer, file, name, source string) (*program, error) {
	toks, err := tok.tokens(source)
	if err != nil {
		return nil, err
	}
	prog := &program{file: file, name: name, subs: map[string]*function{}, packageVars: map[string]*variable{}, packageNames: map[string]bool{},
		mainNames: map[string]int{}, imported: map[string]bool{}, modules: map[string]int{}, results: map[string]bool{}, parents: map[string][]string{}, handles: map[string]bool{}}
	p := &parser{file: file, source: strings.Split(source, "\n"), tok: tok, toks: toks, consts: map[string]bool{}, subs: map[string]bool{}, protos: map[string]string{}}
	prog.imports = map[string]string{}
	l := newLoader(prog, p, file, source)
	if err := l.modules(toks); err != nil {
		return nil, err
	}
	p.noteSubs()
	prog.source = p.source
	prog.statements = p.program()
	if err := l.requires(prog.statements); err != nil {
		return nil, err
	}
	prog.statements = append(l.loaded, prog.statements...)
	prog.bad = append(prog.bad, p.bad...)
	prog.exports()
	for _, mark := range []string{"\n__DATA__\n", "\n__END__\n"} {
		if i := strings.Index(source, mark); i >= 0 && !prog.hasData {
			prog.data, prog.hasData = source[i+len(mark):], true
		}
	}
	r := &resolver{prog: prog, pkg: "main"}
	r.push()
	r.statements(prog.statements)
	prog.analyze()
	return prog, nil
}

// noteSubs notes the names of the subs that a text defines.
func (p *parser) noteSubs() {
	for i, t := range p.toks {
		if t.class == "Word" && t.text == "sub" && i+1 < len(p.toks) && p.toks[i+1].class == "Word" {
			p.subs[p.toks[i+1].text] = true
		}
	}
}

// analyze finds out what the whole program tells: which subs are handlers, whether
// the values of handlers are used, and names in Go.
func (p *program) analyze() {
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case sUse:
			if n.text == "overload" && n.kid(0) != nil {
				p.noteOverloads(listOf(n.kids[0]))
			}
			if n.text == "Time::HiRes" && n.kid(0) != nil {
				n.kids[0].walk(func(k *node) bool {
					for _, w := range strings.Fields(k.text) {
						p.hires = p.hires || w == "time"
					}
					return true
				})
			}
			if n.op == "use" {
				if _, ok := p.modules[n.text]; !ok {
					p.modules[n.text] = n.line
				}
			}
		case kFunc:
			if n.text == "require" && n.kid(0) != nil && n.kid(0).kind == kBare {
				if _, ok := p.modules[n.kid(0).text]; !ok {
					p.modules[n.kid(0).text] = n.line
				}
			}
		case kMethod:
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
		return true
	})
	p.markMethodTables()
	p.markReturns()
	p.heapHash = p.heapIsHash()
	p.plainPrint = p.printsPlainly()
	p.countSets()
	for _, f := range p.functions {
		p.topicShared = p.topicShared || freeTopic(f.node.body)
		f.aliases = !f.handler && changesArguments(f.node.body)
	}
	p.nameAll()
}

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
	sets := map[*variable]int{}
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
		v.once = n == 1
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

func walkAll(list []*node, f func(*node) bool) {
	for _, n := range list {
		n.walk(f)
	}
}

// handlerKeys are the options whose values are handlers.
var handlerKeys = map[string]bool{}

func init() {
	for k := range strings.FieldsSeq(`Started Stopped Acceptor Error ClientPreConnect ClientConnected ClientDisconnected ClientError ClientFlushed ClientInput ClientHigh ClientLow
		PreConnect Connected ConnectError Disconnected ServerInput ServerError ServerFlushed ServerHigh ServerLow`) {
		handlerKeys[k] = true
	}
}

// markTables finds inline_states => { name => sub } and the callbacks of
// components.
func (p *program) markTables(kids []*node) {
	for i := 0; i+1 < len(kids); i++ {
		k, v := kids[i], kids[i+1]
		if k.kind != kStr {
			continue
		}
		switch {
		case k.text == "inline_states" || k.text == "InlineStates":
			if v.kind == kHash {
				for j := 1; j < len(v.kids); j += 2 {
					p.markHandler(v.kids[j], v.kids[j-1].text)
				}
			}
		case handlerKeys[k.text]:
			p.markHandler(v, k.text)
		}
	}
}

func (p *program) markHandler(n *node, event string) {
	switch n.kind {
	case kSub:
		if n.fn != nil {
			n.fn.inTable = true
			n.fn.handles(event)
		}
	case kRef:
		if c := n.kids[0]; c.kind == kCall && c.amp {
			for name, f := range p.subs {
				if name == "main::"+c.text || name == c.text {
					f.inTable = true
					f.handles(event)
				}
			}
		}
	}
}

// handles notes an event that a sub handles.
func (f *function) handles(event string) {
	if f.events == nil {
		f.events = map[string]bool{}
	}
	f.events[event] = true
}

func (p *program) markMethodTables() {
	for _, f := range p.functions {
		u := f.uses
		f.handler = !u.changes && !u.plain && (u.constants || f.inTable && !u.whole)
		if u.constants && (u.changes || u.plain) {
			f.handler = false
		}
	}
}

func (p *program) nameAll() {
	names := make([]string, 0, len(p.subs))
	for name := range p.subs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		p.subs[name].goName = p.globalName(goName(strings.TrimPrefix(name, "main::")))
	}
	for _, v := range p.globals {
		if v.goName == "" {
			name := goName(strings.TrimPrefix(v.name, "main::"))
			if p.packageNames[name] || reservedNames[name] {
				switch v.sigil {
				case '@':
					name += "List"
				case '%':
					name += "Map"
				}
			}
			v.goName = p.globalName(name)
		}
	}
	for _, v := range p.lexicals {
		if !v.global {
			v.goName = p.nameIn(v.owner, goName(v.name))
		}
	}
}

// globalNameOnce returns the name of the flag of a state variable.
func (p *program) globalNameOnce(v *variable) string {
	key := "?" + v.goName
	f := p.packageVars[key]
	if f == nil {
		f = &variable{sigil: '$', name: key, global: true, packaged: false, typ: tBool, goName: p.globalName(v.goName + "Set")}
		p.packageVars[key] = f
		p.globals = append(p.globals, f)
	}
	return f.goName
}
