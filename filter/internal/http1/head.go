// Package http1 is the part of HTTP/1's syntax (RFC 9112) that the server's
// and the client's filter share: where a head ends, its fields, what they say
// about the length of the body, and the body itself, chunked or not.
//
// Everything works on the available bytes and never waits. What two readers
// could understand differently is refused, since that is what request
// smuggling is made of.
package http1

import (
	"bytes"
	"errors"
	"net/http"
	"net/textproto"
	"strings"
)

// ErrField is the error of a header field that is none: no colon, a name that
// is not a token, space before the colon, a control character in the value.
var ErrField = errors.New("malformed header field")

// HeadEnd returns the index behind the empty line that ends the head at the
// front of b, or -1. Lines end in LF or CR LF. The first from bytes are known
// to hold no end: callers hand in the length they have searched before.
func HeadEnd(b []byte, from int) int {
	i := max(0, from-2) // an LF before from may be followed by CR LF behind it
	for {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			return -1
		}
		i += j + 1
		if i < len(b) && b[i] == '\n' {
			return i + 1
		}
		if i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n' {
			return i + 2
		}
	}
}

// CutLine returns the first line of s without its LF or CR LF, and what
// follows it.
func CutLine(s string) (line, rest string) {
	i := strings.IndexByte(s, '\n')
	if i < 0 {
		return s, ""
	}
	line, rest = s[:i], s[i+1:]
	if i > 0 && line[i-1] == '\r' {
		line = line[:i-1]
	}
	return line, rest
}

// maxHint bounds what is set aside for fields before they have been read.
const maxHint = 64

// ParseFields reads the lines of block, up to its end or an empty line, as
// header fields under their canonical names. A line that starts with space
// continues with the value of the one before it, behind a single space. Values
// share block's memory.
func ParseFields(block string) (http.Header, error) {
	n := min(strings.Count(block, "\n"), maxHint)
	h := make(http.Header, n)
	store := make([]string, n)
	for len(block) > 0 {
		var line string
		if line, block = CutLine(block); line == "" {
			break
		}
		name, value, err := parseField(line)
		if err != nil {
			return nil, err
		}
		if len(block) > 0 && isSpace(block[0]) {
			if value, block, err = unfold(value, block); err != nil {
				return nil, err
			}
		}
		old, repeated := h[name]
		switch {
		case repeated:
			h[name] = append(old, value)
		case len(store) > 0:
			store[0] = value
			h[name], store = store[:1:1], store[1:]
		default:
			h[name] = []string{value}
		}
	}
	return h, nil
}

func parseField(line string) (name, value string, err error) {
	colon := strings.IndexByte(line, ':')
	if colon <= 0 {
		return "", "", ErrField
	}
	name, ok := canonicalName(line[:colon])
	if !ok {
		return "", "", ErrField
	}
	value = trimSpace(line[colon+1:])
	if !ValidValue(value) {
		return "", "", ErrField
	}
	return name, value, nil
}

// unfold adds the lines at the front of block that start with space to value.
func unfold(value, block string) (joined, rest string, err error) {
	var b strings.Builder
	b.WriteString(value)
	for len(block) > 0 && isSpace(block[0]) {
		var line string
		line, block = CutLine(block)
		if line = trimSpace(line); !ValidValue(line) {
			return "", "", ErrField
		}
		b.WriteByte(' ')
		b.WriteString(line)
	}
	return trimSpace(b.String()), block, nil
}

// canonicalName returns name as net/http spells it; false if it is no token.
func canonicalName(name string) (string, bool) {
	upper, same := true, true
	for i := 0; i < len(name); i++ {
		c := name[i]
		k := class[c]
		if k&token == 0 {
			return "", false
		}
		if upper && k&lowerCase != 0 || !upper && k&upperCase != 0 {
			same = false
		}
		upper = c == '-'
	}
	if same {
		return name, true
	}
	return textproto.CanonicalMIMEHeaderKey(name), true
}

// ValidValue reports whether s can be the value of a field: it has no control
// characters but tabs.
func ValidValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if class[s[i]]&control != 0 {
			return false
		}
	}
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func trimSpace(s string) string {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}
