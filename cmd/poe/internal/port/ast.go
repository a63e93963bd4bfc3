package port

// kind says what a node of the syntax tree is.
type kind int

const (
	kEmpty   kind = iota
	kNum          // text: the literal
	kStr          // text: its value
	kInterp       // kids: parts that are joined
	kVar          // sigil, text: the name
	kMy           // text: my, our, local, state; kids: what is declared; paren: a list
	kIndex        // kids: array, index; element of an array
	kKey          // kids: hash, key; element of a hash
	kSlice        // kids: array, list
	kHSlice       // kids: hash, list
	kKVSlice      // %h{...}; kids: hash, list
	kLSlice       // (list)[...]; kids: list, indices
	kDeref        // sigil; kids: the reference
	kLast         // $#a; kids: array
	kCall         // text: name; kids: arguments; amp: &name; paren
	kFunc         // text: builtin; kids: arguments
	kMethod       // text: name, or dyn; kids: invocant, arguments...
	kApply        // $code->(...); kids: code, arguments...
	kSub          // anonymous sub; body
	kArray        // [ ... ]
	kHash         // { ... }
	kUnop         // op; kids
	kPostop       // ++ or --
	kBinop        // op; kids
	kLogic        // && || //; kids
	kAssign       // op (without =); kids: target, value
	kCond         // ? :
	kList         // ( ... )
	kRange        // ..
	kMatch        // kids[0]: target or nil; re
	kSubst
	kTrans
	kReadline // kids: handle
	kGlob
	kTest  // file test; op: letter
	kRef   // \
	kWords // qw
	kDo    // do BLOCK; body
	kEval  // eval BLOCK; body
	kPrint // print, printf, say; kids[0]: handle or nil
	kSort  // kids[0]: block, comparison or nil
	kMap   // text: map or grep; kids[0] expression, or body
	kBare  // bareword: class name or handle
	kGlobVar
	kFuncRef // \&name
	kReturn
	kJump // next, last, redo; text
	kLocal
	kGo // text: code in Go

	// Statements.
	sExpr
	sIf      // conds and blocks in kids: cond, block, cond, block, [block]
	sWhile   // kids: cond, block, [continue]; op: until
	sFor     // kids: init, cond, step, block
	sForeach // kids: variable or nil, list, block
	sBlock
	sSub
	sPackage
	sUse
	sBad // cannot be parsed; text: source
)

// node is a part of the syntax tree.
type node struct {
	kind     kind
	text     string
	op       string
	sigil    byte
	kids     []*node
	body     []*node // statements
	line     int
	col      int
	paren    bool // in parentheses
	amp      bool
	block    bool     // map, grep, sort: with a block
	label    string   // of a loop
	mods     string   // of a pattern
	notes    []string // comments in front of a statement
	source   string   // of a statement
	v        *variable
	fn       *function
	dyn      *node        // a method's name which is computed
	repl     *node        // of s///
	end      int          // last line of a sub
	made     *node        // the body with its continue block, once it has been made
	vars     []*variable  // declared in a part that may not be evaluated
	from     int          // first token of a statement
	to       int          // token behind a statement
	blank    bool         // a blank line precedes the statement
	heaps    []*heapClass // of the sessions that a call creates
	table    *subTable    // whose element is called
	plainRef bool         // a reference to a sub in a table
	single   bool         // a call which has one value in any context
	modifier bool         // an if or unless behind its statement, which has no scope of its own
}

func (n *node) kid(i int) *node {
	if n == nil || i >= len(n.kids) {
		return nil
	}
	return n.kids[i]
}

// walk calls f for n and everything in it, parents first, until f returns false
// for a branch.
func (n *node) walk(f func(*node) bool) {
	if n == nil || !f(n) {
		return
	}
	for _, k := range n.kids {
		k.walk(f)
	}
	for _, k := range n.body {
		k.walk(f)
	}
	n.dyn.walk(f)
	n.repl.walk(f)
}
