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
	if write, ok := scalarFunctions[n.text]; ok {
		return write(g, n)
	}
	switch n.text {
	case "time", "sleep":
		if g.prog.hires {
			return g.hires(n.text, n)
		}
	case "exit":
		if len(n.kids) == 0 {
			return val{"perl.Exit(0)", tAny, false}
		}
	case "join":
		if v, ok := g.joinKeysOf(n); ok {
			return v
		}
	}
	if s, ok := functions[n.text]; ok && s.name != "" {
		code := s.name + "(" + g.fill(n, s) + ")"
		switch s.result {
		case "void":
			return val{code, tAny, false}
		case "[]any":
			return val{"perl.First(" + code + ")", tAny, false}
		}
		return val{code, s.result, false}
	}
	cannot("P0500", "the function %s", n.text)
	return val{}
}

// scalarFunctions write the functions in scalar context that are no plain call.
var scalarFunctions map[string]func(*gen, *node) val

func init() {
	refuse := func(code, why string) func(*gen, *node) val {
		return func(*gen, *node) val {
			cannot(code, "%s", why)
			return val{}
		}
	}
	tie := refuse("P0502", "tie")
	scalarFunctions = map[string]func(*gen, *node) val{
		"shift": (*gen).shift, "pop": (*gen).shift, "push": (*gen).push, "unshift": (*gen).push,
		"splice":  func(g *gen, n *node) val { return val{"perl.First(" + g.splice(n) + ")", tAny, false} },
		"defined": (*gen).defined, "exists": (*gen).exists, "undef": (*gen).undef,
		"delete": func(g *gen, n *node) val { return g.delete(n, false) },
		"scalar": func(g *gen, n *node) val { return g.expr(g.arg(n, 0)) },
		"length": (*gen).length, "substr": (*gen).substr, "index": (*gen).indexOf, "rindex": (*gen).indexOf, "reverse": (*gen).reverseString,
		"sprintf": func(g *gen, n *node) val { return val{"perl.Sprintf(" + g.formatArgs(n.kids) + ")", tStr, false} },
		"keys":    (*gen).countOf, "values": (*gen).countOf,
		"each": func(g *gen, n *node) val { return val{"perl.Head(" + g.keysContainer(n) + ".Each())", tAny, false} },
		"die":  func(g *gen, n *node) val { return val{g.die(n), tAny, false} },
		"warn": func(g *gen, n *node) val { return val{g.dieLike("perl.WarnAt", n), tAny, false} },
		"eval": (*gen).stringEval, "do": refuse("P0501", "do FILE"), "require": (*gen).require, "bless": (*gen).bless,
		"wantarray": func(g *gen, _ *node) val { return g.wantarray() },
		"caller":    func(g *gen, n *node) val { return val{"perl.Head(" + g.caller(n) + ")", tAny, false} },
		"localtime": func(g *gen, n *node) val { return val{"perl.LocaltimeText(" + g.spreadAll(n.kids) + ")", tStr, false} },
		"gmtime":    func(g *gen, n *node) val { return val{"perl.GmtimeText(" + g.spreadAll(n.kids) + ")", tStr, false} },
		"split":     func(g *gen, n *node) val { return val{"len(" + g.split(n) + ")", tInt, false} },
		"unpack":    func(g *gen, n *node) val { return val{"perl.Head(" + g.unpack(n) + ")", tAny, false} },
		"stat":      (*gen).statOK, "lstat": (*gen).statOK,
		"glob":  func(g *gen, n *node) val { return val{"perl.Head(perl.Glob(" + g.str(g.arg(n, 0)) + "))", tAny, false} },
		"chomp": (*gen).chomp, "chop": (*gen).chomp,
		"open": (*gen).open, "read": (*gen).read, "sysread": (*gen).read, "syswrite": (*gen).syswrite, "recv": (*gen).recv, "select": (*gen).selectFunc,
		"pos": func(g *gen, n *node) val {
			return val{strings.TrimPrefix(g.pos(g.argOrNil(n)), "&") + ".Get()", tAny, false}
		},
		"__PACKAGE__": func(g *gen, _ *node) val { return val{quote(g.pkg), tStr, true} },
		"__FILE__":    func(g *gen, _ *node) val { return val{g.fileCode(), tStr, true} },
		"__LINE__":    func(_ *gen, n *node) val { return val{strconv.Itoa(n.line), tInt, true} },
		"lock":        func(*gen, *node) val { return val{"true", tBool, true} },
		"study":       func(*gen, *node) val { return val{"true", tBool, true} },
		"tie":         tie, "tied": tie, "untie": tie,
		"fork":  refuse("P0503", "fork: Go cannot fork a running program; wheel/run and os/exec start new ones"),
		"goto":  (*gen).gotoSub,
		"wait":  func(*gen, *node) val { return val{"perl.Waitpid(-1, 0)", tInt, false} },
		"alarm": func(g *gen, n *node) val { return val{"perl.Alarm(" + g.any(g.arg(n, 0)) + ")", tInt, false} },
	}
	for name := range strings.FieldsSeq(entryFunctions) {
		scalarFunctions[name] = func(g *gen, n *node) val {
			return val{"perl.EntryValue(" + quote(n.text) + comma(g.spreadAll(n.kids)) + ")", tAny, false}
		}
	}
}

// entryFunctions look up users, groups, hosts, protocols and services.
const entryFunctions = "getpwnam getpwuid getgrnam getgrgid gethostbyname gethostbyaddr getprotobyname getprotobynumber getservbyname getservbyport"

func (g *gen) length(n *node) val {
	v := g.expr(g.arg(n, 0))
	if v.typ == tAny {
		return val{"perl.Length(" + v.code + ")", tAny, false}
	}
	return val{"len(" + g.conv(v, tStr) + ")", tInt, false}
}

// countOf is keys or values as a scalar.
func (g *gen) countOf(n *node) val { return val{g.keysContainer(n) + ".Len()", tInt, false} }

func (g *gen) reverseString(n *node) val {
	text := ""
	switch {
	case len(n.kids) == 0:
		text = "perl.Str(" + g.topic() + ")"
	case len(n.kids) == 1 && !isListy(n.kids[0]):
		text = g.str(n.kids[0])
	default:
		text = "perl.Join(\"\", " + g.spreadAll(n.kids) + ")"
	}
	return val{"perl.ReverseString(" + text + ")", tStr, false}
}

func (g *gen) bless(n *node) val {
	class := quote(g.pkg)
	if len(n.kids) > 1 {
		class = g.str(n.kids[1])
	}
	return val{"perl.Bless(" + g.any(n.kids[0]) + ", " + class + ")", tAny, false}
}

func (g *gen) statOK(n *node) val { return val{"len(" + g.stat(n) + ") != 0", tBool, false} }

func (g *gen) recv(n *node) val {
	return val{fmt.Sprintf("perl.Recv(%s, %s, %s, %s)", g.handle(n.kids[0]), g.pointer(n.kids[1]), g.int(n.kids[2]), g.any(n.kids[3])), tAny, false}
}

// joinKeysOf is join SEPARATOR, sort keys %hash.
func (g *gen) joinKeysOf(n *node) (val, bool) {
	if len(n.kids) != 2 {
		return val{}, false
	}
	k := sortedHash(n.kids[1])
	if k == nil {
		return val{}, false
	}
	sep := g.str(n.kids[0])
	return val{"strings.Join(" + g.keysContainer(k) + ".SortedKeys(), " + sep + ")", tStr, false}, true
}

func (g *gen) argOrNil(n *node) *node {
	if len(n.kids) == 0 {
		return nil
	}
	return n.kids[0]
}

// builtinList is a function of Perl in list context, if it is different there.
func (g *gen) builtinList(n *node) (string, bool) {
	write, ok := listContext[n.text]
	if !ok {
		return "", false
	}
	code := write(g, n)
	return code, code != ""
}

// listContext write the functions that return something else in list context; the
// result is empty where they do not.
var listContext map[string]func(*gen, *node) string

func init() {
	listContext = map[string]func(*gen, *node) string{
		"keys": (*gen).keysList, "values": (*gen).valuesList,
		"each":   func(g *gen, n *node) string { return g.keysContainer(n) + ".Each()" },
		"splice": (*gen).splice, "split": (*gen).split, "caller": (*gen).caller, "unpack": (*gen).unpack, "stat": (*gen).stat, "lstat": (*gen).stat,
		"reverse":   func(g *gen, n *node) string { return "perl.Reverse(" + g.cat(n.kids) + ")" },
		"localtime": func(g *gen, n *node) string { return "perl.Localtime(" + g.spreadAll(n.kids) + ")" },
		"gmtime":    func(g *gen, n *node) string { return "perl.Gmtime(" + g.spreadAll(n.kids) + ")" },
		"glob":      func(g *gen, n *node) string { return "perl.Glob(" + g.str(g.arg(n, 0)) + ")" },
		"times":     func(*gen, *node) string { return "perl.Times()" },
		"readline":  func(g *gen, n *node) string { return "perl.ReadLines(" + g.handle(n.kids[0]) + ")" },
		"readdir":   func(g *gen, n *node) string { return "perl.ReaddirAll(" + g.handle(n.kids[0]) + ")" },
		"readpipe":  func(g *gen, n *node) string { return "perl.LinesOf(perl.Backtick(" + g.str(n.kids[0]) + "))" },
		"delete":    (*gen).deleteList,
	}
	for name := range strings.FieldsSeq(entryFunctions) {
		listContext[name] = func(g *gen, n *node) string {
			return "perl.Entry(" + quote(n.text) + comma(g.spreadAll(n.kids)) + ")"
		}
	}
}

func (g *gen) keysList(n *node) string {
	c := g.keysContainer(n)
	if g.isArrayNode(n) {
		return "perl.Range(0, " + c + ".Last())"
	}
	return c + ".Keys()"
}

func (g *gen) valuesList(n *node) string {
	c := g.keysContainer(n)
	if g.isArrayNode(n) {
		return c + ".All()"
	}
	return c + ".Values()"
}

// deleteList is delete of a slice.
func (g *gen) deleteList(n *node) string {
	k := g.arg(n, 0)
	if k.kind != kHSlice {
		return ""
	}
	return g.container(k.kids[0]) + ".DeleteSlice(" + g.subscripts(k) + ")"
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}

func rest(list []*node, n int) []*node {
	if n >= len(list) {
		return nil
	}
	return list[n:]
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
