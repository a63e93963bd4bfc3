//go:build linux

package perl

import "regexp"

// Find is Match for a pattern of package regexp that means the same in Perl, but for
// a newline at the end of the match: only the groups may be read.
func (c *Captures) Find(re *regexp.Regexp, s string) bool {
	loc := re.FindStringSubmatchIndex(s)
	if loc == nil {
		return false
	}
	c.s, c.loc, c.re = s, loc, nil
	return true
}
