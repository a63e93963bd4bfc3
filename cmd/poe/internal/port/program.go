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
	results      bool            // what handlers return is used
	topicShared  bool
	bad          []problem
	parents      map[string][]string
	handles      map[string]bool
	errno        int
	hires        bool // time is Time::HiRes's
}

// parseProgram reads a source text into a program.
func parseProgram(tok *tokenizer, file, name, source string) (*program, error) {
	toks, err := tok.tokens(source)
	if err != nil {
		return nil, err
	}
	prog := &program{file: file, name: name, subs: map[string]*function{}, packageVars: map[string]*variable{}, packageNames: map[string]bool{},
		mainNames: map[string]int{}, imported: map[string]bool{}, modules: map[string]int{}, parents: map[string][]string{}, handles: map[string]bool{}}
	p := &parser{file: file, source: strings.Split(source, "\n"), tok: tok, toks: toks, consts: map[string]bool{}, subs: map[string]bool{}}
	for i, t := range toks {
		if t.class == "Word" && t.text == "sub" && i+1 < len(toks) && toks[i+1].class == "Word" {
			p.subs[toks[i+1].text] = true
		}
	}
	prog.statements = p.program()
	prog.bad = p.bad
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

// analyze finds out what the whole program tells: which subs are handlers, whether
// the values of handlers are used, and names in Go.
func (p *program) analyze() {
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case sUse:
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
			case "call", "postback", "callback", "new", "spawn":
				if n.text == "call" || n.text == "callback" || n.kids[0].kind == kBare && (strings.Contains(n.kids[0].text, "TCP") || strings.Contains(n.kids[0].text, "Filter")) {
					p.results = true
				}
			}
			if n.text == "_child" {
				p.results = true
			}
		case kStr:
			if n.text == "_child" || n.text == "_stop" {
				p.results = true
			}
		case kHash, kCall, kList, kArray:
			p.markTables(n.kids)
		}
		return true
	})
	p.markMethodTables()
	p.nameAll()
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
					p.markHandler(v.kids[j])
				}
			}
		case handlerKeys[k.text]:
			p.markHandler(v)
		}
	}
}

func (p *program) markHandler(n *node) {
	switch n.kind {
	case kSub:
		if n.fn != nil {
			n.fn.inTable = true
		}
	case kRef:
		if c := n.kids[0]; c.kind == kCall && c.amp {
			for name, f := range p.subs {
				if name == "main::"+c.text || name == c.text {
					f.inTable = true
				}
			}
		}
	}
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
