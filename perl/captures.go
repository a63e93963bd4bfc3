//go:build linux

package perl

import (
	"slices"
	"strings"
)

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

// AllFrom is All from the position p on, which is reset afterwards, or with keep
// (/gc) set to the end of the last match.
func (c *Captures) AllFrom(re *Regexp, s string, p *Pos, keep bool) []any {
	var out []any
	for c.Next(re, s, p, true) {
		if re.groups == 0 {
			out = append(out, c.Group(0))
		} else {
			out = append(out, c.groups()...)
		}
	}
	if !keep {
		*p = Pos{s: s}
	}
	return out
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
