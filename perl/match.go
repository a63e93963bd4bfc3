//go:build linux

package perl

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// mayBeEmpty reports whether a pattern may match the empty string.
func mayBeEmpty(pattern string) bool {
	re, err := syntax.Parse(pattern, syntax.Perl)
	return err != nil || emptyMatch(re)
}

func emptyMatch(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return emptyMatch(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || emptyMatch(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !emptyMatch(sub) {
				return false
			}
		}
		return true
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, emptyMatch)
	}
	return true
}

// find returns the first match at or after start, in offsets of s, nil if there
// is none.
func (r *Regexp) find(s string, start int) []int {
	r.check()
	if start > len(s) {
		return nil
	}
	if r.plain(s) && (start == 0 || !r.looksLeft) {
		return r.findFast(s, start)
	}
	if r.slow == nil {
		if err := r.makeSlow(); err != nil {
			r.err = err
			r.check()
		}
	}
	return findSlow(r.slow, runesOf(s), start)
}

// findAfterEmpty is find behind an empty match at start: what it finds is not empty
// there.
func (r *Regexp) findAfterEmpty(s string, start int) []int {
	if !r.mayBeEmpty {
		return r.find(s, start)
	}
	if r.notEmpty == nil {
		re, err := regexp2.Compile("(?:"+r.slowSource+`)(?!\G)`, r.slowOptions)
		if err != nil {
			r.err = err
			r.check()
		}
		r.notEmpty = re
	}
	return findSlow(r.notEmpty, runesOf(s), start)
}

// findFast searches with package regexp, which sees nothing of what precedes start.
func (r *Regexp) findFast(s string, start int) []int {
	wide, ascii := widen(s[start:])
	m := narrowOffsets(r.fast.FindStringSubmatchIndex(wide), wide, ascii)
	if start > 0 {
		for i := range m {
			if m[i] >= 0 {
				m[i] += start
			}
		}
	}
	return m
}

// all returns the matches of s that do not overlap.
func (r *Regexp) all(s string) [][]int {
	r.check()
	if r.plain(s) && !r.mayBeEmpty {
		wide, ascii := widen(s)
		out := r.fast.FindAllStringSubmatchIndex(wide, -1)
		for i, m := range out {
			out[i] = narrowOffsets(m, wide, ascii)
		}
		return out
	}
	var out [][]int
	m := r.find(s, 0)
	for m != nil {
		out = append(out, m)
		if m[0] == m[1] {
			m = r.findAfterEmpty(s, m[1])
		} else {
			m = r.find(s, m[1])
		}
	}
	return out
}

func (r *Regexp) makeSlow() error {
	slow, err := regexp2.Compile(r.slowSource, r.slowOptions)
	r.slow = slow
	return err
}

// check dies if the pattern is wrong.
func (r *Regexp) check() {
	if r.err != nil {
		Die("%v in regex; marked by <-- HERE in m/%s/", r.err, r.source)
	}
}

// plain reports whether package regexp finds in s what Perl does.
func (r *Regexp) plain(s string) bool {
	return r.fast != nil && !(r.anchored && strings.HasSuffix(s, "\n"))
}

// lastRunes has what runesOf has returned last: searches with /g continue in the same
// string.
var lastRunes atomic.Pointer[subject]

type subject struct {
	s     string
	runes []rune
}

// runesOf makes each byte a rune.
func runesOf(s string) []rune {
	if last := lastRunes.Load(); last != nil && last.s == s {
		return last.runes
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	lastRunes.Store(&subject{s, runes})
	return runes
}

func findSlow(re *regexp2.Regexp, runes []rune, start int) []int {
	if start > len(runes) {
		return nil
	}
	m, err := re.FindRunesMatchStartingAt(runes, start)
	if err != nil || m == nil {
		return nil
	}
	groups := m.Groups()
	out := make([]int, 0, 2*len(groups))
	for _, g := range groups {
		if len(g.Captures) == 0 {
			out = append(out, -1, -1)
			continue
		}
		out = append(out, g.Index, g.Index+g.Length)
	}
	return out
}

// widen makes a string of bytes one of characters.
func widen(s string) (wide string, ascii bool) {
	for i := 0; i < len(s); i++ {
		for i+8 <= len(s) && s[i]|s[i+1]|s[i+2]|s[i+3]|s[i+4]|s[i+5]|s[i+6]|s[i+7] < utf8.RuneSelf {
			i += 8
		}
		if i < len(s) && s[i] >= utf8.RuneSelf {
			var b strings.Builder
			for j := range len(s) {
				b.WriteRune(rune(s[j]))
			}
			return b.String(), false
		}
	}
	return s, true
}

func narrowOffsets(m []int, wide string, ascii bool) []int {
	if ascii || m == nil {
		return m
	}
	out := make([]int, len(m))
	for i, at := range m {
		if out[i] = at; at >= 0 {
			out[i] = utf8.RuneCountInString(wide[:at])
		}
	}
	return out
}

// Match reports whether the pattern matches s.
func (r *Regexp) Match(s string) bool { return r.find(s, 0) != nil }

// Go returns the pattern compiled by package regexp, or an error if that
// package does not support it.
func (r *Regexp) Go() (*regexp.Regexp, error) {
	if r.fast == nil {
		return nil, fmt.Errorf("the pattern %s needs a backtracking engine", r.source)
	}
	return r.fast, nil
}
