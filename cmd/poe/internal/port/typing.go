package port

import (
	"fmt"
	"strconv"
	"strings"
)

// retype gives the variables the types that have been seen, and reports whether
// that changed anything.
func (p *program) retype() bool {
	changed := false
	p.linkTables()
	for _, v := range append(append([]*variable(nil), p.lexicals...), p.globals...) {
		if v.sigil != '$' || v.inHeap {
			continue
		}
		t := join(v.typ, v.joined)
		if v.fixed {
			t, v.byUse = tAny, tNone
		}
		if v.byUse != tNone {
			t = v.byUse
		}
		if v.field && !v.wheel && t == tWheel || v.field && !v.own && (t == tHash || t == tArr) {
			t, v.fixed = tAny, true // something else holds it as well
		}
		if v.field && t == tAny && v.seen != tNone && !v.own && !v.wheel && !v.tested {
			t, v.recorded = v.seen, true
		}
		if t != v.typ {
			v.typ, changed = t, true
		}
	}
	return changed
}

// typeByUse types lexicals of which nothing is known by what is done with them: one
// that is only read as a string is a string from the beginning, one that is only
// followed as a reference to a hash is one.
func (p *program) typeByUse() (changed bool) {
	defer p.linkTables()
	for _, v := range p.lexicals {
		if v.sigil != '$' || v.fixed || v.global || v.typ != tAny || v.reads2 != 0 || v.posUsed || v.sync != "" || !v.once {
			continue
		}
		switch {
		case v.strReads > 0 && v.hashUses == 0:
			v.typ, v.byUse, changed = tStr, tStr, true
		case v.hashUses > 0 && v.strReads == 0 && v.truth == 0:
			v.typ, v.byUse, changed = tHash, tHash, true
		}
	}
	return changed
}

func (g *gen) typeOf(v *variable) typ {
	switch v.sigil {
	case '@':
		return tArr
	case '%':
		return tHash
	}
	if v.fixed && !v.recorded {
		return tAny
	}
	if v.typ == tNone && !g.dry {
		return tAny
	}
	return v.typ
}

// value returns code of c as the value of a variable of type t.
func (g *gen) value(v *variable, c val, t typ) string {
	if v.recorded && c.typ != t {
		return fmt.Sprintf("compat.Recorded[%s](%q, %s)", t, "heap."+v.name, g.conv(c, tAny))
	}
	return g.conv(c, t)
}

// conv returns code of v in another type.
func (g *gen) conv(v val, t typ) string {
	if v.typ == t || v.typ == tNone || t == tNone {
		return v.code
	}
	switch t {
	case tAny:
		if v.typ == tWheel && strings.Contains(v.code, ".") && !strings.HasPrefix(v.code, "compat.New(") {
			return v.code + ".Any()"
		}
		return v.code
	case tStr:
		switch v.typ {
		case tInt:
			if isNumber(v.code) {
				return quote(strings.TrimSpace(v.code))
			}
			return "strconv.Itoa(" + v.code + ")"
		}
		if i, ok := strings.CutPrefix(v.code, "e.Arg("); ok && balancedCall(v.code) {
			return "e.Text(" + i
		}
		if i, ok := strings.CutPrefix(v.code, "m.Group("); ok && balancedCall(v.code) {
			return "m.Text(" + i
		}
		return "perl.Str(" + v.code + ")"
	case tInt:
		switch v.typ {
		case tFloat:
			if f, err := strconv.ParseFloat(v.code, 64); err == nil { // Go refuses int(2.5)
				return strconv.Itoa(int(f))
			}
			return "int(" + v.code + ")"
		}
		return "perl.Int(" + v.code + ")"
	case tFloat:
		if v.typ == tInt {
			if isNumber(v.code) {
				return v.code
			}
			return "float64(" + v.code + ")"
		}
		return "perl.Num(" + v.code + ")"
	case tBool:
		return g.truth(v)
	case tArr:
		return "perl.A(" + v.code + ")"
	case tHash:
		return "perl.H(" + v.code + ")"
	case tRE:
		return "perl.Pattern(" + v.code + `, "")`
	}
	return v.code
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && s != "Inf" && s != "NaN"
}

func (g *gen) truth(v val) string {
	switch v.typ {
	case tBool:
		return v.code
	case tInt, tFloat:
		if isNumber(v.code) {
			f, _ := strconv.ParseFloat(v.code, 64)
			return strconv.FormatBool(f != 0)
		}
		return paren(v.code) + " != 0"
	case tArr, tHash, tWheel:
		return v.code + " != nil"
	case tKernel, tRE, tID:
		return "true"
	}
	return "perl.True(" + v.code + ")"
}

// noteNumber counts a read of a field as a number.
func (g *gen) noteNumber(n *node) {
	if n = assignment(n); n.kind == kVar && n.v != nil && n.v.field {
		n.v.numReads++
	}
}

// store returns a statement which sets a variable of type any or of a known type.
func (g *gen) store(v *variable, code string) string {
	if v.field && v.counted && g.typeOf(v) == tAny {
		return "perl.Keep(&" + v.goName + ", " + code + ")"
	}
	if v.wheel && g.typeOf(v) == tWheel && !(v.early && v.made == 1) {
		return v.goName + " = " + v.goName + ".Replace(" + code + ")"
	}
	return v.goName + " = " + code
}

// noteRead counts how a variable of which nothing is known is read; expr counts it
// as another read, which is taken back here.
func (g *gen) noteRead(n *node, f func(*variable)) {
	for n != nil && n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if n != nil && n.kind == kVar && n.v != nil && n.sigil == '$' {
		f(n.v)
		n.v.reads2--
	}
}
