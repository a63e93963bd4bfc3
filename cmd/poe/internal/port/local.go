package port

import "fmt"

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
	switch k.kind {
	case kVar:
		if k.v != nil && k.sigil == '$' {
			g.w("defer perl.Local[any](&%s, %s)()", k.v.goName, value)
			return
		}
		if k.v != nil {
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
			return
		}
		if sv, ok := specialVars[k.text]; ok {
			if k.text == "@" && from == nil {
				value = `""`
			}
			g.w("defer perl.Local[any](&%s, %s)()", sv, value)
			return
		}
		if mv, ok := moduleVars[k.text]; ok {
			g.w("defer perl.Local[any](&%s, %s)()", mv, value)
			return
		}
		switch k.text {
		case "ARGV", "ENV":
			if k.sigil != '$' {
				if from == nil {
					value = "nil"
				}
				g.w("defer perl.LocalList(%s, %s)()", g.container(k), value)
				return
			}
		case "_":
			if g.topic() == "perl.Topic" {
				g.w("defer perl.Local[any](&perl.Topic, %s)()", value)
			} else {
				g.w("it := any(%s)\n_ = it", value)
				g.f.topics = append(g.f.topics, "it")
			}
			return
		case "|":
			g.w("perl.Selected.SetAutoflush(%s)", value)
			return
		case "!":
			g.w("defer perl.LocalErrno(%s)()", value)
			return
		case "?":
			g.w("defer perl.Local(&perl.ChildStatus, perl.Int(%s))()", value)
			return
		case "0":
			g.w("defer perl.Local(&perl.Name, perl.Str(%s))()", value)
			return
		case "^W":
			return
		}
	case kKey:
		if h := k.kids[0]; h.kind == kVar && h.v == nil && (h.text == "SIG" || h.text == "ENV") {
			f := map[string]string{"SIG": "perl.LocalSignal", "ENV": "perl.LocalEnv"}[h.text]
			g.w("defer %s(%s, %s)()", f, g.str(k.kids[1]), value)
			return
		}
		g.w("defer perl.LocalKey(%s, %s, %s)()", g.container(k.kids[0]), g.str(k.kids[1]), value)
		return
	case kIndex:
		if !isArgs(k.kids[0]) {
			g.w("defer perl.LocalIndex(%s, %s, %s)()", g.container(k.kids[0]), g.int(k.kids[1]), value)
			return
		}
	case kGlobVar:
		if k.text == "STDIN" || k.text == "STDOUT" || k.text == "STDERR" {
			g.w("defer perl.LocalHandle(%s)()", g.glob(k).code)
			return
		}
		if isCode(from) {
			g.w("defer perl.LocalSub(%s, %s)()", quote(g.qualify(k.text)), value)
			return
		}
		if from != nil {
			cannot("P0306", "local of a typeglob with a value")
		}
		g.w("defer perl.Local[any](&%s, nil)()", g.handleVar(k.text))
		return
	}
	cannot("P0306", "local of this")
}
