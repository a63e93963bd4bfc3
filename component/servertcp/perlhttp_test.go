package servertcp_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpclient"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
)

// A Perl program asks a server with filter/httpd twice over one connection.
func TestPerlHTTPClient(t *testing.T) {
	r := run(t, servertcp.Config{
		ClientFilter: func() filter.Filter {
			f, err := httpd.New(httpd.Config{})
			require.NoError(t, err)
			return f
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, r *http.Request) {
			text := fmt.Sprintf("%s %s %s", r.Method, r.URL.Path, httpd.Content(r))
			reply := &http.Response{
				StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
				Body: io.NopCloser(strings.NewReader(text)),
			}
			reply.Header.Set("X-Number", r.Header.Get("X-Number"))
			reply.Header.Set("Content-Length", strconv.Itoa(len(text)))
			c.Put(reply)
		}),
	})
	_, port, _ := strings.Cut(r.addr, ":")
	out, err := perlScript(t, "http.pl", "client", port).Output()
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 200 1 POST /page/1 body 1\nHTTP/1.1 200 2 POST /page/2 body 2\n", string(out))
}

// A client with filter/httpclient asks POE's Server::TCP with POE::Filter::HTTPD
// twice over one connection.
func TestPerlHTTPServer(t *testing.T) {
	cmd := perlScript(t, "http.pl", "server")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	port, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)

	asked := 0
	ask := func(c *clienttcp.Client) {
		asked++
		body := fmt.Sprint("body ", asked)
		r, err := http.NewRequest(http.MethodPost, fmt.Sprintf("http://test/page/%d", asked), strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("X-Number", strconv.Itoa(asked))
		c.Put(r)
	}
	var got []string
	k := kernel.New()
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Filter: func() filter.Filter {
			f, err := httpclient.New(httpclient.Config{})
			require.NoError(t, err)
			return f
		},
		Connected: ask,
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, r *http.Response) {
			got = append(got, fmt.Sprintf("%d %s %s", r.StatusCode, r.Header.Get("X-Number"), httpclient.Content(r)))
			if asked == 2 {
				c.Shutdown()
				return
			}
			ask(c)
		}),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, []string{"200 1 POST /page/1 body 1", "200 2 POST /page/2 body 2"}, got)
	require.NoError(t, cmd.Wait())
}
