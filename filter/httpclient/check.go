package httpclient

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gopoe/poe/filter/internal/http1"
)

// The errors about a request that cannot be encoded because the server would
// read it differently, as two requests for example. [ErrHeader] is another one.
var (
	ErrMethod = errors.New("method is not a token")
	ErrHost   = errors.New("missing or malformed host")
	ErrTarget = errors.New("target with a blank or control character")
)

// check refuses a request that could not be read back as what it is.
func check(r *http.Request, proxy bool) error {
	if r.Method != "" && !http1.IsToken(r.Method) {
		return ErrMethod
	}
	if r.URL == nil || !isHost(r.Host) || !isHost(r.URL.Host) || r.Host == "" && r.URL.Host == "" {
		return ErrHost
	}
	target := r.URL.RequestURI()
	if proxy {
		target += r.URL.Scheme + r.URL.Opaque
	}
	if strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return ErrTarget
	}
	for _, fields := range []http.Header{r.Header, r.Trailer} {
		for name, values := range fields {
			if !http1.IsToken(name) {
				return ErrHeader
			}
			for _, value := range values {
				if !http1.ValidValue(value) {
					return ErrHeader
				}
			}
		}
	}
	return nil
}

// isHost reports whether s can be sent as a Host field.
func isHost(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune(`/?#@\`, c) })
}
