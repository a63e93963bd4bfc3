//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/filter/httpd"
)

// t/90_regression/cfedde-filter-httpd: a client that says nothing is
// disconnected when the server is killed, and the one that asks gets its
// request through.
func TestRegressionCfeddeFilterHTTPD(t *testing.T) {
	perLoop(t, func(p *proof) {
		for _, c := range []struct {
			config httpd.Config
			line   string
		}{
			{httpd.Config{Quirks: true}, "GET / 1.0\r\n\r\n"},
			{httpd.Config{}, "GET / HTTP/1.0\r\n\r\n"},
		} {
			requests, seen := p.askTwice(c.config, c.line)
			p.must().Len(requests, 1)
			p.is().Equal("GET", requests[0].Method)
			p.is().Equal("/", requests[0].URL.String())
			p.is().Equal(bothEnd, seen)
		}
	})
}
