package port

import (
	"fmt"
	"go/format"
	"regexp"
	"strings"
)

// typ is the type in Go of an expression or a variable; the empty one is that of
// a variable of which nothing has been seen yet.
type typ string

const (
	tNone   typ = ""
	tAny    typ = "any"
	tStr    typ = "string"
	tInt    typ = "int"
	tFloat  typ = "float64"
	tBool   typ = "bool"
	tArr    typ = "*perl.Array"
	tHash   typ = "*perl.Hash"
	tRE     typ = "*perl.Regexp"
	tKernel typ = "*poe.Kernel"
	tID     typ = "poe.ID"
	tWheel  typ = "*compat.Wheel"
)

func join(a, b typ) typ {
	switch {
	case a == b || b == tNone:
		return a
	case a == tNone:
		return b
	case (a == tInt || a == tFloat) && (b == tInt || b == tFloat):
		return tFloat
	}
	return tAny
}

// val is code of an expression.
type val struct {
	code  string
	typ   typ
	plain bool // cheap and without effects
}

// retMode says what return does in the function of Go that is being written.
type retMode int

const (
	rVoid    retMode = iota
	rHandler         // e.Return
	rGeneric         // []any, by w
	rAny
	rList
	rBool
	rInt
)

// frame is a function of Go that is being written.
type frame struct {
	mode       retMode
	fn         *function // the sub it belongs to; nil in the main part
	match      bool      // uses m
	topics     []string  // variables that stand for $_
	closure    bool      // return would leave only the closure
	pair       bool      // a and b are sort's
	loops      int
	labels     map[string]bool // those of loops and blocks so far
	blockLabel string          // of the current bare block
	leave      *leave          // how return, next and last leave a closure for local
	redo       []string        // labels of the bodies of the loops, made when redo needs them
	outer      *frame
	handler    bool      // there is an e
	result     *variable // has the type of what is returned, if it is not any
}

// leave is how a jump leaves a closure that local needs: it sets a flag, which is
// looked at behind the closure.
type leave struct {
	flag, value     string
	ret, next, last bool
}

// gen writes Go.
type gen struct {
	prog       *program
	pkg        string
	f          *frame
	out        strings.Builder
	globals    strings.Builder
	pre        []string
	post       []string
	noHoist    int
	regexps    map[string]string
	components map[string]bool // packages that are imported for classes of CPAN
	reList     []string
	report     *Report
	sub        string // name of the sub, for the report
	line       int
	dry        bool
	unused     map[*variable]bool
	inits      []string
	count      int
	packages   map[string]map[string]string
	parents    map[string][]string
	labels     map[string]bool
	todoSeen   map[*node]bool
	topicSync  []string
	stateInit  []string
	file       string // the current file, if it is not the first
	comments   bool   // the Perl of each sub stands above it
	evals      int    // how many eval blocks are around the statement
	single     bool   // the next statement is the only one of its block
}

type todo struct {
	code, why string
}

// cannot stops the translation of a statement or an expression.
func cannot(code, format string, args ...any) {
	panic(todo{code, fmt.Sprintf(format, args...)})
}

func (g *gen) w(format string, args ...any) {
	if len(args) == 0 {
		g.out.WriteString(format)
	} else {
		fmt.Fprintf(&g.out, format, args...)
	}
	g.out.WriteByte('\n')
}

// generate writes the program's Go source.
func generate(prog *program, report *Report, options Options) (string, error) {
	var g *gen
	prog.byEvidence(options.Evidence, prog.file)
	for range 6 {
		prog.typeEvents()
		for _, v := range prog.lexicals {
			v.resetReads()
		}
		g = newGen(prog, &Report{File: report.File}, true)
		g.program(options)
		if !prog.retype() {
			break
		}
	}
	for range 4 {
		prog.typeEvents()
		settled := prog.settleFields()
		if !prog.typeByUse() && !settled {
			break
		}
		for _, v := range prog.lexicals {
			v.joined = tNone
			v.resetReads()
		}
		g = newGen(prog, &Report{File: report.File}, true)
		g.program(options)
		prog.retype()
	}
	for _, v := range append(append([]*variable(nil), prog.lexicals...), prog.globals...) {
		if v.typ == tNone && v.sigil == '$' {
			v.typ = tAny
		}
	}
	prog.typeEvents()
	prog.accounted = map[*node]bool{}
	g = newGen(prog, report, false)
	g.comments = options.Comments
	text := g.program(options)
	src, err := format.Source([]byte(tidy(useAll(plainLook(text)))))
	if err != nil {
		return text, fmt.Errorf("%s: the translation is not Go: %w", prog.file, err)
	}
	return lineTable(string(src)), nil
}

func newGen(prog *program, report *Report, dry bool) *gen {
	return &gen{prog: prog, pkg: "main", regexps: map[string]string{}, components: map[string]bool{}, report: report, dry: dry, unused: map[*variable]bool{},
		packages: map[string]map[string]string{}, parents: map[string][]string{}, labels: map[string]bool{}, todoSeen: map[*node]bool{}, f: &frame{mode: rVoid}}
}

// capture returns what f writes.
func (g *gen) capture(f func()) string {
	old, pre, post, hoist := g.out, g.pre, g.post, g.noHoist
	g.out, g.pre, g.post, g.noHoist = strings.Builder{}, nil, nil, 0
	defer func() { g.out, g.pre, g.post, g.noHoist = old, pre, post, hoist }()
	f()
	return g.out.String()
}

// inFrame runs f in a new function of Go and returns what it writes.
func (g *gen) inFrame(fr *frame, f func()) string {
	fr.outer = g.f
	g.f = fr
	defer func() { g.f = fr.outer }()
	body := g.capture(f)
	if fr.match && (!fr.closure || fr.outer == nil) {
		body = "var m perl.Captures\n" + body
	} else if fr.match {
		fr.outer.match = true
	}
	return body
}

// closureFrame is a closure inside of the current function, which shares its
// captures and arguments.
func (g *gen) closureFrame(mode retMode) *frame {
	return &frame{mode: mode, fn: g.f.fn, closure: true, topics: g.f.topics, handler: g.f.handler, pair: g.f.pair}
}

// temp returns a name that neither a variable of the program nor another call has.
func (g *gen) temp(prefix string) string {
	for {
		g.count++
		name := fmt.Sprintf("%s%d", prefix, g.count)
		if !g.prog.localNames[name] && !g.prog.packageNames[name] {
			return name
		}
	}
}

// flushPre writes the lines that an expression wants before it.
func (g *gen) flushPre() {
	for _, s := range g.pre {
		g.w("%s", s)
	}
	g.pre = nil
}

func (g *gen) flushPost() {
	for _, s := range g.post {
		g.w("%s", s)
	}
	g.post = nil
}

// lazily returns the value of f's expression as code that is evaluated only if it
// is wanted: nothing may be written in front of the statement for it.
func (g *gen) lazily(f func() val) (v val, pre []string) {
	old := g.pre
	g.pre = nil
	v = f()
	pre = g.pre
	g.pre = old
	return v, pre
}

// thunk returns code of a function that returns f's value.
func (g *gen) thunk(t typ, f func() val) string {
	var v val
	fr := g.closureFrame(rAny)
	fr.loops = 0
	body := g.inFrame(fr, func() {
		g.noHoist = 1
		v = f()
		g.flushPre()
		g.returnPost(g.conv(v, t))
	})
	if strings.Count(body, "\n") == 1 {
		return fmt.Sprintf("func() %s { %s }", t, strings.TrimSpace(body))
	}
	return fmt.Sprintf("func() %s {\n%s}", t, body)
}

// returnPost returns a value from a closure, behind what must happen after the
// expression.
func (g *gen) returnPost(code string) {
	if len(g.post) > 0 {
		t := g.temp("result")
		g.w("%s := %s", t, code)
		g.flushPost()
		code = t
	}
	g.w("return %s", code)
}

var simpleCode = regexp.MustCompile(`^-?[\w.]+$|^"[^"]*"$|^[\w.]+\([^()]*\)$`)

func paren(code string) string {
	if simpleCode.MatchString(code) || balancedCall(code) {
		return code
	}
	return "(" + code + ")"
}

// balancedCall reports whether code is one call whose parentheses end it.
func balancedCall(code string) bool {
	i := strings.IndexByte(code, '(')
	if i <= 0 || !regexp.MustCompile(`^[\w.]+$`).MatchString(code[:i]) || code[len(code)-1] != ')' {
		return false
	}
	nest := 0
	for j := i; j < len(code); j++ {
		switch code[j] {
		case '"':
			for j++; j < len(code) && code[j] != '"'; j++ {
				if code[j] == '\\' {
					j++
				}
			}
		case '`':
			for j++; j < len(code) && code[j] != '`'; j++ {
			}
		case '(', '{':
			nest++
		case ')', '}':
			if nest--; nest == 0 {
				return j == len(code)-1
			}
		}
	}
	return false
}

// Shorthands for scalars of a type.
func (g *gen) any(n *node) string { return g.conv(g.expr(n), tAny) }
func (g *gen) str(n *node) string {
	g.noteRead(n, func(v *variable) { v.strReads++ })
	return g.conv(g.expr(n), tStr)
}

func (g *gen) int(n *node) string {
	g.noteNumber(n)
	return g.conv(g.expr(n), tInt)
}

func (g *gen) float(n *node) string {
	g.noteNumber(n)
	return g.conv(g.expr(n), tFloat)
}

// predeclare declares the variables that a part of an expression declares which may
// not be evaluated: they exist behind it all the same.
func (g *gen) predeclare(n *node, parts ...*node) {
	for _, part := range parts {
		part.walk(func(k *node) bool {
			if k.kind == kMy && k.text == "my" {
				kids := k.kids
				for _, v := range kids {
					if v.v == nil || v.v.global {
						return true
					}
				}
				for _, v := range kids {
					v.v.once = false
					n.vars = append(n.vars, v.v)
				}
				if k.paren || len(kids) != 1 {
					k.kind, k.paren = kList, true
				} else {
					*k = *kids[0]
				}
				return false
			}
			return k.kind != kSub && k.kind != kDo && k.kind != kEval && k.kind != kMap
		})
	}
	for _, v := range n.vars {
		if v.sigil == '$' {
			g.assigned(v, tAny)
		}
		g.hoist(g.declaration(v))
	}
}

func declarationsOnly(pre []string) bool {
	for _, s := range pre {
		if !strings.HasPrefix(s, "var ") && !strings.HasPrefix(s, "_ = ") || strings.Contains(s, "(") {
			return false
		}
	}
	return true
}

// operand puts code with the other operator in parentheses.
func operand(code, op string) string {
	other := map[string]string{"&&": "||", "||": "&&"}[op]
	if strings.Contains(code, other) && !balancedCall(code) {
		return "(" + code + ")"
	}
	return code
}

// sourceComment returns Perl text as a comment of one line.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 200 {
		s = s[:200] + " ..."
	}
	return strings.ToValidUTF8(s, "?")
}

// fileCode returns code of the name of the current file, as messages show it.
func (g *gen) fileCode() string {
	if g.file == "" {
		return "perlFile"
	}
	return quote(g.file)
}
