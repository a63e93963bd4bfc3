package httpd_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages prints how POE answers the bad requests that it is given.
const pages = `
use POE::Filter::HTTPD;
my $f = POE::Filter::HTTPD->new(MaxContent => 9, MaxBuffer => 500);
print $f->put($f->get([$ARGV[0]]))->[0];
`

// With Quirks the answers to bad requests are POE's, byte for byte.
func TestQuirksPages(t *testing.T) {
	if exec.Command("perl", "-MPOE::Filter::HTTPD", "-e", "1").Run() != nil {
		t.Skip("POE::Filter::HTTPD is not installed")
	}
	for _, request := range []string{
		"nonsense\r\n\r\n",
		"<b>&\r\nHost: h\r\n\r\n",
		"PUT / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
		"PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\n",
		"PUT / HTTP/1.1\r\nContent-Length:  0010 \r\n\r\n",
		"PUT / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n",
	} {
		want, err := exec.Command("perl", "-e", pages, request).Output()
		require.NoError(t, err)
		b := filter.NewBuffer(maker(t, httpd.Config{Quirks: true, MaxContent: 9, MaxBuffer: 500})())
		recs, err := b.Get([]byte(request))
		require.NoError(t, err)
		require.Len(t, recs, 1)
		require.Error(t, httpd.Cause(recs[0].(*http.Response)))
		got, err := b.Put(recs[0])
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got[0]), fmt.Sprintf("%q", request))
	}
}
