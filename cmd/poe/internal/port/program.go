package port

import (
	"sort"
	"strings"
)

// program is a Perl program that is being translated.
type program struct {
	file           string
	name           string // as it is shown in messages
	statements     []*node
	data           string
	hasData        bool
	subs           map[string]*function
	functions      []*function
	packageVars    map[string]*variable
	globals        []*variable
	lexicals       []*variable
	packageNames   map[string]bool
	localNames     map[string]bool // of variables within functions, which must not hide a type
	mainNames      map[string]int
	imported       map[string]bool // functions that modules export
	modules        map[string]int  // modules that are used, and their lines
	results        map[string]bool // events whose handlers' values are used; * for all
	shown          map[string]bool // events whose values the program looks at
	heapHash       bool            // every heap is a hash
	plainPrint     bool            // print writes to standard output as it is
	topicShared    bool
	topicChanged   bool            // a sub changes the $_ of its caller
	topicMatched   bool            // $_ is matched with /g
	elementMatched bool            // so is an element of a hash
	aliasCode      bool            // a sub that is called by reference changes its arguments
	aliasMethods   map[string]bool // names of subs which change their arguments
	valueUses      valueUses
	bad            []problem
	undeclared     []*node           // variables that no declaration is seen of, under use strict
	files          []string          // the modules and other files of the program
	lines          int               // of these files
	imports        map[string]string // names in packages and where they come from, with their packages
	source         []string          // lines of the text
	accounted      map[*node]bool    // statements that have been written, as Go or as a TODO
	parents        map[string][]string
	handles        map[string]bool
	errno          int
	matchReads     int // 0 not known, 1 only groups, 2 more
	structs        []*heapClass
	tables         []*subTable
	sends          map[string][]send // by event
	callbacks      map[*node][]typ   // the arguments of callbacks of components
	strange        map[string]bool   // events which something else may send as well
	tabled         map[*node]bool    // handlers in tables
	heapName       string            // of the variables that hold heaps
	anyEvent       bool              // events are sent whose names are not known
	jumps          bool              // redo repeats statements
	byName         bool              // subs may be called by names that are not known
	overloads      map[string]bool   // operators which a class overloads
	hires          bool              // time is Time::HiRes's
}

// parseProgram reads a source text into a program.
func parseProgram(tok *tokenizer, file, name, source string) (*program, error) {
	toks, err := tok.tokens(source)
	if err != nil {
		return nil, err
	}
	return parseTokens(tok, file, name, source, toks)
}

// parseTokens reads the tokens of a source text into a program.
func parseTokens(tok *tokenizer, file, name, source string, toks []token) (*program, error) {
	prog := &program{file: file, name: name, subs: map[string]*function{}, packageVars: map[string]*variable{}, packageNames: map[string]bool{}, localNames: map[string]bool{},
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
	r := &resolver{prog: prog, pkg: "main", known: map[string]bool{}}
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

// looseHandlers finds the handlers that are referred to, or called, elsewhere than in
// tables of handlers.
func (p *program) looseHandlers() {
	loose := func(name string) {
		if f := p.subs["main::"+name]; f != nil {
			f.loose = true
		}
	}
	inTable := map[*node]bool{}
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case kSub:
			if n.fn != nil {
				n.fn.loose = n.fn.loose || !p.tabled[n]
			}
		case kRef:
			if c := n.kids[0]; c.kind == kCall && c.amp {
				if inTable[c] = true; !p.tabled[n] {
					loose(c.text)
				}
			}
		case kCall:
			if !inTable[n] {
				loose(n.text)
			}
		}
		return true
	})
	if p.byName {
		for _, f := range p.functions {
			f.loose = true
		}
	}
}

// listConstants makes calls of the names of constants of other packages which are lists.
func (p *program) listConstants() {
	lists := map[string]bool{}
	walkAll(p.statements, func(n *node) bool {
		if n.kind == sUse && n.text == "constant" && n.kid(0) != nil {
			if l := listOf(n.kids[0]); n.kids[0].kind != kHash && len(l) > 0 && (len(l) > 2 || len(l) == 2 && isListy(l[1])) {
				lists[l[0].text] = true
			}
		}
		return true
	})
	walkAll(p.statements, func(n *node) bool {
		if pkg, name := splitName(n.text); n.kind == kBare && lists[name] && strings.Contains(n.text, "::") && pkg != "" {
			n.kind = kCall
		}
		return true
	})
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
	note := func(f *function) {
		f.inTable = true
		f.handles(event)
		if handlerKeys[event] {
			f.callbacks = append(f.callbacks, n)
		}
		if p.tabled == nil {
			p.tabled = map[*node]bool{}
		}
		p.tabled[n] = true
	}
	switch n.kind {
	case kSub:
		if n.fn != nil {
			note(n.fn)
		}
	case kRef:
		if c := n.kids[0]; c.kind == kCall && c.amp {
			for name, f := range p.subs {
				if name == "main::"+c.text || name == c.text {
					note(f)
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
