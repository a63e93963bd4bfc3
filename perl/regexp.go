//go:build linux

package perl

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Regexp is a compiled Perl regular expression. It uses package regexp if that
// supports the pattern, else a backtracking engine.
type Regexp struct {
	source, flags string
	fast          *regexp.Regexp
	slow          *regexp2.Regexp
	anchored      bool // has a $, which also matches before a last newline
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
func (r *Regexp) PerlString() string { return "(?^" + r.flags + ":" + r.source + ")" }

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
			return r, nil
		}
	}
	return r, r.makeSlow()
}

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

// Captures holds the captures of the last successful match: $1, $&, %+ and the
// like. The zero Captures has none.
type Captures struct {
	s   string
	loc []int
	re  *Regexp
}

// Match reports whether the pattern matches s and stores the captures. If it
// does not match, the previous captures are kept.
func (c *Captures) Match(re *Regexp, s string) bool {
	loc := re.find(s, 0)
	if loc == nil {
		return false
	}
	c.s, c.loc, c.re = s, loc, re
	return true
}

// Group returns group i, or $& if i is 0. It is nil if the group did not match.
func (c *Captures) Group(i int) any {
	if 2*i+1 >= len(c.loc) || c.loc[2*i] < 0 {
		return nil
	}
	return c.s[c.loc[2*i]:c.loc[2*i+1]]
}

// Text is like Group but returns "" in place of nil.
func (c *Captures) Text(i int) string { return Str(c.Group(i)) }

// Named returns the group called name. Perl: $+{name}.
func (c *Captures) Named(name string) any {
	if c.re == nil {
		return nil
	}
	for i, n := range c.re.names {
		if n == name {
			if v := c.Group(i); v != nil {
				return v
			}
		}
	}
	return nil
}

// NamedHash returns a hash of the named groups that matched. Perl: %+.
func (c *Captures) NamedHash() *Hash {
	h := NewHash()
	if c.re == nil {
		return h
	}
	for _, name := range c.re.names {
		if v := c.Named(name); name != "" && v != nil {
			h.Set(name, v)
		}
	}
	return h
}

// Starts returns the offsets at which the match and each group begin, up to the
// last group that matched. Perl: @-.
func (c *Captures) Starts() *Array { return c.offsets(0, true) }

// Ends returns the offsets at which the match and each group end. Perl: @+.
func (c *Captures) Ends() *Array { return c.offsets(1, false) }

func (c *Captures) offsets(side int, trim bool) *Array {
	a := NewArray()
	for i := side; i < len(c.loc); i += 2 {
		a.Push(c.offset(i))
	}
	for trim && a.Len() > 0 && a.Get(-1) == nil {
		a.Pop()
	}
	return a
}

// Prematch returns the part of the string before the match. Perl: $`.
func (c *Captures) Prematch() any {
	if c.loc == nil {
		return nil
	}
	return c.s[:c.loc[0]]
}

// Postmatch returns the part of the string after the match. Perl: $'.
func (c *Captures) Postmatch() any {
	if c.loc == nil {
		return nil
	}
	return c.s[c.loc[1]:]
}

// LastParen returns the last group that matched. Perl: $+.
func (c *Captures) LastParen() any {
	for i := len(c.loc)/2 - 1; i > 0; i-- {
		if v := c.Group(i); v != nil {
			return v
		}
	}
	return nil
}

// Start returns the offset at which a group begins, as $-[i], 0 being the whole
// match.
func (c *Captures) Start(i int) any { return c.offset(2 * i) }

// End returns the offset at which a group ends, as $+[i], 0 being the whole
// match.
func (c *Captures) End(i int) any { return c.offset(2*i + 1) }

func (c *Captures) offset(i int) any {
	if i >= len(c.loc) || c.loc[i] < 0 {
		return nil
	}
	return c.loc[i]
}

// List returns the captures of a match, 1 if the pattern has no groups, and
// nothing if it does not match. Perl: m// in list context.
func (c *Captures) List(re *Regexp, s string) []any {
	if !c.Match(re, s) {
		return nil
	}
	return c.groups()
}

func (c *Captures) groups() []any {
	if c.re.groups == 0 {
		return []any{1}
	}
	out := make([]any, c.re.groups)
	for i := range out {
		out[i] = c.Group(i + 1)
	}
	return out
}

// All returns the captures of all matches, or the matches themselves if the
// pattern has no groups. Perl: m//g in list context.
func (c *Captures) All(re *Regexp, s string) []any {
	var out []any
	for _, loc := range re.all(s) {
		c.s, c.loc, c.re = s, loc, re
		if re.groups == 0 {
			out = append(out, c.Group(0))
		} else {
			out = append(out, c.groups()...)
		}
	}
	return out
}

// Pos is the position at which the last m//g in scalar context on a variable
// has ended. Perl: pos.
type Pos struct {
	at    int
	s     string
	set   bool
	empty bool // the match was empty: the next one at the same place is not
}

// Get returns the position as an offset, or nil if there is none.
func (p *Pos) Get() any {
	if !p.set {
		return nil
	}
	return p.at
}

// Set sets the position in s; a nil v resets it.
func (p *Pos) Set(s string, v any) {
	at := Int(v)
	if at < 0 {
		at = max(0, at+len(s))
	}
	*p = Pos{s: s, at: min(at, len(s)), set: v != nil}
}

// Next finds the next match at or after the position p, which it then sets to
// the end of the match, and reports whether there is one. If there is none, p
// is reset unless keep is set (/c). Perl: m//g in scalar context.
func (c *Captures) Next(re *Regexp, s string, p *Pos, keep bool) bool {
	if p.s != s {
		*p = Pos{s: s}
	}
	start := p.at
	var loc []int
	switch rest, ok := strings.CutPrefix(re.source, `\G`); {
	case ok && !re.looksLeft && !p.empty && !strings.Contains(rest, "|") && start <= len(s):
		// The same search at the beginning of a shorter string copies nothing.
		if loc = RE(`\A(?:`+rest+`)`, re.flags).find(s[start:], 0); loc != nil {
			loc = slices.Clone(loc)
			for i := range loc {
				if loc[i] >= 0 {
					loc[i] += start
				}
			}
		}
	case p.empty:
		loc = re.findAfterEmpty(s, start)
	default:
		loc = re.find(s, start)
	}
	if loc == nil {
		if !keep {
			*p = Pos{s: s}
		}
		return false
	}
	c.s, c.loc, c.re = s, loc, re
	p.set, p.at, p.empty = true, loc[1], loc[0] == loc[1]
	return true
}

// Replace replaces the first match, or all matches, by the result of with,
// which is called after the captures are stored. It returns the new string and
// the number of replacements. Perl: s///.
func (c *Captures) Replace(re *Regexp, s string, all bool, with func() string) (string, int) {
	var locs [][]int
	if all {
		locs = re.all(s)
	} else if loc := re.find(s, 0); loc != nil {
		locs = [][]int{loc}
	}
	if len(locs) == 0 {
		return s, 0
	}
	var b strings.Builder
	last := 0
	for _, loc := range locs {
		b.WriteString(s[last:loc[0]])
		c.s, c.loc, c.re = s, loc, re
		b.WriteString(with())
		last = loc[1]
	}
	c.s, c.loc, c.re = s, locs[len(locs)-1], re
	b.WriteString(s[last:])
	return b.String(), len(locs)
}

// Subst is Replace on a variable; it returns the number of replacements.
func (c *Captures) Subst(p *any, re *Regexp, all bool, with func() string) int {
	s, n := c.Replace(re, Str(*p), all, with)
	if n > 0 {
		*p = s
	}
	return n
}

// Replacements returns the value of s/// for n replacements: n, or false if n
// is 0.
func Replacements(n int) any {
	if n == 0 {
		return false
	}
	return n
}

// SubstText is Subst on a string variable.
func (c *Captures) SubstText(p *string, re *Regexp, all bool, with func() string) int {
	s, n := c.Replace(re, *p, all, with)
	*p = s
	return n
}

// QuoteMeta puts a backslash before every byte other than ASCII letters, digits
// and _.
func QuoteMeta(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c < 128 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Split splits s at the matches of a pattern. A leading empty field is kept. If
// limit is 0, trailing empty fields are removed; if positive, it is the maximum
// number of fields; if negative, all fields are kept. Groups of the pattern are
// fields as well.
func Split(re *Regexp, s string, limit int) []any {
	if s == "" {
		return nil
	}
	if re.source == " " && re.flags == "" || re.source == `^` {
		if re.source == "^" {
			re = RE("^", "m")
		}
	}
	var out []any
	last, start := 0, 0
	for limit <= 0 || len(out) < limit-1 {
		loc := re.find(s, start)
		if loc == nil {
			break
		}
		if loc[1] == loc[0] {
			if loc[0] == last { // an empty match splits off at least one character
				start = loc[0] + 1
				if loc = re.find(s, start); loc == nil {
					break
				}
			}
			if loc[0] == loc[1] && loc[0] >= len(s) && limit == 0 {
				break
			}
		}
		if loc[1] == 0 && loc[0] == 0 {
			start = 1
			continue
		}
		out = append(out, s[last:loc[0]])
		for i := 1; i <= re.groups; i++ {
			if loc[2*i] < 0 {
				out = append(out, nil)
			} else {
				out = append(out, s[loc[2*i]:loc[2*i+1]])
			}
		}
		last = loc[1]
		start = last
	}
	out = append(out, s[last:])
	if limit == 0 {
		for len(out) > 0 && (out[len(out)-1] == nil || out[len(out)-1] == "") {
			out = out[:len(out)-1]
		}
	}
	return out
}

// SplitBy is like Split for a compiled pattern or its text. The text of a
// single space selects Fields.
func SplitBy(pattern any, s string, limit int) []any {
	if _, ok := pattern.(*Regexp); !ok && Str(pattern) == " " {
		return Fields(s, limit)
	}
	return Split(Pattern(pattern, ""), s, limit)
}

// Fields splits s at white space and ignores leading white space; limit is as
// in Split. Perl: split ' '.
func Fields(s string, limit int) []any {
	s = strings.TrimLeft(s, " \t\n\r\f\v")
	return Split(RE(`\s+`, ""), s, limit)
}

// Translate replaces bytes as tr/// does and returns the new string and the
// number of bytes matched. The flags are c, d and s.
func Translate(s, from, to, flags string) (string, int) {
	f, t := expandRange(from), expandRange(to)
	complement, del, squeeze := strings.Contains(flags, "c"), strings.Contains(flags, "d"), strings.Contains(flags, "s")
	if complement {
		var has [256]bool
		for _, c := range f {
			has[c] = true
		}
		f = nil
		for c := range 256 {
			if !has[c] {
				f = append(f, byte(c))
			}
		}
	}
	if len(t) == 0 && !del {
		t = f
	}
	var table [256]int
	for i := range table {
		table[i] = -1
	}
	for i, c := range f {
		if table[c] != -1 {
			continue
		}
		switch {
		case i < len(t):
			table[c] = int(t[i])
		case del:
			table[c] = -2
		default:
			table[c] = int(t[len(t)-1])
		}
	}
	out, n, last := make([]byte, 0, len(s)), 0, -1
	for i := range len(s) {
		c := table[s[i]]
		if c == -1 {
			out, last = append(out, s[i]), -1
			continue
		}
		n++
		if c == -2 || squeeze && c == last {
			continue
		}
		out, last = append(out, byte(c)), c
	}
	return string(out), n
}

func expandRange(s string) []byte {
	var chars []byte
	var escaped []bool
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			c := s[i]
			switch c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'r':
				c = '\r'
			case 'f':
				c = '\f'
			case 'e':
				c = 0x1b
			case 'a':
				c = 7
			case 'b':
				c = 8
			case '0', '1', '2', '3', '4', '5', '6', '7':
				n := i + 1
				for n < len(s) && n < i+3 && s[n] >= '0' && s[n] <= '7' {
					n++
				}
				c = byte(Oct("0" + s[i:n]))
				i = n - 1
			case 'x':
				if end := strings.IndexByte(s[i:], '}'); end > 0 && i+1 < len(s) && s[i+1] == '{' {
					c = byte(Hex(s[i+2 : i+end]))
					i += end
					break
				}
				n := i + 1
				for n < len(s) && n < i+3 && strings.IndexByte("0123456789abcdefABCDEF", s[n]) >= 0 {
					n++
				}
				c = byte(Hex(s[i+1 : n]))
				i = n - 1
			}
			chars, escaped = append(chars, c), append(escaped, true)
			continue
		}
		chars, escaped = append(chars, s[i]), append(escaped, false)
	}
	var out []byte
	for i := 0; i < len(chars); i++ {
		if i+2 < len(chars) && chars[i+1] == '-' && !escaped[i+1] {
			for c := int(chars[i]); c <= int(chars[i+2]); c++ {
				out = append(out, byte(c))
			}
			i += 2
			continue
		}
		out = append(out, chars[i])
	}
	return out
}

// Go returns the pattern compiled by package regexp, or an error if that
// package does not support it.
func (r *Regexp) Go() (*regexp.Regexp, error) {
	if r.fast == nil {
		return nil, fmt.Errorf("the pattern %s needs a backtracking engine", r.source)
	}
	return r.fast, nil
}
