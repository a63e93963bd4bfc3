package inspect

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
)

// token is the secret that requests must present.
type token string

func newToken() token {
	secret := make([]byte, 16)
	_, _ = rand.Read(secret) // never fails
	return token(hex.EncodeToString(secret))
}

// cookie is the name of the cookie with the token. Cookies do not tell ports
// apart, so that each inspector needs a name of its own.
func (t token) cookie() string {
	sum := sha256.Sum256([]byte(t))
	return "poe-inspect-" + hex.EncodeToString(sum[:4])
}

// presented reports whether a request has the token. As a parameter it counts only
// for the page itself, which puts it into a cookie.
func (t token) presented(r *http.Request) bool {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return t.is(bearer)
	}
	if parameter := tokenOf(r); parameter != "" {
		return t.is(parameter)
	}
	c, err := r.Cookie(t.cookie())
	return err == nil && t.is(c.Value)
}

func (t token) is(s string) bool { return subtle.ConstantTimeCompare([]byte(s), []byte(t)) == 1 }

// moved answers a request that has presented the token as a parameter, by which it
// comes into a cookie and does not stay in the address. It reports whether that was
// so.
func (t token) moved(w http.ResponseWriter, r *http.Request) bool {
	if tokenOf(r) == "" {
		return false
	}
	http.SetCookie(w, &http.Cookie{Name: t.cookie(), Value: string(t), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	http.Redirect(w, r, "./", http.StatusSeeOther)
	return true
}

// tokenOf returns the token in the address of the page, empty if there is none.
func tokenOf(r *http.Request) string {
	if r.URL.Path != "/" {
		return ""
	}
	return r.URL.Query().Get("token")
}

const tokenMissing = "the token is missing or wrong: open the address that the program has printed"
