//go:build linux

package compat

import (
	"os"
	"slices"
	"strings"

	"github.com/gopoe/poe/perl"
)

// pairs returns the parameters of a constructor as a hash, which does not count as
// a holder of them. It throws complaint if a name lacks its value.
func pairs(args []any, complaint string) *perl.Hash {
	if len(args)%2 == 0 {
		perl.Die("%s", complaint)
	}
	return perl.NewHash(perl.From(args, 1)...).Borrow()
}

func isCode(v any) bool { return perl.RefType(v) == "CODE" }

// needCode throws if one of the parameters is set and is no reference to code.
func needCode(c *perl.Hash, keys ...string) {
	for _, key := range keys {
		if v := c.Get(key); v != nil && !isCode(v) {
			perl.Die("%s must be a coderef", key)
		}
	}
}

// needKind throws if a parameter is set and is no reference of that kind.
func needKind(c *perl.Hash, key, kind, complaint string) {
	if v := c.Get(key); v != nil && perl.RefType(v) != kind {
		perl.Die("%s", complaint)
	}
}

// unrecognized warns of parameters which are not in known.
func unrecognized(c *perl.Hash, class string, known ...string) {
	for _, name := range unknownOf(c, known) {
		perl.WarnHere("%s->new() doesn't recognize \"%s\" as a parameter", class, name)
	}
}

// ignored warns in one sentence of parameters which are not in known.
func ignored(c *perl.Hash, prefix string, known ...string) {
	if names := unknownOf(c, known); len(names) > 0 {
		perl.WarnHere("%s%s", prefix, strings.Join(names, ", "))
	}
}

func unknownOf(c *perl.Hash, known []string) []string {
	var out []string
	for _, k := range c.Keys() {
		if name := perl.Str(k); !slices.Contains(known, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func defined(c *perl.Hash, keys ...string) int {
	n := 0
	for _, key := range keys {
		if c.Get(key) != nil {
			n++
		}
	}
	return n
}

// needMarks throws if some but not all of the parameters for marks are set.
func needMarks(c *perl.Hash, keys ...string) {
	if n := defined(c, keys...); n > 0 && n < len(keys) {
		perl.Die("If you use the Mark settings, you must define all four")
	}
}

// checkServer applies the rules of POE::Component::Server::TCP for its parameters.
func checkServer(c *perl.Hash) {
	const class = "POE::Component::Server::TCP"
	needCode(c, "Acceptor", "Error", "ClientInput", "ClientPreConnect", "ClientConnected", "ClientDisconnected", "ClientError", "ClientFlushed", "ClientLow", "ClientHigh")
	needMarks(c, "HighMark", "LowMark", "ClientHigh", "ClientLow")
	if defined(c, "Acceptor", "ClientInput") != 1 {
		perl.Die("%s->new() needs either an Acceptor or a ClientInput but not both", class)
	}
	if c.Get("ClientInput") == nil {
		for _, k := range c.Keys() {
			if name := perl.Str(k); len(name) > 6 && name[:6] == "Client" && name != "ClientInput" && name != "ClientHeap" {
				perl.Die("%s not permitted without ClientInput", name)
			}
		}
	}
	needKind(c, "ListenerArgs", "ARRAY", "ListenerArgs must be an array reference")
	switch {
	case c.Exists("Args") && c.Exists("ClientArgs"):
		perl.WarnHere("Args is deprecated, and ignored since ClientArgs is present")
	case c.Exists("Args"):
		perl.WarnHere("Args is deprecated but allowed for now.  Please use ClientArgs")
	}
	if defined(c, "ClientInputFilter", "ClientOutputFilter") == 1 {
		perl.Die("ClientInputFilter must be used with ClientOutputFilter")
	}
	if defined(c, "ClientFilter", "ClientInputFilter") == 2 {
		perl.WarnHere("ClientFilter ignored with ClientInputFilter and ClientOutputFilter")
		c.Set("ClientFilter", nil)
	}
	if v := c.Get("SessionParams"); perl.RefType(v) != "" {
		needKind(c, "SessionParams", "ARRAY", "SessionParams must be an array reference")
	}
	if c.Get("ClientInput") != nil {
		needKind(c, "InlineStates", "HASH", "InlineStates must be a hash reference")
		needKind(c, "PackageStates", "ARRAY", "PackageStates must be a list or array reference")
		needKind(c, "ObjectStates", "ARRAY", "ObjectsStates must be a list or array reference")
		args := "ClientArgs"
		if c.Get(args) == nil {
			args = "Args"
		}
		needKind(c, args, "ARRAY", "ClientArgs must be an array reference")
	}
	unrecognized(c, class, "ListenerHeap", "ClientHeap", "Acceptor", "Error", "ClientInput", "ClientPreConnect", "ClientConnected", "ClientDisconnected", "ClientError", "ClientFlushed", "ClientLow", "ClientHigh",
		"HighMark", "LowMark", "ListenerArgs", "Args", "ClientArgs", "ClientFilter", "ClientInputFilter", "ClientOutputFilter", "SessionType", "SessionParams", "InlineStates",
		"PackageStates", "ObjectStates", "ClientShutdownOnError", "Started", "Stopped", "Alias", "Address", "Hostname", "Port", "Domain", "Concurrency")
}

// checkClient applies the rules of POE::Component::Client::TCP for its parameters.
func checkClient(c *perl.Hash) {
	const class = "POE::Component::Client::TCP"
	for _, key := range []string{"RemoteAddress", "RemotePort"} {
		if !c.Exists(key) {
			perl.Die("%s->new() needs a %s parameter", class, key)
		}
	}
	needKind(c, "Args", "ARRAY", "Args must be an array reference")
	needCode(c, "PreConnect", "Connected", "ConnectError", "Disconnected", "ServerInput", "ServerError", "ServerFlushed", "Started", "ServerHigh", "ServerLow")
	needMarks(c, "HighMark", "LowMark", "ServerHigh", "ServerLow")
	needKind(c, "InlineStates", "HASH", "InlineStates must be a hash reference")
	needKind(c, "PackageStates", "ARRAY", "PackageStates must be a list or array reference")
	needKind(c, "ObjectStates", "ARRAY", "ObjectStates must be a list or array reference")
	if c.Get("ServerInput") == nil {
		perl.Die("%s->new() requires a ServerInput parameter", class)
	}
	unrecognized(c, class, "Heap", "PreConnect", "Connected", "ConnectError", "Disconnected", "ServerInput", "ServerError", "ServerFlushed", "Started", "ServerHigh", "ServerLow", "HighMark", "LowMark",
		"InlineStates", "PackageStates", "ObjectStates", "Args", "Alias", "RemoteAddress", "RemotePort", "Domain", "BindAddress", "BindPort", "ConnectTimeout", "SessionType", "SessionParams", "Filter")
	if v := c.Get("SessionParams"); perl.RefType(v) != "" {
		needKind(c, "SessionParams", "ARRAY", "SessionParams must be an array reference")
	}
}

// sessionOptions returns the options among the parameters for sessions.
func sessionOptions(c *perl.Hash) map[string]any {
	v := c.Get("SessionParams")
	if perl.RefType(v) != "ARRAY" {
		return nil
	}
	if o := perl.NewHash(perl.A(v).All()...).Borrow().Get("options"); o != nil {
		return options(o)
	}
	return nil
}

// checkReadWrite applies the rules of POE::Wheel::ReadWrite for its parameters.
func checkReadWrite(c *perl.Hash) {
	if c.Get("Handle") != nil {
		for _, key := range []string{"InputHandle", "OutputHandle"} {
			if c.Get(key) != nil {
				perl.WarnHere("Ignoring %s parameter (Handle parameter takes precedence)", key)
			}
		}
	} else {
		for _, key := range []string{"InputHandle", "OutputHandle"} {
			if c.Get(key) == nil {
				perl.Die("Handle or %s required", key)
			}
		}
	}
	if c.Get("Filter") != nil {
		for _, key := range []string{"InputFilter", "OutputFilter"} {
			if c.Get(key) != nil {
				perl.WarnHere("Ignoring %s parameter (Filter parameter takes precedence)", key)
			}
		}
	}
	bad := false
	complain := func(text string) { bad = true; perl.WarnHere("%s", text) }
	switch defined(c, "HighMark", "LowMark") {
	case 1:
		complain("HighMark and LowMark parameters require each-other")
	case 2:
		if perl.Int(c.Get("HighMark")) <= 0 || perl.Int(c.Get("LowMark")) <= 0 {
			complain("HighMark and LowMark parameters must be above 0")
		}
	}
	if c.Get("HighEvent") != nil && c.Get("HighMark") == nil {
		complain("HighEvent requires a corresponding HighMark")
	}
	if defined(c, "LowMark", "LowEvent") == 1 {
		complain("LowMark and LowEvent parameters require each-other")
	}
	if bad {
		perl.Die("Water mark errors")
	}
	ignored(c, "unknown parameters in POE::Wheel::ReadWrite constructor call: ", "Handle", "InputHandle", "OutputHandle", "Filter", "InputFilter", "OutputFilter", "Driver", "HighMark", "LowMark",
		"HighEvent", "LowEvent", "InputEvent", "FlushedEvent", "ErrorEvent", "AutoFlush")
}

// checkSocketFactory applies those of POE::Wheel::SocketFactory.
func checkSocketFactory(c *perl.Hash) {
	for _, key := range []string{"SuccessEvent", "FailureEvent"} {
		if c.Get(key) == nil {
			perl.Die("%s required", key)
		}
	}
	if inet := domain(c.Get("SocketDomain")) == 0; inet {
		switch name := perl.Str(c.Get("SocketProtocol")); name {
		case "icmp":
			perl.Die("SocketFactory does not support Internet %s sockets", name)
		}
		switch {
		case c.Get("RemoteAddress") != nil && c.Get("RemotePort") == nil:
			perl.Die("RemotePort required")
		case c.Get("RemoteAddress") == nil && c.Get("RemotePort") != nil:
			perl.WarnHere("RemotePort ignored without RemoteAddress")
			c.Set("RemotePort", nil)
		}
	}
}

// checkListenAccept applies those of POE::Wheel::ListenAccept.
func checkListenAccept(c *perl.Hash) {
	for _, key := range []string{"Handle", "AcceptEvent"} {
		if c.Get(key) == nil {
			perl.Die("%s required", key)
		}
	}
}

// checkFollowTail applies those of POE::Wheel::FollowTail.
func checkFollowTail(c *perl.Hash) {
	switch {
	case defined(c, "Handle", "Filename") != 1:
		perl.Die("FollowTail requires a Handle or Filename parameter, but not both")
	case c.Get("InputEvent") == nil:
		perl.Die("InputEvent required")
	case c.Exists("SeekBack") && c.Exists("Seek"):
		perl.Die("can't have Seek and SeekBack at the same time")
	case c.Get("Filename") != nil && isDir(perl.Str(c.Get("Filename"))):
		perl.Die("FollowTail does not tail directories")
	}
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// checkRun applies those of POE::Wheel::Run.
func checkRun(c *perl.Hash) {
	const class = "POE::Wheel::Run"
	if c.Get("Program") == nil {
		perl.Die("%s needs a Program parameter", class)
	}
	needKind(c, "ProgramArgs", "ARRAY", "ProgramArgs must be an ARRAY reference")
	switch v := c.Get("Conduit"); perl.Str(v) {
	case "", "pipe", "pty", "pty-pipe", "socketpair", "inet":
	default:
		perl.Die("%s's Conduit type (%s) is unknown", class, perl.Str(v))
	}
	for _, name := range []string{"Stdin", "Stdout", "Stderr"} {
		if defined(c, "Redirect"+name, name+"Event") == 2 {
			perl.Die("Redirect* and *Event stdio options are mutually exclusive")
		}
	}
	if defined(c, "Filter", "StdioFilter") == 2 {
		perl.Die("Filter and StdioFilter cannot be used together")
	}
	if c.Get("Filter") != nil {
		if c.Get("StderrEvent") != nil && c.Get("StderrFilter") == nil {
			perl.Die("Replace deprecated Filter with StdioFilter and StderrFilter")
		}
		perl.WarnHere("Filter is deprecated.  Please try StdioFilter and/or StderrFilter")
	}
}

// checkCode applies those of POE::Filter::Map and POE::Filter::Grep.
func checkCode(c *perl.Hash, class string) {
	if c.Get("Code") == nil && defined(c, "Get", "Put") < 2 {
		perl.Die("%s requires a Code or both Get and Put parameters", class)
	}
	if v := c.Get("Code"); v != nil && !isCode(v) {
		perl.Die("Code element is not a subref")
	}
	for _, key := range []string{"Get", "Put"} {
		if v := c.Get(key); v != nil && !isCode(v) {
			perl.Die("Get or Put element is not a subref")
		}
	}
	ignored(c, class+" ignores unknown parameters: ", "Code", "Get", "Put")
}

// checkBlock applies those of POE::Filter::Block.
func checkBlock(c *perl.Hash) {
	const class = "POE::Filter::Block"
	if v := c.Get("BlockSize"); v != nil {
		switch {
		case perl.Int(v) < 1:
			perl.Die("%s doesn't support zero or negative block sizes", class)
		case c.Exists("LengthCodec"):
			perl.Die("Can't use both LengthCodec and BlockSize at the same time")
		case c.Exists("MaxLength"):
			perl.Die("Can't use both MaxLength and BlockSize at the same time")
		}
	} else if v := c.Get("LengthCodec"); perl.True(v) {
		switch {
		case perl.RefType(v) != "ARRAY":
			perl.Die("LengthCodec must be an array reference")
		case perl.A(v).Len() != 2:
			perl.Die("LengthCodec must contain two items")
		case !isCode(perl.A(v).Get(0)):
			perl.Die("LengthCodec encoder must be a code reference")
		case !isCode(perl.A(v).Get(1)):
			perl.Die("LengthCodec decoder must be a code reference")
		}
	}
	if c.Get("BlockSize") == nil {
		bufferFor(c, "MaxLength", 64<<20, "MaxBuffer is not large enough for MaxLength blocks")
	}
	ignored(c, class+" ignores unknown parameters: ", "BlockSize", "LengthCodec", "MaxLength", "MaxBuffer")
}

// bufferFor returns the limit of that name, and MaxBuffer. It dies if that has no space
// for so much, and its length and a byte before it.
func bufferFor(c *perl.Hash, key string, missing int, complaint string) (limit, buffer int) {
	limit, buffer = limitOf(c, key, missing), limitOf(c, "MaxBuffer", 512<<20)
	if buffer < limit+len(perl.Str(limit))+1 {
		perl.Die("%s", complaint)
	}
	return limit, buffer
}

func limitOf(c *perl.Hash, key string, missing int) int {
	if v := c.Get(key); v != nil {
		return perl.Int(v)
	}
	return missing
}

// checkRecordBlock applies those of POE::Filter::RecordBlock.
func checkRecordBlock(c *perl.Hash) {
	if perl.Int(c.Get("BlockSize")) <= 0 {
		perl.Die("BlockSize must be greater than 0")
	}
	ignored(c, "POE::Filter::RecordBlock ignores unknown parameters: ", "BlockSize", "CheckPut")
}
