//go:build linux

package perl

import "strings"

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

// SubstText is Subst on a string variable.
func (c *Captures) SubstText(p *string, re *Regexp, all bool, with func() string) int {
	s, n := c.Replace(re, *p, all, with)
	*p = s
	return n
}

// Replaced returns the first result of Captures.Replace or Translate: the
// string.
func Replaced(s string, _ int) string { return s }

// Count returns the second result of Captures.Replace or Translate: the number.
func Count(_ string, n int) int { return n }

// Replacements returns the value of s/// for n replacements: n, or false if n
// is 0.
func Replacements(n int) any {
	if n == 0 {
		return false
	}
	return n
}
