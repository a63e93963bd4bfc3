package port

import (
	"fmt"
	"strings"
)

// constructor is a call in Perl with named arguments, and the struct in Go with fields
// of these names.
type constructor struct {
	name   string
	result typ
	fields string // all of them
}

var constructors = map[string]constructor{
	"POE::Session.create": {"compat.Session", tAny, "Heap Args Options States"},
	"POE::Component::Server::TCP.new": {"compat.ServerTCP", tAny, `Alias Address Hostname Port Domain Concurrency Started Stopped Error Acceptor ClientConnected ClientDisconnected ClientError ClientFlushed
		ClientInput ClientHigh ClientLow ClientPreConnect ClientFilter ClientInputFilter ClientOutputFilter ClientShutdownOnError ClientArgs ListenerArgs HighMark LowMark InlineStates ListenerHeap ClientHeap`},
	"POE::Component::Client::TCP.new": {"compat.ClientTCP", tAny, `Alias RemoteAddress RemotePort BindAddress BindPort Domain Filter ConnectTimeout Args Started PreConnect Connected ConnectError Disconnected
		ServerInput ServerError ServerFlushed ServerHigh ServerLow HighMark LowMark InlineStates Heap`},
	"POE::Wheel::ReadWrite.new":     {"compat.ReadWrite", tWheel, "Handle InputHandle OutputHandle Filter InputFilter OutputFilter AutoFlush HighMark LowMark InputEvent FlushedEvent ErrorEvent HighEvent LowEvent"},
	"POE::Wheel::SocketFactory.new": {"compat.SocketFactory", tWheel, "BindAddress BindPort RemoteAddress RemotePort Reuse ListenQueue SocketDomain SocketType SocketProtocol SuccessEvent FailureEvent"},
	"POE::Wheel::Run.new": {"compat.Run", tWheel, `Program ProgramArgs Filter StdioFilter StdinFilter StdoutFilter StderrFilter Conduit CloseOnCall NoStdin NoSetSid NoSetPgrp Priority
		StdinEvent StdoutEvent StderrEvent ErrorEvent CloseEvent`},
	"POE::Wheel::FollowTail.new": {"compat.FollowTail", tWheel, "Filename Handle Filter PollInterval Seek SeekBack InputEvent ErrorEvent ResetEvent IdleEvent"},
}

// construct writes a call of a constructor as a struct.
func (g *gen) construct(n *node, args []*node, want string) (val, bool) {
	c := n.kids[0]
	if n.dyn != nil || c.kind != kBare || len(args)%2 != 0 || g.prog.byName && c.text == "POE::Session" {
		return val{}, false
	}
	k, ok := constructors[c.text+"."+n.text]
	if !ok || len(args) == 0 {
		return val{}, false
	}
	known := map[string]bool{}
	for f := range strings.FieldsSeq(k.fields) {
		known[f] = true
	}
	var fields []string
	for i := 0; i < len(args); i += 2 {
		name, v := args[i].text, args[i+1]
		if name == "inline_states" {
			name = "States"
		} else if c.text == "POE::Session" && name != "" {
			name = strings.ToUpper(name[:1]) + name[1:]
		}
		if args[i].kind != kStr || !known[name] || isListy(v) && !oneObject(v) || v.kind == kFunc && v.text == "undef" {
			return val{}, false
		}
		known[name] = false // not twice
		if name == "States" || name == "InlineStates" {
			if v.kind != kHash || len(v.kids)%2 != 0 {
				return val{}, false
			}
			for j := 0; j < len(v.kids); j += 2 {
				if h := v.kids[j+1]; v.kids[j].kind != kStr || h.kind != kSub && !(h.kind == kRef && h.kids[0].kind == kCall && h.kids[0].amp) {
					return val{}, false
				}
			}
		}
		if handlerKeys[name] && v.kind != kSub && !(v.kind == kRef && v.kids[0].kind == kCall && v.kids[0].amp) {
			return val{}, false
		}
	}
	for i := 0; i < len(args); i += 2 {
		name, v := args[i].text, args[i+1]
		if name == "inline_states" {
			name = "States"
		} else if c.text == "POE::Session" {
			name = strings.ToUpper(name[:1]) + name[1:]
		}
		code := ""
		switch {
		case name == "States" || name == "InlineStates":
			code = g.states(v)
		case name == "Args" && v.kind == kArray || name == "ClientArgs" && v.kind == kArray:
			code = "perl.NewArray(" + g.fresh(v.kids) + ")"
		case strings.HasSuffix(name, "Event") || name == "Alias":
			code = g.str(v)
		default:
			code = g.any(v)
		}
		fields = append(fields, name+": "+code)
	}
	g.useClass(c.text, n.line)
	code := "{" + strings.Join(fields, ", ") + "}"
	if len(code) > 70 || strings.Contains(code, "\n") {
		code = "{\n" + strings.Join(fields, ",\n") + ",\n}"
	}
	if k.result == tWheel {
		return scalarIn(val{"compat.New(" + k.name + code + ")", tWheel, false}, want), true
	}
	return scalarIn(val{"compat.Create(" + k.name + code + ")", tAny, false}, want), true
}

// oneObject reports whether a call that may return a list returns an object.
func oneObject(n *node) bool {
	return n.kind == kMethod && n.text == "new" && n.kids[0].kind == kBare && strings.HasPrefix(n.kids[0].text, "POE::")
}

// states returns a table of handlers.
func (g *gen) states(n *node) string {
	var lines []string
	for i := 0; i < len(n.kids); i += 2 {
		lines = append(lines, fmt.Sprintf("%s: %s", quote(n.kids[i].text), g.any(n.kids[i+1])))
	}
	if code := "compat.States{" + strings.Join(lines, ", ") + "}"; len(code) < 70 && !strings.Contains(code, "\n") {
		return code
	}
	return "compat.States{\n" + strings.Join(lines, ",\n") + ",\n}"
}
