package port

import (
	"fmt"
)

// local writes local X, or local X = value.
func (g *gen) local(n, from *node) {
	targets := n.kids
	if n.kids[0].kind == kList && n.kids[0].paren {
		targets = n.kids[0].kids
	}
	if len(targets) > 1 && from != nil {
		g.localList(targets, from)
		return
	}
	for _, k := range targets {
		value := "nil"
		var v val
		if from != nil {
			if isListTarget(k) && k.kind == kVar {
				v = val{g.list(from), "[]any", false}
			} else {
				v = g.expr(from)
			}
			value = v.code
		}
		g.flushPre()
		g.localOne(k, from, value, v)
	}
}

// localList is local of several variables with a list of values.
func (g *gen) localList(targets []*node, from *node) {
	list := g.temp("list")
	code := g.list(from)
	g.flushPre()
	g.w("%s := %s", list, copied(code))
	for i, k := range targets {
		if isListTarget(k) && k.kind == kVar {
			g.localOne(k, from, fmt.Sprintf("perl.From(%s, %d)", list, i), val{})
			for _, rest := range targets[i+1:] { // the array has everything
				g.localOne(rest, nil, "nil", val{})
			}
			return
		}
		g.localOne(k, from, fmt.Sprintf("perl.At(%s, %d)", list, i), val{})
	}
}

func (g *gen) localOne(k, from *node, value string, v val) {
	done := false
	switch k.kind {
	case kVar:
		done = g.localVariable(k, from, value)
	case kKey:
		done = true
		g.localKey(k, value)
	case kIndex:
		if done = !isArgs(k.kids[0]); done {
			g.w("defer perl.LocalIndex(%s, %s, %s)()", g.container(k.kids[0]), g.int(k.kids[1]), value)
		}
	case kGlobVar:
		done = true
		g.localGlob(k, from, value)
	}
	if !done {
		cannot("P0306", "local of this")
	}
}

// localVariable writes local of a whole variable, and reports whether it can.
func (g *gen) localVariable(k, from *node, value string) bool {
	if k.v != nil {
		g.localPackageVariable(k, from, value)
		return true
	}
	if sv, ok := specialVars[k.text]; ok {
		if k.text == "@" && from == nil {
			value = `""`
		}
		g.w("defer perl.Local[any](&%s, %s)()", sv, value)
		return true
	}
	if mv, ok := moduleVars[k.text]; ok {
		g.w("defer perl.Local[any](&%s, %s)()", mv, value)
		return true
	}
	switch k.text {
	case "ARGV", "ENV":
		if k.sigil == '$' {
			return false
		}
		if from == nil {
			value = "nil"
		}
		g.w("defer perl.LocalList(%s, %s)()", g.container(k), value)
	case "_":
		g.localTopic(value)
	case "|":
		g.w("perl.Selected.SetAutoflush(%s)", value)
	case "!":
		g.w("defer perl.LocalErrno(%s)()", value)
	case "?":
		g.w("defer perl.Local(&perl.ChildStatus, perl.Int(%s))()", value)
	case "0":
		g.w("defer perl.Local(&perl.Name, perl.Str(%s))()", value)
	case "^W":
	default:
		return false
	}
	return true
}

func (g *gen) localPackageVariable(k, from *node, value string) {
	if k.sigil == '$' {
		g.w("defer perl.Local[any](&%s, %s)()", k.v.goName, value)
		return
	}
	if from == nil {
		value = ""
	} else {
		value += "..."
	}
	if k.sigil == '@' {
		g.w("defer perl.Local(&%s, perl.NewArray(%s))()", k.v.goName, value)
	} else {
		g.w("defer perl.Local(&%s, perl.NewHash(%s))()", k.v.goName, value)
	}
}

// localTopic writes local $_.
func (g *gen) localTopic(value string) {
	if g.topic() == "perl.Topic" {
		if g.prog.topicMatched {
			g.freshPos("perl.Topic")
		}
		g.w("defer perl.Local[any](&perl.Topic, %s)()", value)
		return
	}
	g.w("it := any(%s)\n_ = it", value)
	if g.prog.topicMatched {
		g.freshPos("it")
	}
	g.f.topics = append(g.f.topics, "it")
}

// localKey writes local of an element of a hash.
func (g *gen) localKey(k *node, value string) {
	if h := k.kids[0]; h.kind == kVar && h.v == nil && (h.text == "SIG" || h.text == "ENV") {
		f := map[string]string{"SIG": "perl.LocalSignal", "ENV": "perl.LocalEnv"}[h.text]
		g.w("defer %s(%s, %s)()", f, g.str(k.kids[1]), value)
		return
	}
	g.w("defer perl.LocalKey(%s, %s, %s)()", g.container(k.kids[0]), g.str(k.kids[1]), value)
}

// localGlob writes local *NAME: of a handle, or of a sub with another in its place.
func (g *gen) localGlob(k, from *node, value string) {
	switch {
	case k.text == "STDIN" || k.text == "STDOUT" || k.text == "STDERR":
		g.w("defer perl.LocalHandle(%s)()", g.glob(k).code)
	case isCode(from):
		g.w("defer perl.LocalSub(%s, %s)()", quote(g.qualify(k.text)), value)
	case from != nil:
		cannot("P0306", "local of a typeglob with a value")
	default:
		g.w("defer perl.Local[any](&%s, nil)()", g.handleVar(k.text))
	}
}
