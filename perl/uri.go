//go:build linux

package perl

import (
	"fmt"
	"strconv"
	"strings"
)

// URIEscape percent-encodes s. Perl: uri_escape of URI::Escape.
func URIEscape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if nameChar(c) || strings.IndexByte("-.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// URIUnescape decodes the %XX sequences of s. Perl: uri_unescape of
// URI::Escape.
func URIUnescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func nameChar(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
