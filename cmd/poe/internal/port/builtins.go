package port

import (
	"fmt"
	"strconv"
	"strings"
)

// arg returns an operand of a function, $_ if it has none.
func (g *gen) arg(n *node, i int) *node {
	if i < len(n.kids) {
		return n.kids[i]
	}
	return &node{kind: kVar, sigil: '$', text: "_", line: n.line}
}

// simple functions: what they are called in package perl, with the types of the
// operands and of the result.
type signature struct {
	name   string
	params string // s string, i int, f float, a any, l the rest as a list, h handle, p pointer
	result typ
}

var functions = map[string]signature{
	"lc": {"perl.Lower", "s", tStr}, "uc": {"perl.Upper", "s", tStr}, "fc": {"perl.Lower", "s", tStr}, "lcfirst": {"perl.LowerFirst", "s", tStr}, "ucfirst": {"perl.UpperFirst", "s", tStr},
	"chr": {"perl.Chr", "i", tStr}, "ord": {"perl.Ord", "s", tInt}, "int": {"perl.IntOf", "a", tAny}, "abs": {"perl.Abs", "a", tAny}, "sqrt": {"perl.Sqrt", "a", tAny},
	"hex": {"perl.Hex", "s", tInt}, "oct": {"perl.Oct", "s", tInt}, "log": {"perl.Log", "a", tAny}, "exp": {"math.Exp", "f", tFloat}, "sin": {"math.Sin", "f", tFloat}, "cos": {"math.Cos", "f", tFloat},
	"atan2": {"math.Atan2", "ff", tFloat}, "quotemeta": {"perl.QuoteMeta", "s", tStr}, "ref": {"perl.RefType", "a", tStr}, "rand": {"perl.Rand", "l", tFloat}, "srand": {"perl.Srand", "l", tInt},
	"time": {"perl.Time", "", tInt}, "times": {"perl.Times", "", "[]any"}, "sleep": {"perl.Sleep", "a", tInt}, "getppid": {"os.Getppid", "", tInt},
	"chdir": {"perl.Chdir", "s", tBool}, "rmdir": {"perl.Rmdir", "s", tBool}, "readlink": {"perl.Readlink", "s", tAny}, "umask": {"perl.Umask", "l", tInt},
	"mkdir": {"perl.Mkdir", "sl", tBool}, "rename": {"perl.Rename", "ss", tBool}, "link": {"perl.Link", "ss", tBool}, "symlink": {"perl.Symlink", "ss", tBool}, "unlink": {"perl.Unlink", "l", tInt},
	"chmod": {"perl.Chmod", "il", tInt}, "utime": {"perl.Utime", "aal", tInt}, "kill": {"perl.Kill", "al", tInt}, "system": {"perl.System", "l", tInt}, "exec": {"perl.Exec", "l", tBool},
	"waitpid": {"perl.Waitpid", "aa", tInt}, "exit": {"perl.Exit", "i", tAny}, "join": {"perl.Join", "sl", tStr}, "pack": {"perl.Pack", "sl", tStr},
	"close": {"perl.Close", "h", tBool}, "closedir": {"perl.Close", "h", tBool}, "fileno": {"perl.Fileno", "h", tAny}, "eof": {"perl.Eof", "h", tBool}, "getc": {"perl.Getc", "h", tAny}, "binmode": {"perl.Binmode", "hl", tBool},
	"tell": {"perl.Tell", "h", tInt}, "seek": {"perl.Seek", "hii", tBool}, "sysseek": {"perl.Seek", "hii", tBool}, "truncate": {"perl.Truncate", "hi", tBool}, "flock": {"perl.Flock", "ha", tBool}, "fcntl": {"perl.Fcntl", "haa", tAny},
	"readline": {"perl.ReadLine", "h", tAny}, "readdir": {"perl.Readdir", "h", tAny},
	"bind": {"perl.Bind", "hs", tBool}, "connect": {"perl.Connect", "hs", tBool}, "listen": {"perl.Listen", "ha", tBool}, "getsockname": {"perl.Getsockname", "h", tAny}, "getpeername": {"perl.Getpeername", "h", tAny},
	"shutdown": {"perl.Shutdown", "ha", tBool}, "setsockopt": {"perl.Setsockopt", "haaa", tBool}, "getsockopt": {"perl.Getsockopt", "haa", tAny}, "send": {"perl.Send", "hsal", tAny},
	"accept": {"perl.Accept", "ph", tAny}, "socket": {"perl.Socket", "paaa", tBool}, "socketpair": {"perl.Socketpair", "ppaaa", tBool}, "pipe": {"perl.Pipe", "pp", tBool},
	"opendir": {"perl.Opendir", "ps", tBool}, "sysopen": {"perl.Sysopen", "psal", tBool}, "vec": {"perl.Vec", "sii", tInt}, "sprintf": {"", "", tStr},
	"readpipe": {"perl.Backtick", "s", tAny}, "lock": {"perl.Or", "aa", tAny}, "crypt": {"", "", tAny},
}

// fill returns the operands of a function by its signature.
func (g *gen) fill(n *node, s signature) string {
	var out []string
	for i, p := range s.params {
		if p == 'l' {
			rest := ""
			if i < len(n.kids) {
				rest = g.spreadAll(n.kids[i:])
			}
			return commaJoin(strings.Join(out, ", "), rest)
		}
		k := g.arg(n, i)
		switch p {
		case 's':
			out = append(out, g.str(k))
		case 'i':
			out = append(out, g.int(k))
		case 'f':
			out = append(out, g.float(k))
		case 'h':
			out = append(out, g.handle(k))
		case 'p':
			out = append(out, g.handlePlace(k))
		default:
			out = append(out, g.any(k))
		}
	}
	return strings.TrimPrefix(strings.Join(out, ", "), ", ")
}

// builtin is a function of Perl in scalar context.
func (g *gen) builtin(n *node) val {
	switch n.text {
	case "shift", "pop":
		return g.shift(n)
	case "time", "sleep":
		if g.prog.hires {
			return g.hires(n.text, n)
		}
	case "push", "unshift":
		return g.push(n)
	case "splice":
		return val{"perl.First(" + g.splice(n) + ")", tAny, false}
	case "defined":
		return g.defined(n)
	case "exists":
		return g.exists(n)
	case "delete":
		return g.delete(n, false)
	case "undef":
		return g.undef(n)
	case "scalar":
		v := g.expr(g.arg(n, 0))
		return v
	case "length":
		if k := g.arg(n, 0); true {
			v := g.expr(k)
			if v.typ == tAny {
				return val{"perl.Length(" + v.code + ")", tAny, false}
			}
			return val{"len(" + g.conv(v, tStr) + ")", tInt, false}
		}
	case "substr":
		return g.substr(n)
	case "index", "rindex":
		return g.indexOf(n)
	case "sprintf":
		return val{"perl.Sprintf(" + g.formatArgs(n.kids) + ")", tStr, false}
	case "keys", "values":
		return val{g.keysContainer(n) + ".Len()", tInt, false}
	case "each":
		return val{"perl.Head(" + g.keysContainer(n) + ".Each())", tAny, false}
	case "reverse":
		if len(n.kids) == 0 {
			return val{"perl.ReverseString(perl.Str(" + g.topic() + "))", tStr, false}
		}
		if len(n.kids) == 1 && !isListy(n.kids[0]) {
			return val{"perl.ReverseString(" + g.str(n.kids[0]) + ")", tStr, false}
		}
		return val{"perl.ReverseString(perl.Join(\"\", " + g.spreadAll(n.kids) + "))", tStr, false}
	case "die":
		return val{g.die(n), tAny, false}
	case "warn":
		return val{g.dieLike("perl.WarnAt", n), tAny, false}
	case "eval":
		return g.stringEval(n)
	case "do":
		cannot("P0501", "do FILE")
	case "require":
		return g.require(n)
	case "bless":
		class := quote(g.pkg)
		if len(n.kids) > 1 {
			class = g.str(n.kids[1])
		}
		return val{"perl.Bless(" + g.any(n.kids[0]) + ", " + class + ")", tAny, false}
	case "wantarray":
		return g.wantarray()
	case "caller":
		return val{"perl.Head(" + g.caller(n) + ")", tAny, false}
	case "localtime":
		return val{"perl.LocaltimeText(" + g.spreadAll(n.kids) + ")", tStr, false}
	case "gmtime":
		return val{"perl.GmtimeText(" + g.spreadAll(n.kids) + ")", tStr, false}
	case "split":
		return val{"len(" + g.split(n) + ")", tInt, false}
	case "unpack":
		return val{"perl.Head(" + g.unpack(n) + ")", tAny, false}
	case "stat", "lstat":
		return val{"len(" + g.stat(n) + ") != 0", tBool, false}
	case "glob":
		return val{"perl.Head(perl.Glob(" + g.str(g.arg(n, 0)) + "))", tAny, false}
	case "chomp", "chop":
		return g.chomp(n)
	case "open":
		return g.open(n)
	case "read", "sysread":
		return g.read(n)
	case "syswrite":
		return g.syswrite(n)
	case "recv":
		return val{fmt.Sprintf("perl.Recv(%s, %s, %s, %s)", g.handle(n.kids[0]), g.pointer(n.kids[1]), g.int(n.kids[2]), g.any(n.kids[3])), tAny, false}
	case "select":
		return g.selectFunc(n)
	case "pos":
		return val{strings.TrimPrefix(g.pos(g.argOrNil(n)), "&") + ".Get()", tAny, false}
	case "__PACKAGE__":
		return val{quote(g.pkg), tStr, true}
	case "__FILE__":
		return val{g.fileCode(), tStr, true}
	case "__LINE__":
		return val{strconv.Itoa(n.line), tInt, true}
	case "lock", "study":
		return val{"true", tBool, true}
	case "exit":
		if len(n.kids) == 0 {
			return val{"perl.Exit(0)", tAny, false}
		}
	case "tie", "tied", "untie":
		cannot("P0502", "tie")
	case "fork":
		cannot("P0503", "fork: Go cannot fork a running program; wheel/run and os/exec start new ones")
	case "goto":
		return g.gotoSub(n)
	case "wait":
		return val{"perl.Waitpid(-1, 0)", tInt, false}
	case "getpwnam", "getpwuid", "getgrnam", "getgrgid", "gethostbyname", "gethostbyaddr", "getprotobyname", "getprotobynumber", "getservbyname", "getservbyport":
		return val{"perl.EntryValue(" + quote(n.text) + comma(g.spreadAll(n.kids)) + ")", tAny, false}
	case "alarm":
		return val{"perl.Alarm(" + g.any(g.arg(n, 0)) + ")", tInt, false}
	case "local":
	}
	if n.text == "join" && len(n.kids) == 2 {
		if k := sortedHash(n.kids[1]); k != nil {
			sep := g.str(n.kids[0])
			return val{"strings.Join(" + g.keysContainer(k) + ".SortedKeys(), " + sep + ")", tStr, false}
		}
	}
	if s, ok := functions[n.text]; ok && s.name != "" {
		code := s.name + "(" + g.fill(n, s) + ")"
		if s.result == "void" {
			return val{code, tAny, false}
		}
		if s.result == "[]any" {
			return val{"perl.First(" + code + ")", tAny, false}
		}
		return val{code, s.result, false}
	}
	cannot("P0500", "the function %s", n.text)
	return val{}
}

func (g *gen) argOrNil(n *node) *node {
	if len(n.kids) == 0 {
		return nil
	}
	return n.kids[0]
}

// builtinList is a function of Perl in list context, if it is different there.
func (g *gen) builtinList(n *node) (string, bool) {
	switch n.text {
	case "keys":
		c := g.keysContainer(n)
		if g.isArrayNode(n) {
			return "perl.Range(0, " + c + ".Last())", true
		}
		return c + ".Keys()", true
	case "values":
		c := g.keysContainer(n)
		if g.isArrayNode(n) {
			return c + ".All()", true
		}
		return c + ".Values()", true
	case "each":
		return g.keysContainer(n) + ".Each()", true
	case "splice":
		return g.splice(n), true
	case "split":
		return g.split(n), true
	case "reverse":
		return "perl.Reverse(" + g.cat(n.kids) + ")", true
	case "localtime":
		return "perl.Localtime(" + g.spreadAll(n.kids) + ")", true
	case "gmtime":
		return "perl.Gmtime(" + g.spreadAll(n.kids) + ")", true
	case "caller":
		return g.caller(n), true
	case "unpack":
		return g.unpack(n), true
	case "stat", "lstat":
		return g.stat(n), true
	case "glob":
		return "perl.Glob(" + g.str(g.arg(n, 0)) + ")", true
	case "times":
		return "perl.Times()", true
	case "getpwnam", "getpwuid", "getgrnam", "getgrgid", "gethostbyname", "gethostbyaddr", "getprotobyname", "getprotobynumber", "getservbyname", "getservbyport":
		return "perl.Entry(" + quote(n.text) + comma(g.spreadAll(n.kids)) + ")", true
	case "readline":
		return "perl.ReadLines(" + g.handle(n.kids[0]) + ")", true
	case "readdir":
		return "perl.ReaddirAll(" + g.handle(n.kids[0]) + ")", true
	case "readpipe":
		return "perl.LinesOf(perl.Backtick(" + g.str(n.kids[0]) + "))", true
	case "delete":
		k := g.arg(n, 0)
		if k.kind == kHSlice {
			return g.container(k.kids[0]) + ".DeleteSlice(" + g.spreadAll(listOf2(k.kids[1])) + ")", true
		}
	}
	return "", false
}

func (g *gen) isArrayNode(n *node) bool {
	k := n.kids[0]
	return (k.kind == kVar || k.kind == kDeref) && k.sigil == '@'
}

func (g *gen) keysContainer(n *node) string {
	k := n.kids[0]
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	if k.kind == kVar && k.sigil == '$' || k.kind == kKey || k.kind == kIndex {
		return "perl.H(" + g.any(k) + ")"
	}
	return g.container(k)
}

// shift is shift or pop.
func (g *gen) shift(n *node) val {
	word := strings.ToUpper(n.text[:1]) + n.text[1:]
	if len(n.kids) == 0 || isArgs(n.kids[0]) {
		if g.f.fn == nil {
			return val{"perl.Args." + word + "()", tAny, false}
		}
		if g.f.handler {
			cannot("P0114", "shift in a handler")
		}
		return val{"perl." + word + "(&args)", tAny, false}
	}
	return val{g.arrayOf(n.kids[0]) + "." + word + "()", tAny, false}
}

// arrayOf is the array that a function works on; a reference will do.
func (g *gen) arrayOf(n *node) string {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if n.kind == kVar && n.sigil == '$' || n.kind == kKey || n.kind == kIndex {
		return g.container(deref('@', n))
	}
	return g.container(n)
}

func (g *gen) push(n *node) val {
	word := "Push"
	if n.text == "unshift" {
		word = "Unshift"
	}
	if isArgs(n.kids[0]) && g.f.fn != nil {
		if g.f.handler {
			cannot("P0114", "push on @_ in a handler")
		}
		if word == "Push" {
			return val{"perl.PushArgs(&args" + comma(g.spreadAll(n.kids[1:])) + ")", tInt, false}
		}
		return val{"perl.UnshiftArgs(&args" + comma(g.spreadAll(n.kids[1:])) + ")", tInt, false}
	}
	return val{g.arrayOf(n.kids[0]) + "." + word + "(" + g.fresh(n.kids[1:]) + ")", tInt, false}
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}

func (g *gen) splice(n *node) string {
	if isArgs(n.kids[0]) && g.f.fn != nil {
		if g.f.handler {
			cannot("P0114", "splice of @_ in a handler")
		}
		offset, length := "0", "perl.Rest"
		if len(n.kids) > 1 {
			offset = g.int(n.kids[1])
		}
		if len(n.kids) > 2 {
			length = g.int(n.kids[2])
		}
		return "perl.SpliceArgs(&args, " + offset + ", " + length + comma(g.spreadAll(rest(n.kids, 3))) + ")"
	}
	a := g.arrayOf(n.kids[0])
	switch len(n.kids) {
	case 1:
		return a + ".Splice(0, perl.Rest)"
	case 2:
		return a + ".Splice(" + g.int(n.kids[1]) + ", perl.Rest)"
	}
	return a + ".Splice(" + g.int(n.kids[1]) + ", " + g.int(n.kids[2]) + comma(g.fresh(n.kids[3:])) + ")"
}

func rest(list []*node, n int) []*node {
	if n >= len(list) {
		return nil
	}
	return list[n:]
}

func (g *gen) defined(n *node) val {
	k := g.arg(n, 0)
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	switch {
	case k.kind == kVar && (k.sigil == '@' || k.sigil == '%') || k.kind == kDeref && (k.sigil == '@' || k.sigil == '%'):
		return val{g.container(k) + ".Len() != 0", tBool, false}
	case k.kind == kCall && k.amp && !k.paren:
		return val{fmt.Sprintf("perl.FindSub(%s) != nil", quote(g.qualify(k.text))), tBool, false}
	case k.kind == kFunc && k.text == "substr":
		return val{fmt.Sprintf("perl.SubstrOK(%s) != nil", g.substrArgs(k)), tBool, false}
	}
	v := g.expr(k)
	switch v.typ {
	case tAny, tNone:
		if v.typ == tNone && k.kind == kVar && k.v != nil {
			g.assigned(k.v, tAny)
		}
		if v.code == "nil" {
			return val{"false", tBool, true}
		}
		return val{v.code + " != nil", tBool, false}
	}
	// A typed variable is always defined: keep the question only if it can be
	// undefined.
	if k.kind == kVar && k.v != nil {
		g.fix(k.v)
		return val{v.code + " != nil", tBool, false}
	}
	return val{"perl.Defined(" + v.code + ")", tBool, false}
}

func (g *gen) exists(n *node) val {
	k := g.arg(n, 0)
	switch k.kind {
	case kKey:
		return val{g.container(k.kids[0]) + ".Exists(" + g.str(k.kids[1]) + ")", tBool, false}
	case kIndex:
		if isArgs(k.kids[0]) {
			return val{g.argCount(k) + " > " + g.int(k.kids[1]), tBool, false}
		}
		return val{g.container(k.kids[0]) + ".Exists(" + g.int(k.kids[1]) + ")", tBool, false}
	case kCall:
		return val{fmt.Sprintf("perl.FindSub(%s) != nil", quote(g.qualify(k.text))), tBool, false}
	}
	cannot("P0504", "exists on this")
	return val{}
}

func (g *gen) delete(n *node, void bool) val {
	k := g.arg(n, 0)
	switch k.kind {
	case kLocal:
		cannot("P0505", "delete local")
	case kKey:
		if h := k.kids[0]; h.kind == kVar && h.v == nil && h.text == "SIG" {
			return val{"perl.SetSignal(" + g.str(k.kids[1]) + ", nil)", tAny, false}
		} else if h.kind == kVar && h.v == nil && h.text == "ENV" {
			return val{"perl.DeleteEnv(" + g.str(k.kids[1]) + ")", tAny, false}
		}
		word := "Delete"
		if void {
			word = "Remove"
		}
		return val{g.container(k.kids[0]) + "." + word + "(" + g.str(k.kids[1]) + ")", tAny, false}
	case kVar:
		if k.v == nil || !k.v.field {
			break
		}
		if void {
			return val{g.cleared(k.v), tAny, false}
		}
		k.v.reads2++
		if k.v.own {
			g.fix(k.v)
		}
		return val{"perl.Take(&" + k.v.goName + ")", orAny(g.typeOf(k.v)), false}
	case kIndex:
		return val{g.container(k.kids[0]) + ".Delete(" + g.int(k.kids[1]) + ")", tAny, false}
	case kHSlice:
		return val{"perl.First(" + g.container(k.kids[0]) + ".DeleteSlice(" + g.spreadAll(listOf2(k.kids[1])) + "))", tAny, false}
	}
	cannot("P0506", "delete of this")
	return val{}
}

func (g *gen) undef(n *node) val {
	if len(n.kids) == 0 {
		return val{"nil", tAny, true}
	}
	text := strings.TrimSpace(g.capture(func() { g.undefStatement(n) }))
	g.hoist(text)
	return val{"nil", tAny, true}
}

func (g *gen) undefStatement(n *node) {
	k := n.kids[0]
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	switch {
	case k.kind == kVar && k.sigil == '$' && k.v != nil && k.v.field:
		g.clearField(k.v)
	case k.kind == kVar && k.sigil == '$' && k.v != nil:
		g.fix(k.v)
		g.w("%s = perl.Undef(%s)", k.v.goName, k.v.goName)
		g.synced(k.v)
	case (k.kind == kVar || k.kind == kDeref) && (k.sigil == '@' || k.sigil == '%'):
		c := g.container(k)
		g.flushPre()
		g.w("%s.Assign(nil)", c)
	case k.kind == kCall:
		cannot("P0507", "undef of a sub")
	default:
		_, set := g.place(k)
		g.flushPre()
		g.w("%s", set("nil"))
	}
}

func (g *gen) substrArgs(n *node) string {
	length := "perl.Rest"
	if len(n.kids) > 2 {
		length = g.int(n.kids[2])
	}
	return g.str(n.kids[0]) + ", " + g.int(n.kids[1]) + ", " + length
}

func (g *gen) substr(n *node) val {
	if len(n.kids) < 4 {
		return val{"perl.Substr(" + g.substrArgs(n) + ")", tStr, false}
	}
	p := g.pointer(n.kids[0])
	return val{fmt.Sprintf("perl.SubstrAt(%s, %s, %s, %s)", p, g.int(n.kids[1]), g.int(n.kids[2]), g.str(n.kids[3])), tStr, false}
}

// placeFunc is a function as an lvalue.
func (g *gen) placeFunc(n *node) (string, func(string) string) {
	switch n.text {
	case "substr":
		p := g.pointer(n.kids[0])
		length := "perl.Rest"
		if len(n.kids) > 2 {
			length = g.int(n.kids[2])
		}
		i := g.int(n.kids[1])
		return g.substr(n).code, func(code string) string {
			return fmt.Sprintf("perl.SubstrAt(%s, %s, %s, perl.Str(%s))", p, i, length, code)
		}
	case "vec":
		p := g.pointer(n.kids[0])
		i, bits := g.int(n.kids[1]), g.int(n.kids[2])
		return fmt.Sprintf("perl.Vec(perl.Str(*%s), %s, %s)", p, i, bits), func(code string) string {
			return fmt.Sprintf("perl.SetVecAt(%s, %s, %s, %s)", p, i, bits, code)
		}
	case "pos":
		k := g.argOrNil(n)
		p := strings.TrimPrefix(g.pos(k), "&")
		s := "perl.Str(" + g.topic() + ")"
		if k != nil {
			s = g.str(k)
		}
		return p + ".Get()", func(code string) string { return p + ".Set(" + s + ", " + code + ")" }
	case "local":
		return g.place(n.kids[0])
	}
	cannot("P0116", "%s cannot be assigned to", n.text)
	return "", nil
}

func (g *gen) indexOf(n *node) val {
	s, t := g.str(n.kids[0]), g.str(n.kids[1])
	word := "Index"
	from := "0"
	if n.text == "rindex" {
		word, from = "Rindex", "perl.Rest"
	}
	if len(n.kids) > 2 {
		from = g.int(n.kids[2])
	} else if n.text == "index" {
		return val{"strings.Index(" + s + ", " + t + ")", tInt, false}
	}
	return val{fmt.Sprintf("perl.%s(%s, %s, %s)", word, s, t, from), tInt, false}
}

func (g *gen) die(n *node) string { return g.dieLike("perl.DieAt", n) }

func (g *gen) dieLike(f string, n *node) string {
	return f + "(" + g.fileCode() + ", " + strconv.Itoa(n.line) + comma(g.spreadAll(n.kids)) + ")"
}

func (g *gen) wantarray() val {
	if g.f.handler {
		return val{"e.Want().Wantarray()", tAny, false}
	}
	if g.f.fn == nil {
		return val{"nil", tAny, true}
	}
	return val{"w.Wantarray()", tAny, false}
}

func (g *gen) caller(n *node) string {
	level := "0"
	if len(n.kids) > 0 {
		level = g.int(n.kids[0])
	}
	return fmt.Sprintf("perl.Caller(%s)", level)
}

func (g *gen) split(n *node) string {
	if len(n.kids) == 0 {
		return "perl.Fields(perl.Str(" + g.topic() + "), 0)"
	}
	re := n.kids[0]
	s := "perl.Str(" + g.topic() + ")"
	if len(n.kids) > 1 {
		s = g.str(n.kids[1])
	}
	limit := "0"
	if len(n.kids) > 2 {
		limit = g.int(n.kids[2])
	}
	if re.kind == kStr {
		if re.text == " " {
			return "perl.Fields(" + s + ", " + limit + ")"
		}
		if badPattern(re.text, "") != "" {
			cannot("P0401", "the pattern of split")
		}
		return "perl.Split(" + g.staticRegexp(re.text, "") + ", " + s + ", " + limit + ")"
	}
	if re.kind == kMatch {
		return "perl.Split(" + g.regexp(re.kids[1], re.mods) + ", " + s + ", " + limit + ")"
	}
	return "perl.SplitBy(" + g.any(re) + ", " + s + ", " + limit + ")"
}

func (g *gen) unpack(n *node) string {
	return "perl.Unpack(" + g.str(n.kids[0]) + ", " + g.str(g.arg(n, 1)) + ")"
}

func (g *gen) stat(n *node) string {
	word := map[string]string{"stat": "perl.Stat", "lstat": "perl.Lstat"}[n.text]
	if k := n.kid(0); k != nil && k.kind == kBare && k.text == "_" {
		return "perl.Stat(perl.LastFile)"
	}
	return word + "(" + g.handle(g.arg(n, 0)) + ")"
}

func (g *gen) chomp(n *node) val {
	word := map[string]string{"chomp": "perl.ChompAt", "chop": "perl.ChopAt"}[n.text]
	k := g.arg(n, 0)
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	if k.kind == kAssign && k.op == "" {
		g.void(k)
		g.hoistOut()
		if k = k.kids[0]; k.kind == kMy && !k.paren {
			k = k.kids[0]
		}
	}
	result := map[string]typ{"chomp": tInt, "chop": tStr}[n.text]
	if isListTarget(k) && (k.kind == kVar || k.kind == kDeref) && k.sigil == '@' {
		return val{word + "All(" + g.container(k) + ")", result, false}
	}
	if k.kind == kMy && k.paren && len(k.kids) == 1 {
		k = k.kids[0]
	}
	return val{word + "(" + g.substPointer(k) + ")", result, false}
}

func (g *gen) open(n *node) val {
	p := g.handlePlace(n.kids[0])
	if len(n.kids) == 1 {
		cannot("P0508", "open with one argument")
	}
	if mode := n.kids[1]; mode.kind == kStr && (strings.TrimSpace(mode.text) == "-|" || strings.TrimSpace(mode.text) == "|-") && (len(n.kids) == 2 || n.kids[2].kind == kStr && n.kids[2].text == "-") {
		cannot("P0503", "open of %s without a command forks", mode.text)
	}
	if len(n.kids) > 2 {
		// A handle in the place of a path.
		if k := n.kids[2]; k.kind == kBare {
			return val{fmt.Sprintf("perl.Open(%s, %s, %s)", p, g.str(n.kids[1]), g.handle(k)), tBool, false}
		}
	}
	return val{fmt.Sprintf("perl.Open(%s, %s%s)", p, g.str(n.kids[1]), comma(g.spreadAll(n.kids[2:]))), tBool, false}
}

func (g *gen) read(n *node) val {
	word := map[string]string{"read": "perl.ReadInto", "sysread": "perl.SysreadInto"}[n.text]
	offset := "0"
	if len(n.kids) > 3 {
		offset = g.int(n.kids[3])
	}
	return val{fmt.Sprintf("%s(%s, %s, %s, %s)", word, g.handle(n.kids[0]), g.pointer(n.kids[1]), g.int(n.kids[2]), offset), tAny, false}
}

func (g *gen) syswrite(n *node) val {
	s := g.str(n.kids[1])
	if len(n.kids) > 2 {
		offset := "0"
		if len(n.kids) > 3 {
			offset = g.int(n.kids[3])
		}
		s = "perl.Substr(" + s + ", " + offset + ", " + g.int(n.kids[2]) + ")"
	}
	return val{"perl.Syswrite(" + g.handle(n.kids[0]) + ", " + s + ")", tAny, false}
}

func (g *gen) selectFunc(n *node) val {
	switch len(n.kids) {
	case 0:
		return val{"perl.SelectHandle()", tAny, false}
	case 1:
		return val{"perl.SelectHandle(" + g.handle(n.kids[0]) + ")", tAny, false}
	case 4:
		var ps []string
		for _, k := range n.kids[:3] {
			if k.kind == kFunc && k.text == "undef" {
				ps = append(ps, "nil")
			} else {
				ps = append(ps, g.pointer(k))
			}
		}
		return val{fmt.Sprintf("perl.Select(%s, %s)", strings.Join(ps, ", "), g.any(n.kids[3])), tInt, false}
	}
	cannot("P0509", "select with %d arguments", len(n.kids))
	return val{}
}

func (g *gen) gotoSub(n *node) val {
	cannot("P0510", "goto")
	return val{}
}

// stringEval is eval of a string: only `use` and `require` of a module that is
// known are understood.
func (g *gen) stringEval(n *node) val {
	k := g.arg(n, 0)
	if k.kind == kStr {
		fields := strings.Fields(strings.Trim(k.text, "; "))
		if len(fields) >= 2 && (fields[0] == "use" || fields[0] == "require") {
			module := strings.Trim(fields[1], ";")
			if known := moduleKnown(module); known {
				return val{"true", tBool, true}
			}
			return val{"false", tBool, true}
		}
	}
	cannot("P0511", "eval of a string")
	return val{}
}

func (g *gen) require(n *node) val {
	if len(n.kids) == 0 {
		cannot("P0501", "require of a file")
	}
	k := n.kids[0]
	if k.kind == kBare {
		g.useModule(k.text, n.line)
		if g.evals > 0 && !g.moduleThere(k.text) {
			return val{"perl.NoModule(" + quote(k.text) + ")", tAny, false}
		}
		return val{"true", tBool, true}
	}
	if k.kind == kNum {
		return val{"true", tBool, true}
	}
	cannot("P0501", "require of a file")
	return val{}
}

func (g *gen) fileTest(n *node) val {
	var k string
	if len(n.kids) == 0 {
		k = g.topic()
		if n.op == "t" {
			k = "perl.Stdin"
		}
	} else {
		k = g.handle(n.kids[0])
		if n.kids[0].kind == kBare && n.kids[0].text == "_" {
			k = "perl.LastFile"
		}
	}
	return val{fmt.Sprintf("perl.Test(%q, %s)", n.op, k), tAny, false}
}

// builtinVoid writes functions as statements where that is different.
func (g *gen) builtinVoid(n *node) bool {
	switch n.text {
	case "delete":
		if k := g.arg(n, 0); k.kind == kKey {
			g.line2(g.delete(n, true).code)
			return true
		}
		if k := g.arg(n, 0); k.kind == kVar && k.v != nil && k.v.field {
			g.clearField(k.v)
			return true
		}
		if k := g.arg(n, 0); k.kind == kHSlice {
			code, _ := g.builtinList(n)
			g.line2(code)
			return true
		}
	case "undef":
		if len(n.kids) > 0 {
			g.undefStatement(n)
			return true
		}
		return true
	case "die", "warn", "exit":
		g.line2(g.builtin(n).code)
		return true
	case "shift":
		if (len(n.kids) == 0 || isArgs(n.kids[0])) && g.f.fn != nil && !g.f.handler {
			g.w("perl.Shift(&args)")
			return true
		}
	case "goto":
		return g.gotoVoid(n)
	case "keys":
		c := g.keysContainer(n)
		g.flushPre()
		g.w("%s.Keys()", c)
		return true
	case "eval":
		if len(n.kids) == 1 && n.kids[0].kind == kStr {
			v := g.stringEval(n)
			if v.plain {
				return true
			}
		}
	}
	return false
}

// gotoVoid is goto &sub: a call in the place of the rest of this one.
func (g *gen) gotoVoid(n *node) bool {
	if len(n.kids) != 1 {
		return false
	}
	k := n.kids[0]
	if k.kind != kCall && k.kind != kApply || !k.amp {
		return false
	}
	c := *k
	g.returnStatement(&c)
	return true
}
