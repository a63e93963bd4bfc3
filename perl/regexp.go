//go:build linux

package perl

import (
	"regexp"
	"strings"
	"sync"

	"github.com/dlclark/regexp2"
)

// Regexp is a compiled Perl regular expression. It uses package regexp if that
// supports the pattern, else a backtracking engine.
type Regexp struct {
	source, flags string
	fast          *regexp.Regexp
	slow          *regexp2.Regexp
	anchored      bool // has a $, which also matches before a last newline, or a ^ of lines, which does not match behind it
	names         []string
	groups        int
	slowSource    string
	slowOptions   regexp2.RegexOptions
	looksLeft     bool            // what precedes a place decides whether it matches
	mayBeEmpty    bool            // it may match the empty string
	notEmpty      *regexp2.Regexp // the same, but not empty where the search starts
	err           error           // of a pattern that is wrong
}

var regexps sync.Map

// RE compiles a pattern with the modifiers i, m, s, x and n. As patterns are
// compiled before the program starts, an invalid one makes the first match die,
// not RE.
func RE(pattern, flags string) *Regexp {
	key := flags + "/" + pattern
	if r, ok := regexps.Load(key); ok {
		return r.(*Regexp)
	}
	r, err := compile(pattern, flags)
	if err != nil {
		return &Regexp{source: pattern, flags: flags, err: err}
	}
	regexps.Store(key, r)
	return r
}

// Pattern returns v as a pattern: v itself if it is compiled, else its text
// compiled with the flags. It dies if the text is not a valid pattern.
func Pattern(v any, flags string) *Regexp {
	if r, ok := v.(*Regexp); ok && flags == "" {
		return r
	}
	r := RE(Str(v), flags)
	r.check()
	return r
}

// PerlString returns the text of the pattern as qr// shows it.
func (r *Regexp) PerlString() string { return "(?^" + only(r.flags, "msixn") + ":" + r.source + ")" }

// PerlClass returns "Regexp".
func (r *Regexp) PerlClass() string { return "Regexp" }

func compile(pattern, flags string) (*Regexp, error) {
	r := &Regexp{source: pattern, flags: flags}
	t := translator{in: pattern, extended: strings.Contains(flags, "x"), multi: strings.Contains(flags, "m"), noGroups: strings.Contains(flags, "n")}
	text := t.translate()
	goFlags := ""
	var options regexp2.RegexOptions = regexp2.None
	for _, f := range flags {
		switch f {
		case 'i':
			goFlags += "i"
			options |= regexp2.IgnoreCase
		case 'm':
			goFlags += "m"
			options |= regexp2.Multiline
		case 's':
			goFlags += "s"
			options |= regexp2.Singleline
		}
	}
	if goFlags != "" {
		goFlags = "(?" + goFlags + ")"
	}
	r.anchored, r.looksLeft, r.names, r.groups = t.dollar, t.looksLeft, t.names, len(t.names)-1
	r.slowSource, r.slowOptions, r.mayBeEmpty = t.slow.String(), options, true
	if !t.needSlow {
		fast, err := regexp.Compile(goFlags + text)
		if err == nil {
			r.fast, r.mayBeEmpty = fast, mayBeEmpty(goFlags+text)
			r.anchored = r.anchored || t.lineStartInside || t.lineStart && r.mayBeEmpty
			return r, nil
		}
	}
	return r, r.makeSlow()
}
