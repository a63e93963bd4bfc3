//go:build linux

package perl

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Regexp is a compiled Perl regular expression: by package regexp where it has
// what the pattern needs, else by a backtracking engine.
type Regexp struct {
	source, flags string
	fast          *regexp.Regexp
	slow          *regexp2.Regexp
	anchored      bool // has a $, which also matches before a last newline
	names         []string
	groups        int
	slowSource    string
	slowOptions   regexp2.RegexOptions
}

var regexps sync.Map

// RE compiles a pattern with the modifiers i, m, s, x, n; it dies if it is wrong.
func RE(pattern, flags string) *Regexp {
	key := flags + "/" + pattern
	if r, ok := regexps.Load(key); ok {
		return r.(*Regexp)
	}
	r, err := compile(pattern, flags)
	if err != nil {
		Die("%v in regex; marked by <-- HERE in m/%s/", err, pattern)
	}
	regexps.Store(key, r)
	return r
}

// Pattern returns v as a pattern: a compiled one, or its text.
func Pattern(v any, flags string) *Regexp {
	if r, ok := v.(*Regexp); ok && flags == "" {
		return r
	}
	return RE(Str(v), flags)
}

// PerlString returns the pattern as qr// shows it.
func (r *Regexp) PerlString() string { return "(?^" + r.flags + ":" + r.source + ")" }

// PerlClass returns Regexp.
func (r *Regexp) PerlClass() string { return "Regexp" }

func compile(pattern, flags string) (*Regexp, error) {
	r := &Regexp{source: pattern, flags: flags}
	t := translator{in: pattern, extended: strings.Contains(flags, "x"), multi: strings.Contains(flags, "m")}
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
	r.anchored = t.dollar
	r.slowSource, r.slowOptions = t.slow.String(), options
	if !t.needSlow {
		fast, err := regexp.Compile(goFlags + text)
		if err == nil {
			r.fast, r.names, r.groups = fast, fast.SubexpNames(), fast.NumSubexp()
			return r, nil
		}
	}
	if err := r.makeSlow(); err != nil {
		return nil, err
	}
	r.groups = len(r.slow.GetGroupNumbers()) - 1
	r.names = make([]string, r.groups+1)
	for i := range r.names {
		if n := r.slow.GroupNameFromNumber(i); n != fmt.Sprint(i) {
			r.names[i] = n
		}
	}
	return r, nil
}

func (r *Regexp) makeSlow() error {
	slow, err := regexp2.Compile(r.slowSource, r.slowOptions)
	r.slow = slow
	return err
}

// find returns the first match at or after start, in offsets of s, nil if there
// is none.
func (r *Regexp) find(s string, start int) []int {
	if r.fast != nil && !(r.anchored && strings.HasSuffix(s, "\n")) {
		return r.findFast(s, start)
	}
	if r.slow == nil {
		if err := r.makeSlow(); err != nil {
			return r.findFast(s, start)
		}
	}
	return r.findSlow(s, start)
}

func (r *Regexp) findFast(s string, start int) []int {
	wide, ascii := widen(s)
	if start == 0 {
		return narrowOffsets(r.fast.FindStringSubmatchIndex(wide), wide, ascii)
	}
	// Go has no search from an offset which sees what is in front of it.
	for _, m := range r.fast.FindAllStringSubmatchIndex(wide, -1) {
		m = narrowOffsets(m, wide, ascii)
		if m[0] >= start {
			return m
		}
	}
	if start <= len(s) {
		if m := r.fast.FindStringSubmatchIndex(wide[widened(wide, start, ascii):]); m != nil {
			m = narrowOffsets(m, wide[widened(wide, start, ascii):], ascii)
			for i := range m {
				if m[i] >= 0 {
					m[i] += start
				}
			}
			return m
		}
	}
	return nil
}

// all returns the matches of s that do not overlap.
func (r *Regexp) all(s string) [][]int {
	if r.fast != nil && !(r.anchored && strings.HasSuffix(s, "\n")) {
		wide, ascii := widen(s)
		out := r.fast.FindAllStringSubmatchIndex(wide, -1)
		for i, m := range out {
			out[i] = narrowOffsets(m, wide, ascii)
		}
		return out
	}
	var out [][]int
	for start := 0; start <= len(s); {
		m := r.find(s, start)
		if m == nil {
			return out
		}
		out = append(out, m)
		if start = m[1]; m[1] == m[0] {
			start++
		}
	}
	return out
}

func (r *Regexp) findSlow(s string, start int) []int {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	if start > len(runes) {
		return nil
	}
	m, err := r.slow.FindRunesMatchStartingAt(runes, start)
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
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			var b strings.Builder
			for j := range len(s) {
				b.WriteRune(rune(s[j]))
			}
			return b.String(), false
		}
	}
	return s, true
}

func widened(wide string, at int, ascii bool) int {
	if ascii {
		return at
	}
	n := 0
	for i := range wide {
		if n == at {
			return i
		}
		n++
	}
	return len(wide)
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

// Captures has what the last pattern that matched has captured: $1, $&, %+.
type Captures struct {
	s   string
	loc []int
	re  *Regexp
}

// Match matches a pattern and keeps what it captures; if it does not match, the
// captures from before stay.
func (c *Captures) Match(re *Regexp, s string) bool {
	loc := re.find(s, 0)
	if loc == nil {
		return false
	}
	c.s, c.loc, c.re = s, loc, re
	return true
}

// Group returns $1, $2 ... and $& for 0; nil if the group matched nothing.
func (c *Captures) Group(i int) any {
	if 2*i+1 >= len(c.loc) || c.loc[2*i] < 0 {
		return nil
	}
	return c.s[c.loc[2*i]:c.loc[2*i+1]]
}

// Text is Group with an empty string in place of nil.
func (c *Captures) Text(i int) string { return Str(c.Group(i)) }

// Named returns $+{name}.
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

// Prematch returns what is in front of the match.
func (c *Captures) Prematch() any {
	if c.loc == nil {
		return nil
	}
	return c.s[:c.loc[0]]
}

// Postmatch returns what is behind the match.
func (c *Captures) Postmatch() any {
	if c.loc == nil {
		return nil
	}
	return c.s[c.loc[1]:]
}

// LastParen returns $+.
func (c *Captures) LastParen() any {
	for i := len(c.loc)/2 - 1; i > 0; i-- {
		if v := c.Group(i); v != nil {
			return v
		}
	}
	return nil
}

// Start returns $-[i], and End returns $+[i].
func (c *Captures) Start(i int) any { return c.offset(2 * i) }

// End returns the end of a group.
func (c *Captures) End(i int) any { return c.offset(2*i + 1) }

func (c *Captures) offset(i int) any {
	if i >= len(c.loc) || c.loc[i] < 0 {
		return nil
	}
	return c.loc[i]
}

// List returns the captures of a match, 1 if the pattern has no groups, and
// nothing if it does not match: a match in list context.
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

// All returns the captures of all matches, or all matches: //g in list context.
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

// Pos is where the last //g of a variable in scalar context has ended.
type Pos struct {
	at  int
	s   string
	set bool
}

// Get returns pos, nil if there is none.
func (p *Pos) Get() any {
	if !p.set {
		return nil
	}
	return p.at
}

// Set sets pos; nil resets it.
func (p *Pos) Set(s string, v any) {
	*p = Pos{s: s, at: Int(v), set: v != nil}
}

// Next is //g in scalar context: the next match at or after pos. When there is
// none, pos is reset unless keep is set (/c).
func (c *Captures) Next(re *Regexp, s string, p *Pos, keep bool) bool {
	if p.s != s {
		*p = Pos{s: s}
	}
	start := p.at
	var loc []int
	if strings.HasPrefix(re.source, `\G`) {
		rest := RE(`\A(?:`+strings.TrimPrefix(re.source, `\G`)+`)`, re.flags)
		if start <= len(s) {
			if loc = rest.find(s[start:], 0); loc != nil {
				loc = append([]int(nil), loc...)
				for i := range loc {
					if loc[i] >= 0 {
						loc[i] += start
					}
				}
			}
		}
	} else {
		loc = re.find(s, start)
	}
	if loc == nil {
		if !keep {
			*p = Pos{s: s}
		}
		return false
	}
	c.s, c.loc, c.re = s, loc, re
	p.set = true
	if p.at = loc[1]; loc[0] == loc[1] {
		p.at++
	}
	return true
}

// Replace replaces the first match, or all, by what with returns, and returns the
// new string and how many it replaced.
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

// Subst is Replace on a variable; it returns how many were replaced.
func (c *Captures) Subst(p *any, re *Regexp, all bool, with func() string) int {
	s, n := c.Replace(re, Str(*p), all, with)
	if n > 0 {
		*p = s
	}
	return n
}

// SubstText is Subst on a string variable.
func (c *Captures) SubstText(p *string, re *Regexp, all bool, with func() string) int {
	s, n := c.Replace(re, *p, all, with)
	*p = s
	return n
}

// QuoteMeta puts a backslash before all but letters, digits and _.
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

// Split splits s at a pattern, as split does: a leading empty field stays,
// trailing ones go; a positive limit is the most fields, a negative one keeps
// all.
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
			if loc[0] >= len(s) {
				break
			}
			if loc[0] == last {
				start = loc[0] + 1
				if loc = re.find(s, start); loc == nil || loc[0] >= len(s) && loc[0] == loc[1] {
					break
				}
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

// Fields splits s at white space and ignores it at the beginning: split ' '.
func Fields(s string, limit int) []any {
	s = strings.TrimLeft(s, " \t\n\r\f\v")
	return Split(RE(`\s+`, ""), s, limit)
}

// Translate replaces bytes as tr/// does and returns the new string and how many
// bytes were found. Flags: c, d, s.
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
			case '0':
				c = 0
			case 'x':
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

// Go returns the pattern for package regexp, or an error if it needs what that
// package has not.
func (r *Regexp) Go() (*regexp.Regexp, error) {
	if r.fast == nil {
		return nil, fmt.Errorf("the pattern %s needs a backtracking engine", r.source)
	}
	return r.fast, nil
}
