package clienthttp

import (
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

// checkRedirect follows as many redirects as the program wants and then gives
// the last response as it is.
func (c *Client) checkRedirect(_ *http.Request, via []*http.Request) error {
	if len(via) > c.config.FollowRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}
