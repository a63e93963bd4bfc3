//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/filter/httpd"
)

// t/90_regression/agaran-filter-httpd: slashes at the front of a path become
// one. POE's request has "1.0" for a version, which is refused here unless
// POE's ways are asked for.
func TestRegressionAgaranFilterHTTPD(t *testing.T) {
	perLoop(t, func(p *proof) {
		for _, c := range []struct {
			config httpd.Config
			line   string
		}{
			{httpd.Config{Quirks: true}, "GET //foo/bar 1.0\r\n\r\n"},
			{httpd.Config{}, "GET //foo/bar HTTP/1.0\r\n\r\n"},
		} {
			requests, seen := p.askTwice(c.config, c.line)
			p.must().Len(requests, 1)
			p.is().Equal("/foo/bar", requests[0].URL.String())
			p.is().Equal(bothEnd, seen)
		}
	})
}
