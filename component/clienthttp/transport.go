package clienthttp

import (
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"
)

// proxyKey is the context's key for the proxy of one request.
type proxyKey struct{}

// newTransport makes the pool of connections. The numbers of connections are
// bounded by the component, which keeps requests in order.
func newTransport(c Config) *http.Transport {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	if c.BindAddr.IsValid() {
		dialer.LocalAddr = &net.TCPAddr{IP: c.BindAddr.AsSlice(), Zone: c.BindAddr.Zone()}
	}
	t := &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if proxy, ok := r.Context().Value(proxyKey{}).(*url.URL); ok {
				return proxy, nil
			}
			if c.Proxy != nil {
				return c.Proxy(r)
			}
			return http.ProxyFromEnvironment(r)
		},
		DialContext:            dialer.DialContext,
		TLSClientConfig:        c.TLS.Clone(),
		TLSHandshakeTimeout:    30 * time.Second,
		ForceAttemptHTTP2:      true,
		DisableCompression:     !c.Decompress,
		DisableKeepAlives:      c.KeepAlive < 0,
		IdleConnTimeout:        max(0, c.KeepAlive),
		MaxIdleConns:           max(0, c.MaxOpen),
		MaxIdleConnsPerHost:    1 << 20,
		MaxResponseHeaderBytes: 1 << 20,
		ExpectContinueTimeout:  time.Second,
	}
	if c.MaxPerHost > 0 {
		t.MaxIdleConnsPerHost = c.MaxPerHost
	}
	return t
}

// defaulting is a transport that adds the headers which a request lacks. Were they added
// before, http.Client would copy them once more, for redirects.
type defaulting struct {
	transport http.RoundTripper
	config    *Config
	shared    []http.Header // for requests without any, one for each Agent; nil to make them
}

func newDefaulting(transport http.RoundTripper, c *Config) *defaulting {
	d := &defaulting{transport: transport, config: c}
	if _, ok := transport.(*http.Transport); ok && c.FollowRedirects == 0 { // others may change them, which they must not
		for _, agent := range c.Agent {
			h := http.Header{}
			d.complete(h, agent)
			d.shared = append(d.shared, h)
		}
	}
	return d
}

// RoundTrip implements http.RoundTripper. The request is a copy of the program's, which
// does not see it unless it follows redirects, see transaction.run.
func (d *defaulting) RoundTrip(r *http.Request) (*http.Response, error) {
	i := rand.IntN(len(d.config.Agent))
	switch {
	case r.Response != nil && r.Response.Request != nil: // a redirect
		d.complete(r.Header, r.Response.Request.UserAgent())
	case len(r.Header) == 0 && d.shared != nil:
		r.Header = d.shared[i]
	default:
		if len(r.Header) == 0 {
			r.Header = http.Header{}
		}
		d.complete(r.Header, d.config.Agent[i])
	}
	return d.transport.RoundTrip(r)
}

// complete adds the headers that are missing.
func (d *defaulting) complete(h http.Header, agent string) {
	if _, set := h["User-Agent"]; !set {
		h.Set("User-Agent", agent)
	}
	if _, set := h["From"]; !set && d.config.From != "" {
		h.Set("From", d.config.From)
	}
}

// checkRedirect follows as many redirects as the program wants and then gives
// the last response as it is.
func (c *Client) checkRedirect(_ *http.Request, via []*http.Request) error {
	if len(via) > c.config.FollowRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}
