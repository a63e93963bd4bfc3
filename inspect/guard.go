package inspect

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// protect sets the headers that keep other sites out.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// ServeHTTP implements http.Handler. It refuses requests that the rules under
// Security do not permit.
func (i *Inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.Protect(i.mux).ServeHTTP(w, r)
}

// Protect returns a handler that passes requests to next under the inspector's
// own rules: it refuses those of other machines and other sites, and those
// without its token.
func (i *Inspector) Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header())
		if status, why := i.refuse(r); status != 0 {
			if r.Method == http.MethodPost {
				i.config.Logger.Warn("inspect: refused", "path", r.URL.Path, "from", r.RemoteAddr, "why", why)
			}
			http.Error(w, why, status)
			return
		}
		if token(i.config.Token).moved(w, r) {
			return
		}
		i.pauser.touch()
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

const (
	maxBody  = 64 << 10
	maxQuery = 4 << 10
)

// refuse says with which status, and why, a request is refused; 0 for not.
func (i *Inspector) refuse(r *http.Request) (status int, why string) {
	switch {
	case !i.config.Remote && !local(r.RemoteAddr):
		return http.StatusForbidden, "only this machine may connect"
	case !i.ourHost(r.Host):
		return http.StatusForbidden, "not a name of this inspector"
	case len(r.URL.RawQuery) > maxQuery:
		return http.StatusRequestURITooLong, "the query is too long"
	case foreign(r):
		return http.StatusForbidden, "requests of other sites are refused"
	case !token(i.config.Token).presented(r):
		return http.StatusUnauthorized, tokenMissing
	}
	return 0, ""
}

// local reports whether a peer is on this machine: at a loopback address or a
// unix socket.
func local(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote == "" || remote == "@" || strings.HasPrefix(remote, "/")
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// ourHost reports whether a request is made under a name that no other site has.
func (i *Inspector) ourHost(host string) bool {
	return loopbackName(host) || i.socket != "" && host == socketHost || slices.Contains(i.config.Hosts, nameOf(host))
}

// loopbackName reports whether a host, with a port or not, is this machine.
func loopbackName(host string) bool {
	name := nameOf(host)
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.IsLoopback()
}

// nameOf is a host without its port.
func nameOf(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.Trim(host, "[]")
}

// socketHost is the name that requests over unix sockets have.
const socketHost = "poe"

// foreign reports whether a browser makes the request for another site.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || u.Host != r.Host
}
