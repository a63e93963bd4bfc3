//go:build unix

package poetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

func TestMain(m *testing.M) {
	os.Exit(poetest.Programs(m, map[string]func() int{"poetest-upper": upper}))
}

// upper is a program that writes its input in upper case.
func upper() int {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 1
	}
	fmt.Println(strings.ToUpper(string(text)), os.Args[1])
	return 3
}

func TestPrograms(t *testing.T) {
	k := poetest.New(t)
	var got []string
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		w, err := run.New(e.Kernel, run.Config{Program: []string{"poetest-upper"}, Args: []string{"!"}, Events: run.Funcs{
			Stdout: func(_ *run.Wheel, record any) { got = append(got, record.(string)) },
			Stdin:  func(w *run.Wheel) { w.ShutdownStdin() }, // once it is written
			Exit:   func(w *run.Wheel, status kernel.WaitStatus) { got = append(got, status.String()); w.Close() },
		}})
		require.NoError(t, err)
		w.Put("hello")
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.ElementsMatch(t, []string{"HELLO", " !", "exit code 3"}, got)
}

func TestJobs(t *testing.T) {
	jobs := poetest.Jobs{"rate": func(context.Context) (any, error) { return 1.08, errors.New("stale") }}
	k := poetest.New(t, kernel.Options{WrapJob: jobs.Wrap})
	var got []any
	work := func(context.Context) (any, error) { return "worked", nil }
	keep := func(e kernel.Event) { got = append(got, e.Name, e.Args[0], e.Args[1]) }
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := e.Kernel.Offload("rate", work)
			assert.NoError(t, err)
		},
		"rate": func(e kernel.Event) {
			keep(e)
			_, err := e.Kernel.Offload("other", work)
			assert.NoError(t, err)
		},
		"other": keep,
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []any{"rate", 1.08, errors.New("stale"), "other", "worked", nil}, got)
}

func TestHosts(t *testing.T) {
	r := poetest.Hosts{
		"www.example.com":  {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
		"none.example.com": nil,
	}.Resolver()
	addrs, err := r.LookupNetIP(t.Context(), "ip", "www.example.com.")
	require.NoError(t, err)
	assert.ElementsMatch(t, []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}, addrs)
	addrs, err = r.LookupNetIP(t.Context(), "ip4", "WWW.example.com.")
	require.NoError(t, err)
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.1")}, addrs)
	for _, name := range []string{"none.example.com.", "unknown.example.com."} {
		_, err = r.LookupNetIP(t.Context(), "ip", name)
		var failed *net.DNSError
		require.ErrorAs(t, err, &failed)
		assert.True(t, failed.IsNotFound, name)
	}
}

func TestRoundTripper(t *testing.T) {
	k := poetest.New(t)
	var got string
	asked := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.RequestURI, body)
	})
	_, err := clienthttp.New(k, clienthttp.Config{Transport: poetest.RoundTripper(asked), Timeout: time.Minute})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			req, err := http.NewRequest("PUT", "http://example.com/a?b=c", strings.NewReader("hi"))
			require.NoError(t, err)
			require.NoError(t, e.Kernel.Post(kernel.Alias(clienthttp.DefaultAlias), "request", "got", req))
		},
		"got": func(e kernel.Event) {
			response := e.Args[1].([]any)[0].(*http.Response)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			got = fmt.Sprint(response.StatusCode, " ", string(body))
			require.NoError(t, e.Kernel.Post(kernel.Alias(clienthttp.DefaultAlias), "shutdown"))
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, "418 PUT example.com /a?b=c hi", got)
}

func TestPerl(t *testing.T) {
	k := poetest.New(t)
	var out strings.Builder
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("count", 3) },
		"count": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			fmt.Fprintln(&out, n)
			if n > 0 {
				e.Kernel.Yield("count", n-1)
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, poetest.Perl(t, "testdata/count.pl", "3"), out.String())
}
