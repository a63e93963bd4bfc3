//go:build linux

package perl

import (
	"fmt"
	"strings"
)

// option is one of those that GetOptions is given.
type option struct {
	names  []string
	kind   byte // s, i, f, or 0 for a flag
	list   bool // @
	hash   bool // %
	negate bool
	incr   bool
	maybe  bool // the value may be missing
	target any
}

// GetOptions reads options from @ARGV, at any position, and stores their
// values. It reports whether all were valid and warns of those that were not.
// Perl: Getopt::Long.
func GetOptions(spec ...any) bool { return GetOptionsFromArray(Args, spec...) }

// GetOptionsFromArray is like GetOptions for the arguments in an array.
func GetOptionsFromArray(from any, spec ...any) bool {
	args := A(from)
	var options []*option
	var store *Hash
	if len(spec) > 0 {
		if h, ok := spec[0].(*Hash); ok {
			store, spec = h, spec[1:]
		}
	}
	for i := 0; i < len(spec); i++ {
		o := parseOption(Str(spec[i]))
		if i+1 < len(spec) && RefType(spec[i+1]) != "" {
			o.target = spec[i+1]
			i++
		}
		options = append(options, o)
	}
	ok := true
	var rest []any
	list := args.All()
	for i := 0; i < len(list); i++ {
		arg := Str(list[i])
		if arg == "--" {
			rest = append(rest, list[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, list[i])
			continue
		}
		name, value, has := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		o, negated := findOption(options, name)
		if o == nil {
			Warn("Unknown option: " + strings.ToLower(name) + "\n")
			ok = false
			continue
		}
		var v any = value
		switch {
		case o.kind == 0:
			v = If(negated, 0, 1)
		case !has && i+1 < len(list) && !(o.maybe && strings.HasPrefix(Str(list[i+1]), "-")):
			i++
			v = list[i]
		case !has && o.maybe:
			v = If[any](o.kind == 's', "", 0)
		case !has:
			Warn(fmt.Sprintf("Option %s requires an argument\n", name))
			ok = false
			continue
		}
		if o.kind == 'i' && !RE(`^[-+]?\d+$`, "").Match(Str(v)) || o.kind == 'f' && !LooksLikeNumber(v) {
			Warn(fmt.Sprintf("Value \"%s\" invalid for option %s (%s)\n", Str(v), name, If(o.kind == 'i', "number expected", "real number expected")))
			ok = false
			continue
		}
		o.store(store, v)
	}
	args.Assign(rest)
	return ok
}

func parseOption(s string) *option {
	o := &option{}
	if i := strings.IndexAny(s, "=:!+"); i >= 0 {
		mark, how := s[i], s[i+1:]
		s = s[:i]
		switch mark {
		case '!':
			o.negate = true
		case '+':
			o.incr = true
		default:
			o.maybe = mark == ':'
			if how != "" {
				o.kind = how[0]
			}
			o.list, o.hash = strings.Contains(how, "@") || strings.Contains(how, "{"), strings.Contains(how, "%")
		}
	}
	o.names = strings.Split(s, "|")
	return o
}

func findOption(options []*option, name string) (o *option, negated bool) {
	lower := strings.ToLower(name)
	var prefix []*option
	for _, o := range options {
		for _, n := range o.names {
			if n == name || strings.ToLower(n) == lower {
				return o, false
			}
			if o.negate && (lower == "no"+strings.ToLower(n) || lower == "no-"+strings.ToLower(n)) {
				return o, true
			}
			if strings.HasPrefix(strings.ToLower(n), lower) {
				prefix = append(prefix, o)
				break
			}
		}
	}
	if len(prefix) == 1 {
		return prefix[0], false
	}
	return nil, false
}

func (o *option) store(h *Hash, v any) {
	if o.kind == 'i' || o.kind == 'f' {
		v = Number(v)
	}
	target := o.target
	if target == nil {
		if h == nil {
			return
		}
		key := o.names[0]
		switch {
		case o.list:
			h.Array(key).Push(v)
		case o.hash:
			k, x, _ := strings.Cut(Str(v), "=")
			h.Hash(key).Set(k, x)
		case o.incr:
			h.Set(key, Add(h.Get(key), 1))
		default:
			h.Set(key, v)
		}
		return
	}
	switch t := target.(type) {
	case *Ref:
		switch {
		case o.incr:
			t.Set(Add(t.Get(), 1))
		case o.list:
			if t.Get() == nil {
				t.Set(NewArray())
			}
			A(t.Get()).Push(v)
		default:
			t.Set(v)
		}
	case *Array:
		t.Push(v)
	case *Hash:
		k, x, has := strings.Cut(Str(v), "=")
		t.Set(k, If[any](has, x, 1))
	case *Code:
		t.Fn(Void, o.names[0], v)
	}
}
