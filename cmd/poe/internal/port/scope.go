package port

import (
	"strings"
)

// variable is a lexical variable, or one of a package.
type variable struct {
	sigil    byte
	name     string // in Perl; with its package if it is one of a package
	goName   string
	global   bool // a variable of the Go package
	packaged bool // our, or never declared
	level    int  // how many subs are around its declaration
	owner    *function
	reads    int // uses
	typ      typ
	joined   typ
	fixed    bool // any, whatever is assigned
	byUse    typ  // the type that its uses ask for
	once     bool // declared with one value, and never assigned to
	constant bool // the same, but that defined may ask of it
	strReads int  // reads of an any as a string, or for its truth
	reads2   int  // other reads, in the last pass
	hashUses int  // reads of an any as a reference to a hash
	holds    bool // it counts as a holder of the handle that is opened in it
	posUsed  bool // pos of it is used: //g in scalar context
	sync     string
	line     int
	state    bool
	held     bool
	truth    int        // reads of an any for its truth
	param    bool       // a parameter in Go
	heap     *heapClass // the heap that it holds
	inHeap   bool       // it is the variable of a heap which is a struct
	table    *subTable  // it is a table of subs
	seen     typ        // the type that a field has in all recordings
	recorded bool       // it has that type in Go, which is checked when it is set
	keys     bool       // the variable of a loop over the sorted keys of a hash
	made     int        // how often a wheel is made for a field
	wheel    bool       // a field with a wheel that nothing else refers to
	field    bool       // a field of a heap
	own      bool       // a field with a hash or an array that nothing else refers to
	tested   bool       // a field that is asked whether it is defined
	early    bool       // a field that is set before it is read
	numReads int        // reads of a field as a number
	counted  bool       // a field that may hold what is destroyed with its last holder
}

func (v *variable) resetReads() {
	v.strReads, v.truth, v.reads2, v.hashUses, v.numReads = 0, 0, 0, 0, 0
}

// function is a sub.
type function struct {
	name      string // with its package; empty for an anonymous one
	goName    string
	node      *node
	outer     *function
	level     int
	uses      argUses
	handler   bool // takes an event
	inTable   bool // is named in a table of handlers
	wantUsed  bool
	returns   bool            // a handler whose value somebody uses
	events    map[string]bool // names under which it handles events, as far as known
	aliases   bool            // changes its arguments in place
	unkept    bool            // a wheel gives it a socket, which it does not keep
	names     map[string]int
	late      bool // the program gives its name to other code while it runs
	heap      *heapClass
	args      []typ        // of ARG0 and so on, as far as they are known
	seen      []typ        // the same as recordings show them
	relied    map[int]bool // arguments which have the type that recordings show
	captures  int          // 1 if it does not read what patterns capture, 2 if it does
	loose     bool         // it is referred to elsewhere than in tables of handlers
	callbacks []*node      // the options of components whose value it is
	form      *form        // nil if it is given a context and @_
}

// argUses says how a sub uses @_.
type argUses struct {
	constants bool // $_[HEAP], @_[ARG0 .. ARG2]
	whole     bool // @_ as a list or a count
	changes   bool // shift, pop, splice, assignment
	plain     bool // $_[0], my (...) = @_
}

// resolver links uses of variables to their declarations.
type resolver struct {
	prog   *program
	scopes []map[string]*variable
	fn     *function
	pkg    string
	strict bool            // use strict is in force, as far as the file is read
	known  map[string]bool // package variables that our or use vars declares

	english, config bool // these modules are used, as far as the file is read
}

var poeConstants = map[string]int{"OBJECT": 0, "SESSION": 1, "KERNEL": 2, "HEAP": 3, "STATE": 4, "SENDER": 5,
	"CALLER_FILE": 7, "CALLER_LINE": 8, "CALLER_STATE": 9, "ARG0": 10, "ARG1": 11, "ARG2": 12, "ARG3": 13, "ARG4": 14, "ARG5": 15, "ARG6": 16, "ARG7": 17, "ARG8": 18, "ARG9": 19,
	"MACHINE": 1, "RUNSTATE": 3, "EVENT": 4}

func (r *resolver) push() { r.scopes = append(r.scopes, map[string]*variable{}) }
func (r *resolver) pop()  { r.scopes = r.scopes[:len(r.scopes)-1] }

func (r *resolver) statements(list []*node) {
	for _, n := range list {
		r.statement(n)
	}
}

func (r *resolver) block(n *node) {
	if n == nil {
		return
	}
	r.push()
	if n.kind == sBlock {
		r.statements(n.body)
	} else {
		r.statement(n)
	}
	r.pop()
}

func (r *resolver) statement(n *node) {
	switch n.kind {
	case sPackage:
		old := r.pkg
		r.pkg = n.text
		if n.block {
			r.push()
			r.statements(n.body)
			r.pop()
			r.pkg = old
		}
	case sSub:
		r.sub(n, r.qualify(n.text))
	case sBlock:
		pkg := r.pkg
		strict := r.strict
		if n.op == "file" {
			r.pkg, r.strict = "main", false
		}
		r.push()
		r.statements(n.body)
		r.pop()
		r.pkg, r.strict = pkg, strict
	case sIf:
		if n.modifier {
			r.expr(n.kids[0])
			r.statements(n.kids[1].body)
			return
		}
		r.push()
		for i := 0; i+1 < len(n.kids); i += 2 {
			r.expr(n.kids[i])
			r.block(n.kids[i+1])
		}
		if len(n.kids)%2 == 1 {
			r.block(n.kids[len(n.kids)-1])
		}
		r.pop()
	case sWhile, sFor:
		r.push()
		for _, k := range n.kids {
			if k != nil && k.kind == sBlock {
				r.block(k)
			} else {
				r.expr(k)
			}
		}
		r.pop()
	case sForeach:
		r.expr(n.kids[1])
		r.push()
		if v := n.kids[0]; v != nil {
			r.expr(v)
			if v.kind == kMy {
				v = v.kids[0]
			}
			if v.v != nil {
				v.v.fixed = true
			}
		}
		for _, k := range n.kids[2:] {
			r.block(k)
		}
		r.pop()
	case sUse:
		r.pragma(n)
		for _, k := range n.kids {
			r.expr(k)
		}
	case sBad:
	default:
		for _, k := range n.kids {
			r.expr(k)
		}
	}
}

func (r *resolver) qualify(name string) string {
	if strings.Contains(name, "::") {
		return strings.TrimPrefix(name, "::")
	}
	return r.pkg + "::" + name
}

func (r *resolver) sub(n *node, name string) {
	f := &function{name: name, node: n, outer: r.fn, level: 1, names: map[string]int{}}
	if r.fn != nil {
		f.level = r.fn.level + 1
	}
	n.fn = f
	if name != "" {
		r.prog.subs[name] = f
	}
	r.prog.functions = append(r.prog.functions, f)
	old, pkg := r.fn, r.pkg
	r.fn = f
	r.push()
	r.statements(n.body)
	r.pop()
	r.fn, r.pkg = old, pkg
}

func (r *resolver) declare(n *node, how string) {
	v := &variable{sigil: n.sigil, name: n.text, owner: r.fn, line: n.line, state: how == "state"}
	if r.fn != nil {
		v.level = r.fn.level
	}
	if how == "our" && (n.text == "AUTOLOAD" || n.text == "VERSION" && n.sigil == '$') {
		return
	}
	if how == "our" {
		v = r.packaged(n.sigil, r.qualify(n.text))
		r.known[string(n.sigil)+r.qualify(n.text)] = true
	}
	if how == "state" {
		v.global = true
		r.prog.globals = append(r.prog.globals, v)
	}
	n.v = v
	r.scopes[len(r.scopes)-1][string(n.sigil)+n.text] = v
	if how != "our" && how != "state" {
		r.prog.lexicals = append(r.prog.lexicals, v)
	}
}

func (r *resolver) packaged(sigil byte, name string) *variable {
	key := string(sigil) + name
	v := r.prog.packageVars[key]
	if v == nil {
		v = &variable{sigil: sigil, name: name, global: true, packaged: true, fixed: true}
		r.prog.packageVars[key] = v
		r.prog.globals = append(r.prog.globals, v)
	}
	return v
}

var specialNames = map[string]bool{"_": true, "0": true, "ENV": true, "ARGV": true, "INC": true, "SIG": true, "STDIN": true, "a": true, "b": true, "@": true, "!": true, "/": true, "\\": true, ",": true, ";": true, "&": true, "\"": true, "$": true, "<": true, ">": true, "(": true, ")": true, "[": true, "]": true, "|": true, "?": true, ".": true, "^W": true, "^O": true, "^T": true, "^V": true, "+": true, "-": true, "`": true, "'": true, "ISA": true, "EXPORT": true, "EXPORT_OK": true, "EXPORT_TAGS": true, "VERSION": true, "AUTOLOAD": true, "poe_kernel": true, "poe_main_window": true, "^": true, "~": true, "=": true, "%": true, ":": true}

func (r *resolver) use(n *node) {
	name := n.text
	for i := len(r.scopes) - 1; i >= 0; i-- {
		if v := r.scopes[i][string(n.sigil)+name]; v != nil {
			n.v = v
			v.reads++
			level := 0
			named := r.fn
			if r.fn != nil {
				level = r.fn.level
			}
			// A variable that a named sub uses and does not declare must live in
			// the Go package.
			for f := named; f != nil && f.level > v.level; f = f.outer {
				if f.name != "" && !v.global {
					v.global = true
					r.prog.globals = append(r.prog.globals, v)
				}
			}
			_ = level
			return
		}
	}
	if r.english && english(n) {
		name = n.text
	}
	if r.config && name == "Config" && n.sigil == '%' {
		return
	}
	if specialNames[name] || name != "" && !nameByte(name[0]) && !strings.HasPrefix(name, "::") || strings.Trim(name, "0123456789") == "" {
		r.special(n)
		return
	}
	if strings.HasPrefix(name, "main::") && specialNames[name[6:]] {
		n.text = name[6:]
		r.special(n)
		return
	}
	if _, ok := moduleVars[name]; ok && n.sigil == '$' {
		return
	}
	if i := strings.LastIndex(name, "::"); i >= 0 && (specialNames[name[i+2:]] && name[i+2:] != "a" && name[i+2:] != "b") {
		return
	}
	full := r.qualify(name)
	if from := r.prog.imports[string(n.sigil)+full]; moduleVars[from] != "" {
		n.text = from
		return
	}
	if from := r.prog.imports[string(n.sigil)+full]; from != "" {
		full = from
	} else if r.strict && strings.IndexByte("$@%", n.sigil) >= 0 && !strings.Contains(name, "::") && !r.known[string(n.sigil)+full] {
		r.prog.undeclared = append(r.prog.undeclared, n)
	}
	n.v = r.packaged(n.sigil, full)
	n.v.reads++
}

// pragma follows use strict and use vars.
func (r *resolver) pragma(n *node) {
	switch {
	case n.text == "strict" && n.op == "use":
		r.strict = true
	case n.text == "strict" && (n.kid(0) == nil || strings.Contains(n.kids[0].text, "vars")):
		r.strict = false
	case n.text == "English":
		r.english = n.op == "use"
	case n.text == "FindBin" && n.kid(0) != nil:
		for _, v := range []string{"Bin", "RealBin", "Script", "RealScript"} {
			if strings.Contains(n.kids[0].text, "$"+v) || n.kids[0].kind == kList {
				r.prog.imports["$"+r.qualify(v)] = "FindBin::" + v
			}
		}
	case n.text == "Config":
		r.config = n.op == "use"
	case n.text == "vars":
		n.kid(0).walk(func(k *node) bool {
			if k.kind == kWords || k.kind == kStr {
				for _, w := range strings.Fields(k.text) {
					r.known[w[:1]+r.qualify(w[1:])] = true
				}
			}
			return true
		})
	}
}

func (r *resolver) special(n *node) {
	if n.text == "_" && n.sigil == '@' && r.fn != nil {
		r.fn.uses.whole = true
	}
}

func (r *resolver) expr(n *node) {
	if n == nil {
		return
	}
	switch n.kind {
	case sExpr, sIf, sWhile, sFor, sForeach, sBlock, sSub, sPackage, sUse, sBad:
		r.statement(n)
		return
	case kVar:
		r.use(n)
		return
	case kMy:
		for _, k := range n.kids {
			if k.kind == kVar {
				r.declare(k, n.text)
			}
		}
		return
	case kAssign:
		r.expr(n.kids[1])
		r.expr(n.kids[0])
		r.assignUse(n)
		return
	case kSub:
		if n.block {
			r.push()
			r.statements(n.body)
			r.pop()
			return
		}
		r.sub(n, "")
		return
	case kDo, kEval:
		r.push()
		r.statements(n.body)
		r.pop()
		return
	case kMap:
		for _, k := range n.kids[1:] { // what the list declares lives on
			r.expr(k)
		}
		r.push()
		r.expr(n.kids[0])
		r.statements(n.body)
		r.pop()
		return
	case kIndex, kSlice:
		if r.argsIndex(n) {
			return
		}
	case kFunc:
		r.function(n)
	case kCall:
		if n.amp && !n.paren && r.fn != nil {
			r.fn.uses.whole = true
		}
	case kLast:
		if isArgs(n.kids[0]) {
			if r.fn != nil {
				r.fn.uses.whole = true
			}
			return
		}
	}
	for _, k := range n.kids {
		r.expr(k)
	}
	r.statements(n.body)
	r.expr(n.dyn)
	r.expr(n.repl)
}

func isArgs(n *node) bool { return n != nil && n.kind == kVar && n.sigil == '@' && n.text == "_" }

// argsIndex notes $_[HEAP], @_[ARG0, ARG1] and the like.
func (r *resolver) argsIndex(n *node) bool {
	if !isArgs(n.kids[0]) || r.fn == nil {
		return false
	}
	constant := true
	for _, k := range listOf(n.kids[1]) {
		if k.kind == kList {
			for _, x := range k.kids {
				constant = constant && argConstant(x)
			}
			continue
		}
		constant = constant && argConstant(k)
	}
	if constant {
		r.fn.uses.constants = true
	} else {
		r.fn.uses.plain = true
		r.expr(n.kids[1])
	}
	return true
}

// argConstant reports whether n is one of POE's constants, a range from one on, or
// a sum with one.
func argConstant(n *node) bool {
	switch n.kind {
	case kBare, kCall:
		_, ok := poeConstants[n.text]
		return ok
	case kRange:
		return argConstant(n.kids[0]) && (argConstant(n.kids[1]) || n.kids[1].kind == kLast && isArgs(n.kids[1].kids[0]))
	case kBinop:
		return (n.op == "+" || n.op == "-") && argConstant(n.kids[0]) && n.kids[1].kind == kNum
	}
	return false
}

// assignUse notes assignments to @_ and my (...) = @_.
func (r *resolver) assignUse(n *node) {
	if r.fn == nil {
		return
	}
	to, from := n.kids[0], n.kids[1]
	if isArgs(to) || to.kind == kIndex && isArgs(to.kids[0]) && !isHeapIndex(to) {
		r.fn.uses.changes = true
	}
	if isArgs(from) && (to.kind == kMy || to.kind == kList) {
		r.fn.uses.plain = true
	}
}

func (r *resolver) function(n *node) {
	switch n.text {
	case "shift", "pop", "splice", "push", "unshift":
		if r.fn != nil && (len(n.kids) == 0 || isArgs(n.kids[0])) {
			r.fn.uses.changes = true
		}
	case "wantarray":
		if r.fn != nil {
			r.fn.wantUsed = true
		}
	case "goto":
		if r.fn != nil {
			r.fn.uses.whole = true
		}
	}
}
