package port

import (
	"fmt"
	"strings"
)

// names in Go of what handlers are given and do. This is the one place that knows
// the interface of the module.
var eventFields = map[string]val{
	"KERNEL": {"e.Kernel", tKernel, true}, "HEAP": {"e.Heap()", tAny, true}, "SESSION": {"e.Session", tID, true}, "SENDER": {"e.From()", tAny, true},
	"STATE": {"e.State()", tStr, true}, "OBJECT": {"e.Object", tAny, true}, "CALLER_FILE": {"e.CallerFile()", tAny, true}, "CALLER_LINE": {"e.CallerLine()", tAny, true},
	"CALLER_STATE": {"e.CallerState()", tAny, true}, "MACHINE": {"e.This()", tAny, true}, "RUNSTATE": {"e.Heap()", tAny, true}, "EVENT": {"e.Name", tStr, true},
}

var importPaths = map[string]string{
	"perl": "github.com/gopoe/poe/perl", "compat": "github.com/gopoe/poe/perl/compat", "poe": "github.com/gopoe/poe", "testmore": "github.com/gopoe/poe/perl/testmore",
	"time": "time", "regexp": "regexp", "fmt": "fmt", "strings": "strings", "strconv": "strconv", "os": "os", "math": "math",
}

// method is a method call. The context is Scalar, List, Void, or code for one.
func (g *gen) method(n *node, want string) val {
	obj := n.kids[0]
	args := n.kids[1:]
	if n.dyn == nil && obj.kind == kBare && n.text == "import" {
		return val{"", tAny, true}
	}
	if v, ok := g.kernelCall(n, want); ok {
		return v
	}
	if n.text == "recv" && n.dyn == nil && len(args) >= 2 && obj.kind != kBare && obj.kind != kStr {
		flags := "0"
		if len(args) > 2 {
			flags = g.any(args[2])
		}
		code := fmt.Sprintf("perl.Recv(perl.F(%s), %s, %s, %s)", g.any(obj), g.pointer(args[0]), g.int(args[1]), flags)
		if want == "Scalar" || want == "Void" {
			return val{code, tAny, false}
		}
		return val{"perl.L(" + code + ")", "[]any", false}
	}
	if v, ok := g.wheelCall(n, want); ok {
		return v
	}
	name := quote(n.text)
	target := ""
	switch {
	case obj.kind == kBare && (obj.text == "STDIN" || obj.text == "STDOUT" || obj.text == "STDERR"):
		target = g.glob(obj).code
	case obj.kind == kBare:
		target = quote(obj.text)
		g.useClass(obj.text, n.line)
	case obj.kind == kStr:
		target = quote(obj.text)
		g.useClass(obj.text, n.line)
	default:
		target = g.any(obj)
	}
	if n.dyn != nil {
		return g.dynamicMethod(n, target, want)
	}
	if rest, ok := strings.CutPrefix(n.text, "SUPER::"); ok {
		code := "perl.Super(" + contextCode(want) + ", " + quote(g.pkg) + ", " + g.withArgs(target+", "+quote(rest), args) + ")"
		return g.inWant(code, want)
	}
	if len(n.heaps) > 0 {
		args = g.heapArgs(n)
	}
	if v, ok := g.construct(n, args, want); ok {
		return v
	}
	g.topicCalled()
	if g.prog.aliasMethods[n.text] {
		self := g.stable(target)
		call := func(list string) string {
			return fmt.Sprintf("perl.CallInPlace(%s, %s, %s, %s)", contextCode(want), self, name, list)
		}
		if v, ok := g.aliasedCall(n.text, args, call, want); ok {
			return v
		}
	}
	all := g.withArgsPairs(target+", "+name, args)
	switch want {
	case "Scalar":
		return val{"perl.Call(" + all + ")", tAny, false}
	case "List":
		return val{"perl.CallList(" + all + ")", "[]any", false}
	case "Void":
		return val{"perl.Do(" + all + ")", tAny, false}
	}
	return val{"perl.Invoke(" + want + ", " + all + ")", "[]any", false}
}

// wheelMethods are methods of wheels, with the types of what they return.
var wheelMethods = map[string]struct {
	name   string
	result typ
}{
	"put": {"Put", tAny}, "ID": {"ID", tInt}, "PID": {"PID", tInt}, "pause_input": {"PauseInput", tNone}, "resume_input": {"ResumeInput", tNone},
	"shutdown_input": {"ShutdownInput", tNone}, "shutdown_output": {"ShutdownOutput", tNone}, "get_driver_out_octets": {"OutOctets", tInt}, "kill": {"Kill", tAny},
}

// wheelCall is a call of a method of a wheel.
func (g *gen) wheelCall(n *node, want string) (val, bool) {
	obj := n.kids[0]
	if n.dyn != nil || obj.kind == kBare || obj.kind == kStr {
		return val{}, false
	}
	if n.text == "ID" && len(n.kids) == 1 && (obj.kind == kIndex || obj.kind == kVar && obj.v != nil && g.typeOf(obj.v) == tID) {
		if v := g.expr(obj); v.typ == tID {
			return scalarIn(val{"int(" + v.code + ".Number())", tInt, false}, want), true
		}
	}
	m, known := wheelMethods[n.text]
	if obj.kind != kVar || obj.v == nil || g.typeOf(obj.v) != tWheel || !known || m.result == tNone && want != "Void" {
		return val{}, false
	}
	code := obj.v.goName + "." + m.name + "(" + g.spreadAll(n.kids[1:]) + ")"
	return scalarIn(val{code, m.result, false}, want), true
}

// scalarIn returns a scalar in a context.
func scalarIn(v val, want string) val {
	if want == "Scalar" || want == "Void" {
		return v
	}
	return val{"perl.L(" + v.code + ")", "[]any", false}
}

// heapArgs are the arguments of a call which creates sessions, with their heaps.
func (g *gen) heapArgs(n *node) []*node {
	var out []*node
	args := n.kids[1:]
	add := func(key, code string) {
		out = append(out, &node{kind: kStr, text: key}, &node{kind: kGo, text: code})
	}
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].text != "heap" {
			out = append(out, args[i], args[i+1])
		}
	}
	for _, c := range n.heaps {
		if c.name == "" {
			continue
		}
		switch c.kind {
		case sessionHeap:
			add("heap", g.newHeap(c, n))
		case connectionHeap:
			add("ClientHeap", "func() any { return "+g.newHeap(c, n)+" }")
		case listenerHeap:
			add("ListenerHeap", g.newHeap(c, n))
		case clientHeap:
			add("Heap", g.newHeap(c, n))
		}
	}
	if len(out) == 0 {
		return args
	}
	return out
}

// withArgsPairs is withArgs which writes name => value pairs one a line if they
// are long.
func (g *gen) withArgsPairs(first string, args []*node) string {
	pairs := len(args) >= 4 && len(args)%2 == 0
	for i, k := range args {
		if isListy(k) || i%2 == 0 && k.kind != kStr {
			pairs = false
		}
	}
	if !pairs {
		return g.withArgs(first, args)
	}
	var b strings.Builder
	b.WriteString(first + ",\n")
	for i := 0; i < len(args); i += 2 {
		fmt.Fprintf(&b, "%s, %s,\n", g.any(args[i]), g.any(args[i+1]))
	}
	return b.String()
}

// dynamicMethod is $obj->$method(...): a name or a reference to code.
func (g *gen) dynamicMethod(n *node, target, want string) val {
	code := "perl.InvokeAny(" + contextCode(want) + ", " + target + ", " + g.withArgs(g.any(n.dyn), n.kids[1:]) + ")"
	return g.inWant(code, want)
}
