package port

import (
	"fmt"
	"strings"
)

// imports are functions that modules export, by name: their signatures.
var imports = map[string]signature{
	// List::Util
	"sum": {"perl.Sum", "l", tAny}, "sum0": {"perl.Sum0", "l", tAny}, "product": {"perl.Product", "l", tAny}, "max": {"perl.Max", "l", tAny}, "min": {"perl.Min", "l", tAny},
	"maxstr": {"perl.MaxStr", "l", tAny}, "minstr": {"perl.MinStr", "l", tAny}, "shuffle": {"perl.Shuffle", "l", "[]any"}, "uniq": {"perl.Uniq", "l", "[]any"}, "uniqstr": {"perl.Uniq", "l", "[]any"}, "uniqnum": {"perl.UniqNum", "l", "[]any"}, "uniqint": {"perl.UniqNum", "l", "[]any"},
	"head": {"perl.HeadOf", "il", "[]any"}, "tail": {"perl.TailOf", "il", "[]any"},
	"pairs": {"perl.Pairs", "l", "[]any"}, "pairkeys": {"perl.PairKeys", "l", "[]any"}, "pairvalues": {"perl.PairValues", "l", "[]any"},
	// Scalar::Util
	"blessed": {"perl.Blessed", "a", tAny}, "reftype": {"perl.Reftype", "a", tAny}, "looks_like_number": {"perl.LooksLikeNumber", "a", tBool}, "refaddr": {"perl.Refaddr", "a", tAny},
	"weaken": {"perl.Weaken", "a", tAny}, "dualvar": {"perl.Dualvar", "as", tAny},
	// POSIX
	"floor": {"perl.Floor", "a", tAny}, "ceil": {"perl.Ceil", "a", tAny}, "fmod": {"perl.Fmod", "aa", tAny}, "pow": {"perl.Pow", "aa", tAny}, "strftime": {"perl.Strftime", "sl", tStr}, "mktime": {"perl.Mktime", "l", tAny},
	"isatty": {"perl.Isatty", "h", tBool}, "setsid": {"perl.Setsid", "", tInt}, "dup2": {"perl.Dup2", "aa", tAny}, "_exit": {"perl.ExitNow", "i", tAny}, "strerror": {"perl.Strerror", "a", tStr},
	"WIFEXITED": {"perl.WIFEXITED", "a", tBool}, "WEXITSTATUS": {"perl.WEXITSTATUS", "a", tInt}, "WIFSIGNALED": {"perl.WIFSIGNALED", "a", tBool}, "WTERMSIG": {"perl.WTERMSIG", "a", tInt},
	"setlocale": {"perl.Setlocale", "l", tAny}, "getpid": {"os.Getpid", "", tInt}, "ctime": {"perl.Ctime", "a", tStr}, "toupper": {"perl.Upper", "s", tStr}, "tolower": {"perl.Lower", "s", tStr}, "strtol": {"perl.Strtol", "sl", tAny},
	"uname": {"perl.Uname", "", "[]any"}, "ttyname": {"perl.Ttyname", "a", tAny}, "cuserid": {"perl.Getlogin", "", tAny},
	// Socket
	"inet_aton": {"perl.InetAton", "s", tAny}, "inet_ntoa": {"perl.InetNtoa", "s", tStr}, "inet_pton": {"perl.InetPton", "as", tAny}, "inet_ntop": {"perl.InetNtop", "as", tAny},
	"pack_sockaddr_in": {"perl.PackSockaddrIn", "as", tStr}, "sockaddr_in": {"perl.PackSockaddrIn", "as", tStr}, "unpack_sockaddr_in": {"perl.UnpackSockaddrIn", "s", "[]any"},
	"pack_sockaddr_in6": {"perl.PackSockaddrIn6", "as", tStr}, "unpack_sockaddr_in6": {"perl.UnpackSockaddrIn6", "s", "[]any"},
	"pack_sockaddr_un": {"perl.PackSockaddrUn", "s", tStr}, "sockaddr_un": {"perl.PackSockaddrUn", "s", tStr}, "unpack_sockaddr_un": {"perl.UnpackSockaddrUn", "s", tStr}, "sockaddr_family": {"perl.SockaddrFamily", "s", tInt},
	// Time::HiRes, Time::Local
	"usleep": {"perl.Usleep", "a", tAny}, "gettimeofday": {"perl.Gettimeofday", "", "[]any"}, "tv_interval": {"perl.TvInterval", "l", tAny}, "timegm": {"perl.Timegm", "l", tAny}, "timelocal": {"perl.Timelocal", "l", tAny}, "nanosleep": {"perl.Nanosleep", "a", tAny}, "clock_gettime": {"perl.ClockGettime", "l", tFloat},
	// Files
	"rel2abs":  {"perl.Rel2Abs", "sl", tStr},
	"basename": {"perl.Basename", "sl", tStr}, "dirname": {"perl.Dirname", "s", tStr}, "fileparse": {"perl.Fileparse", "sl", "[]any"}, "catfile": {"perl.Catfile", "l", tStr}, "catdir": {"perl.Catfile", "l", tStr}, "getcwd": {"perl.Getcwd", "", tStr}, "cwd": {"perl.Getcwd", "", tStr}, "abs_path": {"perl.AbsPath", "l", tAny}, "tempdir": {"perl.Tempdir", "l", tStr}, "tempfile": {"perl.Tempfile", "l", "[]any"}, "mkpath": {"perl.Mkpath", "l", tInt}, "make_path": {"perl.Mkpath", "l", tInt}, "rmtree": {"perl.Rmtree", "l", tInt}, "remove_tree": {"perl.Rmtree", "l", tInt}, "copy": {"perl.CopyFile", "ss", tBool}, "move": {"perl.MoveFile", "ss", tBool},
	// Others
	"Dumper": {"perl.Dumper", "l", tStr}, "hostname": {"perl.Hostname", "", tStr}, "md5_hex": {"perl.MD5Hex", "l", tStr}, "sha1_hex": {"perl.SHA1Hex", "l", tStr}, "sha256_hex": {"perl.SHA256Hex", "l", tStr}, "md5": {"perl.MD5", "l", tStr},
	"encode_base64": {"perl.EncodeBase64", "sl", tStr}, "decode_base64": {"perl.DecodeBase64", "s", tStr}, "gensym": {"perl.Gensym", "", tAny}, "GetOptions": {"perl.GetOptions", "l", tBool}, "GetOptionsFromArray": {"perl.GetOptionsFromArray", "al", tBool},
	"encode_json": {"perl.EncodeJSON", "a", tStr}, "decode_json": {"perl.DecodeJSON", "s", tAny}, "to_json": {"perl.EncodeJSON", "a", tStr}, "from_json": {"perl.DecodeJSON", "s", tAny},
	"encode": {"perl.Encode", "as", tStr}, "decode": {"perl.Decode", "as", tStr}, "encode_utf8": {"perl.Identity", "a", tAny}, "decode_utf8": {"perl.Identity", "a", tAny},
	"uri_escape": {"perl.URIEscape", "s", tStr}, "uri_unescape": {"perl.URIUnescape", "s", tStr}, "dclone": {"perl.Dclone", "a", tAny}, "freeze": {"perl.Freeze", "a", tStr}, "nfreeze": {"perl.Freeze", "a", tStr}, "thaw": {"perl.Thaw", "s", tAny},
	"store": {"perl.Store", "as", tBool}, "nstore": {"perl.Store", "as", tBool}, "retrieve": {"perl.Retrieve", "s", tAny},
	"status_message": {"perl.StatusMessage", "a", tAny},
	"is_info":        {"perl.StatusClass(1, 1, ", "a", tBool}, "is_success": {"perl.StatusClass(2, 2, ", "a", tBool}, "is_redirect": {"perl.StatusClass(3, 3, ", "a", tBool},
	"is_error": {"perl.StatusClass(4, 5, ", "a", tBool}, "is_client_error": {"perl.StatusClass(4, 4, ", "a", tBool}, "is_server_error": {"perl.StatusClass(5, 5, ", "a", tBool},
	"POE::Kernel::run": {"compat.RunKernel", "", "void"},
	// IRC::Utils, and POE::Component::IRC::Common before it
	"uc_irc": {"compat.UcIRC", "sl", tStr}, "lc_irc": {"compat.LcIRC", "sl", tStr}, "u_irc": {"compat.UcIRC", "sl", tStr}, "l_irc": {"compat.LcIRC", "sl", tStr},
	"eq_irc": {"compat.EqIRC", "ssl", tAny}, "parse_user": {"compat.ParseUser", "s", "[]any"}, "normalize_mask": {"compat.NormalizeMask", "s", tStr}, "parse_ban_mask": {"compat.NormalizeMask", "s", tStr},
	"matches_mask": {"compat.MatchesMask", "ssl", tAny}, "has_color": {"compat.HasColor", "s", tAny}, "has_formatting": {"compat.HasFormatting", "s", tAny},
	"strip_color": {"compat.StripColor", "s", tStr}, "strip_formatting": {"compat.StripFormatting", "s", tStr}, "decode_irc": {"compat.DecodeIRC", "s", tStr},
	"is_valid_nick_name": {"compat.IsValidNickName", "s", tAny}, "is_valid_chan_name": {"compat.IsValidChanName", "sl", tAny},
}

// qualified are functions that are called with their package.
var qualified = map[string]string{"List::Util": "", "Scalar::Util": "", "POSIX": "", "Socket": "", "Carp": "", "File::Path": "", "File::Temp": "", "File::Copy": "", "Digest::SHA": "", "HTTP::Status": "", "Getopt::Long": "", "Time::HiRes": "", "Time::Local": "", "File::Basename": "", "Cwd": "", "Data::Dumper": "", "Sys::Hostname": "", "Digest::MD5": "", "MIME::Base64": "", "Storable": "", "Encode": "", "File::Spec::Functions": "", "URI::Escape": "", "Symbol": "", "JSON::PP": "", "IRC::Utils": "", "Test::More": ""}

// known are modules that need nothing, or have what takes their place.
var known = map[string]string{}

func init() {
	for m := range strings.FieldsSeq(`strict warnings utf8 lib vars constant base parent Carp Data::Dumper POSIX Socket Time::HiRes Time::Local List::Util Scalar::Util Getopt::Long File::Basename File::Spec File::Spec::Functions
		File::Path File::Temp File::Copy Cwd Sys::Hostname Exporter IO::Handle IO::File IO::Socket IO::Socket::INET Errno Fcntl FindBin Symbol Digest::MD5 Digest::SHA MIME::Base64 Storable Encode bytes integer overload feature
		diagnostics English Config sigtrap URI::Escape JSON::PP JSON subs sort locale less mro IO::Select experimental version re
		HTTP::Request HTTP::Response HTTP::Status HTTP::Headers HTTP::Message IRC::Utils POE::Component::IRC::Common POE::Component::IRC::Plugin Test::More Test::Simple`) {
		known[m] = "perl"
	}
}

func moduleKnown(m string) bool {
	_, ok := known[m]
	return ok || componentPackages[m] != "" || m == "POE" || strings.HasPrefix(m, "POE::") && poeClasses[m]
}

// componentPackages are packages of this module that a program imports for a class of
// CPAN, and which the programs that do not use it need not have.
var componentPackages = map[string]string{
	"POE::Component::Client::HTTP":       "github.com/gopoe/poe/perl/compat/clienthttp",
	"POE::Component::Client::Ping":       "github.com/gopoe/poe/perl/compat/clientping",
	"POE::Component::Client::DNS":        "github.com/gopoe/poe/perl/compat/clientdns",
	"Net::DNS::Resolver":                 "github.com/gopoe/poe/perl/compat/clientdns",
	"POE::Component::Server::SimpleHTTP": "github.com/gopoe/poe/perl/compat/simplehttp",
}

// The classes of POE::Component::IRC are in one package.
func init() {
	const irc, place = "POE::Component::IRC", "github.com/gopoe/poe/perl/compat/irc"
	componentPackages[irc], componentPackages[irc+"::State"] = place, place
	for plugin := range strings.FieldsSeq(`AutoJoin BotAddressed BotCommand BotTraffic Connector Console CTCP CycleEmpty FollowTail Logger NickReclaim NickServID Proxy`) {
		componentPackages[irc+"::Plugin::"+plugin] = place
	}
}

var poeClasses = map[string]bool{}

func init() {
	for m := range strings.FieldsSeq(`POE::Kernel POE::Session POE::NFA POE::Wheel POE::Wheel::ReadWrite POE::Wheel::SocketFactory POE::Wheel::Run POE::Wheel::FollowTail POE::Wheel::ListenAccept POE::Wheel::ReadLine
		POE::Filter POE::Filter::Line POE::Filter::Stream POE::Filter::Block POE::Filter::Reference POE::Filter::HTTPD POE::Filter::Grep POE::Filter::Map POE::Filter::RecordBlock POE::Filter::Stackable
		POE::Driver POE::Driver::SysRW POE::Component::Server::TCP POE::Component::Client::TCP POE::Component POE::Pipe::OneWay POE::Pipe::TwoWay POE::Pipe POE::Loop`) {
		poeClasses[m] = true
	}
}

// use is a use or no statement.
func (g *gen) use(n *node) {
	if n.op == "no" || n.text == "" || n.text[0] >= '0' && n.text[0] <= '9' || strings.HasPrefix(n.text, "v5") {
		return
	}
	switch n.text {
	case "constant":
		g.constants(n)
		return
	case "base", "parent":
		if g.inUse(n) {
			return
		}
	case "POE":
		n.kid(0).walk(func(k *node) bool {
			if k.kind == kStr || k.kind == kWords {
				for _, w := range strings.Fields(k.text) {
					if w != "" && w[0] >= 'A' && w[0] <= 'Z' {
						g.useModule("POE::"+w, n.line)
					}
				}
			}
			return true
		})
		return
	case "overload":
		if n.kid(0) != nil {
			g.overload(n)
		}
		return
	case "lib", "FindBin":
		return
	case "Test::More":
		if n.kid(0) != nil {
			g.w("testmore.Plan(%s)", g.spreadAll(n.kids))
		}
		return
	}
	g.useModule(n.text, n.line)
}

func (g *gen) inUse(n *node) bool {
	n.kid(0).walk(func(k *node) bool {
		switch k.kind {
		case kStr:
			if !strings.HasPrefix(k.text, "-") {
				g.parents[g.pkg] = append(g.parents[g.pkg], k.text)
				g.useClass(k.text, n.line)
			}
		case kWords:
			for _, w := range strings.Fields(k.text) {
				if !strings.HasPrefix(w, "-") {
					g.parents[g.pkg] = append(g.parents[g.pkg], w)
					g.useClass(w, n.line)
				}
			}
		}
		return true
	})
	return true
}

// overload makes the operators of a class known.
func (g *gen) overload(n *node) {
	kids := listOf(n.kids[0])
	for i := 0; i+1 < len(kids); i += 2 {
		op := kids[i].text
		switch op {
		case `""`, "0+", "bool", "+", "-", "*", "/", "**", "==", "!=", "<", ">", "<=", ">=", "<=>", "neg", "eq", "ne", "lt", "gt", "le", "ge", "cmp", ".", "x", "@{}", "%{}", "&{}":
			code := g.any(kids[i+1])
			g.flushPre()
			g.w("perl.DefineOperator(%s, %s, %s)", quote(g.pkg), quote(op), code)
		case "fallback":
		default:
			cannot("P0602", "overload of %s", op)
		}
	}
}

// useModule notes a module in the report.
func (g *gen) useModule(name string, line int) {
	if p := componentPackages[name]; p != "" {
		g.components[p] = true
	}
	if !g.moduleThere(name) {
		g.report.module(name, line, placeOf(name))
	}
}

// moduleThere reports whether a module is a package of the program, or is known.
func (g *gen) moduleThere(name string) bool {
	for f := range g.prog.subs {
		if pkg, _ := splitName(f); pkg == name {
			return true
		}
	}
	return moduleKnown(name)
}

func (g *gen) useClass(name string, line int) { g.useModule(name, line) }

// constants are variables of the Go package.
func (g *gen) constants(n *node) {
	if n.kid(0) == nil {
		return
	}
	kids := listOf(n.kids[0])
	if n.kids[0].kind == kHash {
		for i := 0; i+1 < len(n.kids[0].kids); i += 2 {
			g.constantOf(n.kids[0].kids[i].text, n.kids[0].kids[i+1:i+2])
		}
		return
	}
	if len(kids) == 1 && kids[0].kind == kList {
		kids = kids[0].kids
	}
	name := kids[0].text
	g.constantOf(name, kids[1:])
}

func (g *gen) constantOf(name string, values []*node) {
	key := g.pkg + "::" + name
	v := g.prog.packageVars["="+key]
	if v == nil {
		v = &variable{sigil: '$', name: key, packaged: true, global: true}
		v.goName = g.prog.globalName(goName(name) + "Const")
		g.prog.packageVars["="+key] = v
		g.prog.globals = append(g.prog.globals, v)
	}
	if len(values) == 1 && !(values[0].kind == kWords || values[0].kind == kList && len(values[0].kids) != 1) {
		c := g.expr(values[0])
		g.assigned(v, c.typ)
		g.flushPre()
		g.w("%s = %s", v.goName, g.conv(c, orAny(g.typeOf(v))))
		g.constSub(key, v.goName, false)
		return
	}
	v.sigil = '@'
	v.fixed = true
	code := g.cat(values)
	g.flushPre()
	g.w("%s.Assign(%s)", v.goName, code)
	g.constSub(key, v.goName, true)
}

// constSub makes a constant callable as a method.
func (g *gen) constSub(key, name string, list bool) {
	pkg, n := splitName(key)
	if g.packages[pkg] == nil {
		g.packages[pkg] = map[string]string{}
	}
	code := "perl.L(" + name + ")"
	if list {
		code = name + ".All()"
	}
	g.packages[pkg][n] = "func(perl.Want, ...any) []any { return " + code + " }"
}

// constant is the value of a constant of the program or of a module.
func (g *gen) constant(name string) (val, bool) {
	for _, key := range []string{g.pkg + "::" + name, g.prog.imports[g.pkg+"::"+name], name} {
		if v := g.prog.packageVars["="+key]; v != nil {
			if v.sigil == '@' {
				return val{"perl.First(" + v.goName + ".All())", tAny, true}, true
			}
			return val{v.goName, g.typeOf(v), true}, true
		}
	}
	short := name
	if i := strings.LastIndex(name, "::"); i >= 0 {
		short = name[i+2:]
	}
	if knownConstant(short) {
		return val{fmt.Sprintf("perl.Constant(%q)", short), tAny, true}, true
	}
	return val{}, false
}

func knownConstant(name string) bool { return systemConstants[name] }

// lateSub is a sub which the program defines while it runs, or which AUTOLOAD of its
// package takes the place of.
func (g *gen) lateSub(name string) string {
	full := g.qualify(name)
	pkg, _ := splitName(full)
	if g.prog.definesSubs() || g.prog.subs[pkg+"::AUTOLOAD"] != nil {
		return quote(full)
	}
	return ""
}

// definesSubs reports whether the program assigns to typeglobs.
func (p *program) definesSubs() bool {
	found := false
	walkAll(p.statements, func(n *node) bool {
		if n.kind == kAssign && (n.kids[0].kind == kGlobVar || n.kids[0].kind == kDeref && n.kids[0].sigil == '*') {
			found = true
		}
		return !found
	})
	return found
}

// scalarIn makes what want asks for of a scalar.
func (g *gen) scalarIn(v val, want string) val {
	switch want {
	case "Scalar", "Void":
		return v
	}
	return val{"perl.L(" + v.code + ")", "[]any", false}
}

func (g *gen) hires(name string, n *node) val {
	if name == "time" {
		return val{"perl.HiresTime()", tFloat, false}
	}
	return val{"perl.Sleep(" + g.any(g.arg(n, 0)) + ")", tInt, false}
}

// blockFunction is first, any, all, none, notall or reduce of List::Util.
func (g *gen) blockFunction(name string, n *node) val {
	if len(n.kids) == 0 || n.kids[0].kind != kSub {
		cannot("P0604", "%s without a block", name)
	}
	block := n.kids[0]
	list := g.spreadAll(n.kids[1:])
	if strings.HasPrefix(name, "pair") {
		fr := g.closureFrame(rList)
		fr.pair = true
		body := g.inFrame(fr, func() { g.bodyWithValue(block.body) })
		word := map[string]string{"pairmap": "perl.PairMap", "pairgrep": "perl.PairGrep", "pairfirst": "perl.PairFirst"}[name]
		return val{word + "(" + closure("a, b any", "[]any", body) + comma(list) + ")", "[]any", false}
	}
	if name == "reduce" {
		fr := g.closureFrame(rAny)
		fr.pair = true
		body := g.inFrame(fr, func() { g.bodyWithValue(block.body) })
		return val{"perl.Reduce(" + closure("a, b any", "any", body) + comma(list) + ")", tAny, false}
	}
	fr := g.closureFrame(rBool)
	fr.topics = append(append([]string(nil), g.f.topics...), g.topicName())
	body := g.inFrame(fr, func() {
		g.topicShared("it", nil, block.body)
		g.bodyWithValue(block.body)
	})
	f := closure("it any", "bool", body)
	switch name {
	case "first":
		return val{"perl.FirstOf(" + f + comma(list) + ")", tAny, false}
	case "any":
		return val{"perl.Any(" + f + comma(list) + ")", tBool, false}
	case "all":
		return val{"perl.All(" + f + comma(list) + ")", tBool, false}
	case "none":
		return val{"!perl.Any(" + f + comma(list) + ")", tBool, false}
	}
	return val{"!perl.All(" + f + comma(list) + ")", tBool, false}
}
