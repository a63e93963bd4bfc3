//go:build linux

package perl

import (
	"fmt"
	"net/url"
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
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

func nameChar(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
