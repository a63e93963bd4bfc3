package port

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gopoe/poe/cmd/poe/internal/evidence"
)

// sender says where a method has the name of an event, and its arguments.
type sender struct{ event, args int }

// senders are the methods of the kernel and of sessions that send events.
var senders = map[string]sender{
	"yield": {1, 2}, "post": {2, 3}, "call": {2, 3}, "delay": {1, 3}, "delay_add": {1, 3}, "delay_set": {1, 3}, "alarm": {1, 3}, "alarm_add": {1, 3}, "alarm_set": {1, 3},
}

// watchers are the methods by which the kernel sends events, with the types of the
// arguments that it gives them.
var watchers = map[string]struct {
	event int
	args  []typ
}{
	"sig": {2, []typ{tStr}}, "sig_child": {2, []typ{tStr, tInt, tInt}}, "select_read": {2, nil}, "select_write": {2, nil}, "select_expedite": {2, nil},
}

// wheelEvents are the events of wheels, with the types of their arguments.
var wheelEvents = map[string][]typ{
	"InputEvent": {tAny, tInt}, "FlushedEvent": {tInt}, "HighEvent": {tInt}, "LowEvent": {tInt}, "ErrorEvent": {tStr, tAny, tStr, tInt},
	"SuccessEvent": {tAny, tAny, tAny, tInt}, "FailureEvent": {tStr, tAny, tStr, tInt},
	"StdoutEvent": {tAny, tInt}, "StderrEvent": {tAny, tInt}, "StdinEvent": {tInt}, "CloseEvent": {tInt}, "ResetEvent": {tInt},
}

// typedWheels are the wheels whose events have these arguments.
var typedWheels = map[string]bool{"POE::Wheel::ReadWrite": true, "POE::Wheel::SocketFactory": true, "POE::Wheel::Run": true, "POE::Wheel::FollowTail": true}

// callbackArgs are the callbacks of components, with the types of their arguments.
var callbackArgs = map[string][]typ{
	"ClientInput": {tAny, tAny}, "ClientError": {tStr, tAny, tStr, tInt}, "Error": {tStr, tAny, tStr, tInt},
	"ServerInput": {tAny, tAny}, "ServerError": {tStr, tAny, tStr, tInt}, "ConnectError": {tStr, tAny, tStr, tInt},
	"ClientConnected": {}, "ClientDisconnected": {}, "ClientFlushed": {}, "ClientHigh": {}, "ClientLow": {},
}

// lineWheels are the wheels whose events of input have strings, unless they have a
// filter which is none of lines or streams; these are its options.
var inputFilters = map[string][]string{
	"InputEvent": {"Filter", "InputFilter"}, "StdoutEvent": {"Filter", "StdioFilter", "StdoutFilter"}, "StderrEvent": {"Filter", "StderrFilter", "StdioFilter"},
	"ClientInput": {"ClientFilter", "ClientInputFilter"}, "ServerInput": {"Filter"},
}

// send is a place of the program from which an event may come.
type send struct {
	args  []*node
	types []typ // of the arguments, if args is nil
}

// eventSources finds where events come from.
func (p *program) eventSources() {
	p.sends = map[string][]send{}
	p.strange = map[string]bool{}
	counts := map[string]int{}
	event := func(n *node, s send) {
		if n == nil || n.kind != kStr {
			if n != nil && !(n.kind == kFunc && n.text == "undef") {
				p.anyEvent = true
			}
			return
		}
		counts[n.text]--
		p.sends[n.text] = append(p.sends[n.text], s)
	}
	for m := range p.modules {
		p.anyEvent = p.anyEvent || strings.Contains(m, "IKC") || m == "POE::NFA" || m == "POE::Session::Yield"
	}
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case kStr:
			counts[n.text]++
		case kWords:
			for w := range strings.FieldsSeq(n.text) {
				p.strange[w] = true
			}
		case kMethod:
			if s, ok := senders[n.text]; ok && len(n.kids) > s.event && n.dyn == nil {
				event(n.kids[s.event], send{args: n.kids[min(s.args, len(n.kids)):]})
			} else if w, ok := watchers[n.text]; ok && len(n.kids) > w.event {
				event(n.kids[w.event], send{types: w.args})
			} else if n.text == "postback" || n.text == "callback" || n.text == "call_state" || n.text == "goto_state" {
				if k := n.kid(1); k != nil && k.kind == kStr {
					p.strange[k.text] = true
				} else {
					p.anyEvent = true
				}
			}
			p.optionEvents(n, event)
		}
		if n.kind == kHash || n.kind == kMethod || n.kind == kList || n.kind == kCall {
			for i := 0; i+1 < len(n.kids); i++ {
				if k := n.kids[i]; k.kind == kStr && k.text == "inline_states" || k.kind == kStr && k.text == "InlineStates" {
					if t := n.kids[i+1]; t.kind == kHash {
						for j := 0; j < len(t.kids); j += 2 {
							counts[t.kids[j].text]--
						}
					}
				}
			}
		}
		return true
	})
	for name, n := range counts {
		if n > 0 {
			p.strange[name] = true
		}
	}
}

// optionEvents finds the events among the options of wheels and components.
func (p *program) optionEvents(n *node, event func(*node, send)) {
	args := n.kids[1:]
	o := map[string]*node{}
	for i := 0; i+1 < len(args); i++ {
		if args[i].kind == kStr {
			o[args[i].text] = args[i+1]
		}
	}
	known := n.text == "new" && n.kids[0].kind == kBare && typedWheels[n.kids[0].text]
	for name, types := range wheelEvents {
		switch v := o[name]; {
		case v == nil:
		case known:
			event(v, send{types: inputTypes(name, types, o)})
		default:
			event(v, send{})
		}
	}
	if p.callbacks == nil {
		p.callbacks = map[*node][]typ{}
	}
	for name, types := range callbackArgs {
		if v := o[name]; v != nil {
			p.callbacks[v] = inputTypes(name, types, o)
		}
	}
}

// inputTypes are the types of the arguments of an event of input: a string if the
// filter makes strings.
func inputTypes(name string, types []typ, o map[string]*node) []typ {
	for _, option := range inputFilters[name] {
		f := o[option]
		if f == nil {
			continue
		}
		class := f
		if f.kind == kMethod && f.text == "new" || f.kind == kArray && len(f.kids) > 0 {
			class = f.kids[0]
		}
		if (class.kind == kBare || class.kind == kStr) && (class.text == "POE::Filter::Line" || class.text == "POE::Filter::Stream" || class.text == "POE::Filter::Block") {
			continue
		}
		return types
	}
	if len(inputFilters[name]) == 0 || len(types) == 0 {
		return types
	}
	return append([]typ{tStr}, types[1:]...)
}

// typeEvents types the arguments of handlers by what is sent.
func (p *program) typeEvents() {
	if p.sends == nil {
		p.eventSources()
	}
	for _, f := range p.functions {
		f.args = nil
		if !f.handler || f.loose || len(f.events) == 0 && len(f.callbacks) == 0 {
			continue
		}
		var sources []send
		known := true
		for e := range f.events {
			if _, isCallback := callbackArgs[e]; isCallback || handlerKeys[e] {
				known = known && isCallback
				continue
			}
			known = known && !p.anyEvent && !p.strange[e] && e[0] != '_' && len(p.sends[e]) > 0
			sources = append(sources, p.sends[e]...)
		}
		for _, n := range f.callbacks {
			types, ok := p.callbacks[n]
			known = known && ok
			sources = append(sources, send{types: types})
		}
		if !known {
			continue
		}
		for i := range 4 {
			t := tNone
			for _, s := range sources {
				t = join(t, s.typeOf(i))
			}
			switch t {
			case tStr, tInt, tFloat, tNone:
			default:
				t = tAny
			}
			f.args = append(f.args, t)
		}
	}
}

func (s send) typeOf(i int) typ {
	if s.args == nil {
		if i < len(s.types) {
			return s.types[i]
		}
		return tAny
	}
	for j, k := range s.args {
		if isListy(k) {
			return tAny
		}
		if j == i {
			return staticType(k)
		}
	}
	return tAny
}

// staticType is the type of an expression as far as it is known without writing it.
func staticType(n *node) typ {
	switch n = assignment(n); n.kind {
	case kStr, kInterp:
		return tStr
	case kNum:
		return number(n.text).typ
	case kVar:
		if n.v != nil && n.sigil == '$' {
			if n.v.fixed {
				return tAny
			}
			return n.v.typ
		}
	case kBinop:
		if n.op == "." {
			return tStr
		}
	}
	return tAny
}

// byEvidence types the arguments of handlers of which nothing is known by what
// recordings show.
func (p *program) byEvidence(seen *evidence.Evidence, file string) {
	if !seen.HasValues() {
		return
	}
	for _, c := range p.structs {
		for _, key := range c.keys {
			if k, ok := seen.HeapKinds(key).Always(); ok {
				c.fields[key].seen = kindTypes[k]
			}
		}
	}
	for _, f := range p.functions {
		if !f.handler || len(f.node.body) == 0 {
			continue
		}
		s := seen.Sub(partName(f), filepath.Base(file), f.node.body[0].line)
		if s == nil || !s.Handler {
			continue
		}
		for _, t := range s.Args {
			k, _ := t.Always()
			f.seen = append(f.seen, kindTypes[k])
		}
	}
}

// kindTypes are the types of kinds of values that a recording shows.
var kindTypes = map[evidence.Kind]typ{"text": tStr, "integer": tInt}

// byRecording adds to the report which types the translation has from recordings.
func (r *Report) byRecording(prog *program) {
	for _, f := range prog.functions {
		p := partAt(r.Parts, f.node.line)
		if p == nil {
			continue
		}
		for i := range f.seen {
			if f.relied[i] {
				p.Typed = append(p.Typed, "ARG"+strconv.Itoa(i))
			}
		}
		if f.heap == nil {
			continue
		}
		for _, key := range f.heap.keys {
			if f.heap.fields[key].recorded {
				p.Typed = append(p.Typed, "heap."+key)
			}
		}
	}
}

func partName(f *function) string {
	if f.name != "" {
		return f.name
	}
	return "main::__ANON__"
}

// typedArg returns ARGi of a handler.
func (g *gen) typedArg(i int) val {
	f := g.f.fn
	code := strconv.Itoa(i)
	if f != nil && i < len(f.args) {
		switch f.args[i] {
		case tStr:
			return val{"e.Text(" + code + ")", tStr, true}
		case tInt:
			return val{"e.Int(" + code + ")", tInt, true}
		case tFloat:
			return val{"e.Number(" + code + ")", tFloat, true}
		case tNone:
			if g.dry {
				return val{"e.Arg(" + code + ")", tNone, true}
			}
		}
	}
	if f != nil && i < len(f.seen) && f.seen[i] != tNone {
		if f.relied == nil {
			f.relied = map[int]bool{}
		}
		f.relied[i] = true
		return val{"compat.Seen[" + string(f.seen[i]) + "](e, " + code + ")", f.seen[i], true}
	}
	return val{"e.Arg(" + code + ")", tAny, true}
}
