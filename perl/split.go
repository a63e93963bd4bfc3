//go:build linux

package perl

import "strings"

// Split splits s at the matches of a pattern. A leading empty field is kept. If
// limit is 0, trailing empty fields are removed; if positive, it is the maximum
// number of fields; if negative, all fields are kept. Groups of the pattern are
// fields as well.
func Split(re *Regexp, s string, limit int) []any {
	if s == "" {
		return nil
	}
	if re.source == `^` { // it means the beginning of each line
		re = RE("^", "m")
	}
	var out []any
	last, start := 0, 0
	for fields := 1; limit <= 0 || fields < limit; {
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
		fields++
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
