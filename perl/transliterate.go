//go:build linux

package perl

import "strings"

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

// TranslateAt is Translate on a variable; it returns the number of bytes
// matched.
func TranslateAt(p *any, from, to, flags string) int {
	s, n := Translate(Str(*p), from, to, flags)
	if s != Str(*p) {
		*p = s
	}
	return n
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
