package clienthttp_test

import (
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/session"
)

// watcher notes the marks of events by name.
type watcher struct{ marks map[string]observe.Mark }

func (w *watcher) Begin(s *observe.Span) { w.marks[s.Name] = s.Mark }
func (w *watcher) End(*observe.Span)     {}

// A trace goes from the client of one program through a server, whose handler asks
// another server, to that: each sees the same trace, and who has asked it.
func TestTraceContext(t *testing.T) {
	headers := make(chan http.Header, 2)
	last := serve(t, func(w http.ResponseWriter, r *http.Request) { headers <- r.Header.Clone() })
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	seen := &watcher{map[string]observe.Mark{}}
	k.Host().Observe(seen, 1)
	_, err := clienthttp.New(k, clienthttp.Config{Alias: "ua"})
	require.NoError(t, err)
	s, err := httpserver.New(k, httpserver.Config{
		Server: servertcp.Config{Address: "127.0.0.1"},
		Routes: []httpserver.Route{{Session: kernel.Alias("middle"), Event: "asked"}},
	})
	require.NoError(t, err)
	var answer *httpserver.Response
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { require.NoError(t, e.AliasSet("middle")) },
		"asked": func(e kernel.Event) {
			answer = kernel.Arg[*httpserver.Response](e, 1)
			require.NoError(t, e.Delay("later", 1))
		},
		"later": func(e kernel.Event) {
			require.NoError(t, e.Post(kernel.Alias("ua"), "request", "got", get(t, last)))
		},
		"got": func(e kernel.Event) {
			answer.Done()
			require.NoError(t, e.AliasRemove("middle"))
			s.Shutdown(0)
			require.NoError(t, e.Post(kernel.Alias("ua"), "shutdown"))
		},
	})
	require.NoError(t, err)
	sent := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	failed := make(chan error, 1)
	go func() {
		r, err := http.NewRequest("GET", "http://"+s.Addr().(*net.TCPAddr).String()+"/", nil)
		if err == nil {
			r.Header.Set("Traceparent", sent)
			r.Header.Add("Tracestate", "a=1")
			r.Header.Add("Tracestate", "b=2")
			_, err = http.DefaultTransport.RoundTrip(r)
		}
		failed <- err
	}()
	require.NoError(t, k.Run())
	require.NoError(t, <-failed)
	got := <-headers
	require.Equal(t, "a=1,b=2", got.Get("Tracestate"))
	parts, were := strings.Split(got.Get("Traceparent"), "-"), strings.Split(sent, "-")
	require.Equal(t, were[1], parts[1], "the trace")
	require.NotEqual(t, were[2], parts[2], "the parent is an event of this program")
	require.Equal(t, seen.marks["asked"].Trace, seen.marks["later"].Trace)
	require.Equal(t, seen.marks["asked"].ID, seen.marks["later"].Cause)
	require.Equal(t, seen.marks["asked"].Trace, seen.marks["got"].Trace)
}

// Without a trace from elsewhere each event of this program has one of its own; and
// nothing is sent if that is not wanted, or a header is there.
func TestOwnTraceContext(t *testing.T) {
	for _, test := range []struct {
		name          string
		observed, off bool
		header, want  string
	}{
		{name: "observed", observed: true, want: "00-"},
		{name: "not observed"},
		{name: "not wanted", observed: true, off: true},
		{name: "the program's own", observed: true, header: "00-mine", want: "00-mine"},
	} {
		t.Run(test.name, func(t *testing.T) {
			headers := make(chan string, 1)
			url := serve(t, func(w http.ResponseWriter, r *http.Request) { headers <- r.Header.Get("Traceparent") })
			k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
			if test.observed {
				k.Host().Observe(&watcher{map[string]observe.Mark{}}, 64)
			}
			_, err := clienthttp.New(k, clienthttp.Config{Alias: "ua", NoTrace: test.off})
			require.NoError(t, err)
			r := get(t, url)
			if test.header != "" {
				r.Header.Set("Traceparent", test.header)
			}
			_, err = session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) { require.NoError(t, e.Post(kernel.Alias("ua"), "request", "got", r)) },
				"got":    func(e kernel.Event) { require.NoError(t, e.Post(kernel.Alias("ua"), "shutdown")) },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			got := <-headers
			require.True(t, strings.HasPrefix(got, test.want) && (got == "") == (test.want == ""), got)
			if test.want == "00-" {
				_, ok := observe.ParseTraceContext(got, "")
				require.True(t, ok, got)
				require.Empty(t, r.Header, "the program's request stays as it is")
			}
		})
	}
}
