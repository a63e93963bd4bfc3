//go:build linux

package perl

import (
	"encoding/base64"
	"strings"
)

// EncodeBase64 encodes s in lines of 76 characters, each followed by eol, by
// default a newline.
func EncodeBase64(s string, eol ...any) string {
	end := "\n"
	if len(eol) > 0 {
		end = Str(eol[0])
	}
	text := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for len(text) > 0 {
		n := min(76, len(text))
		b.WriteString(text[:n] + end)
		text = text[n:]
	}
	return b.String()
}

// DecodeBase64 decodes s up to the first = and ignores characters that are not in
// the alphabet.
func DecodeBase64(s string) string {
	s, _, _ = strings.Cut(s, "=")
	clean := strings.Map(func(r rune) rune {
		if r < 128 && (r == '+' || r == '/' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return -1
	}, s)
	out, _ := base64.RawStdEncoding.DecodeString(clean)
	return string(out)
}
