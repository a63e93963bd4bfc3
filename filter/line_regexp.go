package filter

import (
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// maxReach is the longest match that is worth remembering what has been
// searched for.
const maxReach = 4 << 10

// reachOf returns the most bytes that a match of re can have, or 0 if that is
// unlimited or if a match depends on the bytes around it: with ^, $ or \b, or
// if it can be empty. What has been searched need then be searched again.
func reachOf(re *regexp.Regexp) int {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil || re.MatchString("") {
		return 0
	}
	if n := longestMatch(tree); n <= maxReach {
		return n
	}
	return 0
}

// longestMatch returns the most bytes that a match of the tree can have; more
// than maxReach if they are unlimited or it looks at bytes outside of it.
func longestMatch(tree *syntax.Regexp) int {
	const unlimited = maxReach + 1
	sum, longest := 0, 0
	for _, sub := range tree.Sub {
		n := longestMatch(sub)
		sum, longest = min(sum+n, unlimited), max(longest, n)
	}
	switch tree.Op {
	case syntax.OpEmptyMatch, syntax.OpNoMatch:
		return 0
	case syntax.OpLiteral:
		return min(utf8.UTFMax*len(tree.Rune), unlimited)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax
	case syntax.OpCapture, syntax.OpQuest, syntax.OpConcat:
		return sum
	case syntax.OpAlternate:
		return longest
	case syntax.OpRepeat:
		if tree.Max >= 0 {
			return min(sum*tree.Max, unlimited)
		}
	}
	return unlimited
}

// findRegexp returns the first match of l.re that consumes something. A match
// that was not there the last time ends in the bytes that are new, so it begins
// no further in front of them than its length.
func (l *Line) findRegexp(buf []byte, seen int) (start, end int) {
	from := 0
	if l.reach > 0 {
		from = max(0, seen-l.reach)
		for from > 0 && !utf8.RuneStart(buf[from]) {
			from--
		}
	}
	loc := l.re.FindIndex(buf[from:])
	if loc != nil && loc[1] == 0 {
		loc = nil
		if all := l.re.FindAllIndex(buf, 2); len(all) == 2 {
			loc = all[1]
		}
	}
	if loc == nil {
		l.seen = len(buf)
		return -1, 0
	}
	return from + loc[0], from + loc[1]
}
