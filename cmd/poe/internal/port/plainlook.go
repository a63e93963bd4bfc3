package port

import "strings"

// plainLook puts literals of Go in the place of calls that make nothing else: a list,
// an empty array or hash.
func plainLook(source string) string {
	var b strings.Builder
	for i := 0; i < len(source); {
		if end := skipText(source, i); end > i {
			b.WriteString(source[i:end])
			i = end
			continue
		}
		rest := source[i:]
		switch {
		case strings.HasPrefix(rest, "perl.NewHash()"):
			b.WriteString("new(perl.Hash)")
			i += len("perl.NewHash()")
		case strings.HasPrefix(rest, "perl.NewArray()"):
			b.WriteString("new(perl.Array)")
			i += len("perl.NewArray()")
		case strings.HasPrefix(rest, "perl.L("):
			end := closing(rest, len("perl.L"))
			inner := plainLook(rest[len("perl.L("):end])
			if strings.HasSuffix(inner, "...") || inner == "" {
				b.WriteString("perl.L(" + inner + ")")
			} else {
				b.WriteString("[]any{" + inner + "}")
			}
			i += end + 1
		default:
			b.WriteByte(source[i])
			i++
		}
	}
	return b.String()
}

// skipText returns the end of a string, a rune or a comment that begins at i; i if
// none does.
func skipText(s string, i int) int {
	switch {
	case s[i] == '"' || s[i] == '\'':
		for j := i + 1; j < len(s); j++ {
			switch s[j] {
			case '\\':
				j++
			case s[i]:
				return j + 1
			}
		}
	case s[i] == '`':
		if j := strings.IndexByte(s[i+1:], '`'); j >= 0 {
			return i + j + 2
		}
	case strings.HasPrefix(s[i:], "//"):
		if j := strings.IndexByte(s[i:], '\n'); j >= 0 {
			return i + j
		}
		return len(s)
	}
	return i
}

// closing returns the parenthesis that closes the one at open.
func closing(s string, open int) int {
	nest := 0
	for i := open; i < len(s); i++ {
		if end := skipText(s, i); end > i {
			i = end - 1
			continue
		}
		switch s[i] {
		case '(', '{', '[':
			nest++
		case ')', '}', ']':
			if nest--; nest == 0 {
				return i
			}
		}
	}
	return len(s) - 1
}
