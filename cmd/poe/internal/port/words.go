package port

import (
	"strings"
)

// Arities of Perl's functions: 1 none, 2 one operand of a named unary operator,
// 3 a list.
const (
	nullary = 1
	named   = 2
	listop  = 3
)

var builtins = map[string]int{}

func init() {
	for names, arity := range map[string]int{
		"time times wantarray wait getppid fork __PACKAGE__ __FILE__ __LINE__ __SUB__ break": nullary,
		`defined ref scalar lc uc lcfirst ucfirst length chr ord int abs sqrt hex oct rand srand exists delete each keys
		values shift pop chdir rmdir readlink close chomp chop quotemeta caller undef study pos fileno umask sleep
		localtime gmtime alarm require exit log exp sin cos lock stat lstat fc chroot readline closedir readdir rewinddir
		getsockname getpeername tell eof getc untie tied evalbytes getpgrp
		getpwnam getpwuid getgrnam getgrgid gethostbyname getprotobyname getprotobynumber`: named,
		`push unshift splice join split sprintf die warn open binmode printf print say seek read sysread syswrite sysseek
		sysopen opendir mkdir unlink rename link symlink chmod chown utime kill system exec waitpid pipe socket
		socketpair bind listen accept connect shutdown getsockopt setsockopt send recv select fcntl ioctl flock truncate
		substr index rindex pack unpack vec reverse sort map grep bless atan2 crypt return tie local syscall setpgrp
		getservbyname getservbyport gethostbyaddr formline
		last next redo goto dump glob seekdir telldir setpriority getpriority dbmopen wait4 select`: listop,
	} {
		for name := range strings.FieldsSeq(names) {
			builtins[name] = arity
		}
	}
}

// weakNames are functions of which a sub of the program takes the place: without a
// feature, Perl does not have them.
var weakNames = map[string]bool{"say": true, "fc": true, "break": true, "evalbytes": true, "__SUB__": true, "dump": true}

// word parses what begins with a bareword.
func (p *parser) word() *node {
	t := p.peek()
	n := p.node(kFunc)
	n.text = t.text
	if p.look(1).text == "=>" && p.look(1).class == "Operator" && !strings.Contains(t.text, "::") {
		p.at++
		n.kind = kStr
		return n
	}
	p.at++
	name := strings.TrimPrefix(t.text, "CORE::")
	name = unqualifiedConstant(strings.TrimPrefix(name, "GLOBAL::"))
	n.text = name
	if parse, ok := keywords[name]; ok {
		if k := parse(p, n); k != nil {
			return k
		}
	}
	if strings.HasPrefix(t.text, "CORE::") || !p.subs[name] || !weakNames[name] {
		switch builtins[name] {
		case nullary:
			if p.is("(") && p.look(1).text == ")" {
				p.at += 2
			}
			return n
		case named:
			return p.namedUnary(n)
		case listop:
			return p.listOperator(n)
		}
	}
	return p.userWord(n)
}

// keywords parse the words with a syntax of their own; nil says that it is a plain
// function here.
var keywords map[string]func(*parser, *node) *node

func init() {
	keywords = map[string]func(*parser, *node) *node{
		"my": (*parser).declaration, "our": (*parser).declaration, "local": (*parser).declaration, "state": (*parser).declaration,
		"do": (*parser).doWord, "eval": (*parser).evalWord, "require": (*parser).requireWord, "new": (*parser).newWord,
		"print": (*parser).print, "printf": (*parser).print,
		"map": (*parser).mapGrep, "grep": (*parser).mapGrep, "sort": (*parser).sort,
		"last": (*parser).jump, "next": (*parser).jump, "redo": (*parser).jump,
		"sub": func(p *parser, n *node) *node {
			n.kind, n.text = kSub, ""
			p.subRest(n)
			return n
		},
		"say": func(p *parser, n *node) *node {
			if p.subs[n.text] {
				return p.userWord(n)
			}
			return p.print(n)
		},
		"return": func(p *parser, n *node) *node {
			n.kind = kReturn
			if !p.endOfList() {
				n.kids = []*node{p.comma()}
			}
			return n
		},
		"not": func(p *parser, n *node) *node {
			if !p.is("(") || p.look(1).text == ")" {
				return nil
			}
			p.at++
			n.kind, n.op, n.text = kUnop, "!", ""
			n.kids = []*node{p.expr()}
			p.expect(")")
			return n
		},
		"goto": func(p *parser, n *node) *node {
			n.kids = []*node{p.assign()}
			return n
		},
		"__END__":  (*parser).misplaced,
		"__DATA__": (*parser).misplaced,
	}
}

func (p *parser) misplaced(n *node) *node {
	p.fail("%s is not expected here", n.text)
	return nil
}

// doWord parses do BLOCK and do FILE.
func (p *parser) doWord(n *node) *node {
	if p.is("{") {
		n.kind = kDo
		n.body = p.block()
		return n
	}
	n.kids = []*node{p.binary(precNamed + 1)}
	return n
}

// evalWord parses eval of a block or of a string.
func (p *parser) evalWord(n *node) *node {
	if p.is("{") {
		n.kind = kEval
		n.body = p.block()
		return n
	}
	if !p.endOfOperand() {
		n.kids = []*node{p.binary(precNamed + 1)}
	}
	return n
}

// requireWord parses require MODULE; of a file it is a plain function.
func (p *parser) requireWord(n *node) *node {
	if p.peek().class != "Word" {
		return nil
	}
	n.kids = []*node{{kind: kBare, text: p.next().text, line: n.line}}
	return n
}

// jump parses last, next and redo with their labels.
func (p *parser) jump(n *node) *node {
	n.kind, n.op, n.text = kJump, n.text, ""
	if p.peek().class == "Word" && !p.is("if", "unless", "for", "while", "until", "foreach", "and", "or") {
		n.text = p.next().text
	}
	return n
}

// newWord parses new CLASS(...), a call of a method.
func (p *parser) newWord(n *node) *node {
	if p.peek().class != "Word" || p.is("if", "unless") || p.look(1).text == "=>" || p.look(0).text == "=>" {
		return nil
	}
	m := &node{kind: kMethod, text: "new", line: n.line}
	m.kids = []*node{{kind: kBare, text: p.next().text, line: n.line}}
	if p.is("(") {
		m.kids = append(m.kids, p.arguments()...)
	}
	return m
}

// unqualifiedConstant returns a name of POE's constants without its package, as
// in $_[main::KERNEL], and any other name as it is.
func unqualifiedConstant(name string) string {
	i := strings.LastIndex(name, "::")
	if i < 0 {
		return name
	}
	if _, ok := poeConstants[name[i+2:]]; !ok {
		return name
	}
	switch name[:i] {
	case "", "main", "POE::Kernel", "POE::Session":
		return name[i+2:]
	}
	return name
}

func (p *parser) declaration(n *node) *node {
	n.kind = kMy
	if n.text == "local" {
		n.kind = kLocal
		n.kids = []*node{p.postfix(p.primary())}
		n.paren = n.kids[0].kind == kList && n.kids[0].paren
		return n
	}
	if p.peek().class == "Word" && (p.look(1).class == "Symbol" || p.look(1).text == "(") {
		p.at++ // my Dog $spot
	}
	if p.accept("(") {
		n.paren = true
		for !p.accept(")") {
			n.kids = append(n.kids, p.variable())
			if !p.accept(",") && !p.is(")") {
				p.fail("%q is not expected in a declaration", p.peek().text)
			}
		}
		return n
	}
	n.kids = []*node{p.variable()}
	if p.is(":") && p.look(1).class == "Attribute" || p.peek().class == "Attribute" {
		p.fail("attributes of variables are not translated")
	}
	return n
}

func (p *parser) namedUnary(n *node) *node {
	if p.is("(") {
		n.paren = true
		p.at++
		if !p.accept(")") {
			n.kids = listOf(p.expr())
			p.expect(")")
		}
		return n
	}
	if n.text == "shift" || n.text == "pop" {
		if t := p.peek(); t.class != "Symbol" && t.class != "Cast" && t.class != "Magic" {
			return n
		}
		if t := p.peek(); t.class == "Symbol" && t.text[0] == '%' || t.class == "Cast" && t.text != "@" && t.text != "$" {
			return n
		}
	}
	if p.is("<") && p.peek().class == "Operator" && p.look(2).text != ">" || p.is("?") || n.text == "undef" && p.is("//") {
		return n
	}
	p.fixSlash()
	if !p.endOfOperand() {
		n.kids = []*node{p.binary(precNamed + 1)}
	}
	return n
}

// fixSlash reads a division sign as the beginning of a pattern, where an operand
// must be. The pattern ends in the same line.
func (p *parser) fixSlash() {
	t := p.peek()
	if t.class != "Operator" || t.text != "/" && t.text != "//" && t.text != "/=" || t.line > len(p.source) {
		return
	}
	line := p.source[t.line-1]
	start := t.col - 1
	if start < 0 || start >= len(line) || line[start] != '/' {
		return
	}
	end := start + 1
	for class := false; end < len(line) && (line[end] != '/' || class); end++ {
		switch line[end] {
		case '\\':
			end++
		case '[':
			class = true
		case ']':
			class = false
		}
	}
	if end >= len(line) {
		return
	}
	pattern := line[start+1 : end]
	behind := end + 1
	for behind < len(line) && strings.IndexByte("msixpogcadlun", line[behind]) >= 0 {
		behind++
	}
	match := token{class: "Regexp::Match", text: line[start:behind], parts: []string{pattern, "", line[end+1 : behind], "/"}, line: t.line, col: t.col, space: true}
	rest := p.at + 1
	for rest < len(p.toks) && p.toks[rest].line == t.line && p.toks[rest].col <= behind {
		if over := p.toks[rest].col - 1 + len(p.toks[rest].text); over > behind && !strings.Contains(p.toks[rest].text, "\n") {
			return // a token that begins within the pattern and ends after it
		}
		rest++
	}
	p.toks = append(p.toks[:p.at:p.at], append([]token{match}, p.toks[rest:]...)...)
}

func (p *parser) listOperator(n *node) *node {
	if p.is("(") {
		n.paren = true
		n.kids = p.callArguments()
		return n
	}
	p.fixSlash()
	if !p.endOfList() {
		n.kids = listOf(p.comma())
	}
	return n
}

func (p *parser) callArguments() []*node { return p.arguments() }

// userWord parses a call of a sub of the program or of a module, a class name,
// a constant or a file handle.
func (p *parser) userWord(n *node) *node {
	t := p.peek()
	switch {
	case p.is("("):
		n.kind, n.paren = kCall, true
		n.kids = p.arguments()
		if proto, ok := p.prototype(n.text); ok {
			prototyped(n, proto)
		}
		return n
	case p.is("->") || strings.HasSuffix(n.text, "::"):
		n.kind, n.text = kBare, strings.TrimSuffix(n.text, "::")
		if p.consts[n.text] || p.subs[n.text] && !strings.Contains(n.text, "::") && n.text[0] >= 'a' {
			n.kind = kCall
		}
		return n
	case p.consts[n.text]:
		n.kind = kCall
		return n
	case upper(n.text) && !p.subs[n.text]:
		n.kind = kBare
		return n
	case p.is("{") && (n.text == "try" || n.text == "catch" || n.text == "finally" || n.text == "given" || n.text == "when"):
		p.fail("%s is not translated", n.text)
	case strings.Contains(n.text, "::") && !p.subs[n.text] && (p.endOfOperand() || t.class == "Operator"):
		n.kind = kBare
		return n
	}
	n.kind = kCall
	if proto, ok := p.prototype(n.text); ok && p.bareCall(n, proto) {
		return n
	}
	if blockFunctions[n.text] && !p.subs[n.text] && p.is("{") {
		f := p.node(kSub)
		f.body = p.block()
		f.block = true
		p.accept(",")
		n.kids = []*node{f}
		if !p.endOfList() {
			n.kids = append(n.kids, listOf(p.comma())...)
		}
		return n
	}
	if t.class == "Word" && strings.Contains(t.text, "::") && !p.subs[n.text] && p.look(1).text != "=>" && p.look(1).text != "->" {
		// An indirect object: method Class (arguments).
		m := &node{kind: kMethod, text: n.text, line: n.line, kids: []*node{{kind: kBare, text: p.next().text}}}
		if p.is("(") {
			m.kids = append(m.kids, p.arguments()...)
		}
		return m
	}
	if p.endOfOperand() || p.is("?", "=", "<", "-") && p.look(1).space || p.is("{", "[") && !p.subs[n.text] {
		return n
	}
	n.kids = listOf(p.comma())
	return n
}

// unaryFunctions are functions of modules with one argument by their prototype, which
// bind tighter than the operators behind it.
var unaryFunctions = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`blessed reftype looks_like_number refaddr weaken unweaken isweak readonly tainted openhandle
		encode_utf8 status_message is_info is_success is_redirect is_error is_client_error is_server_error encode_json decode_json
		decode_base64 dclone usleep`) {
		unaryFunctions[name] = true
	}
}

// prototype returns the prototype of a function of the program or of a module.
func (p *parser) prototype(name string) (string, bool) {
	if proto, ok := p.protos[name]; ok || p.subs[name] {
		return proto, ok
	}
	if _, short := splitName(name); unaryFunctions[short] {
		return "$", true
	}
	return "", false
}

func upper(s string) bool {
	has := false
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c == ':' {
			return false
		}
		if c >= 'A' && c <= 'Z' {
			has = true
		}
	}
	return has
}
