package clienthttp_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// TestReplay records requests of every outcome, ends the server, and replays the
// recording: the answers come from there.
func TestReplay(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Test", "yes")
		fmt.Fprint(w, "the page")
	})
	mux.Handle("/old", http.RedirectHandler("/page", http.StatusFound))
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) { w.Write(bytes.Repeat([]byte("x"), 5000)) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	base := server.URL
	for _, streaming := range []int{0, 700} {
		program := func(k *kernel.Kernel, say func(string, ...any)) {
			c, err := clienthttp.New(k, clienthttp.Config{
				Streaming: streaming, MaxSize: 4000, Timeout: 300 * time.Millisecond, FollowRedirects: 2, MaxOpen: 2,
			})
			require.NoError(t, err)
			paths := []string{base + "/page", base + "/old", base + "/large", base + "/missing", "http://127.0.0.1:1/refused", base + "/slow"}
			ended := map[string]bool{}
			_, err = session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					for _, path := range paths {
						request, err := http.NewRequest(http.MethodGet, path, nil)
						require.NoError(t, err)
						require.NoError(t, c.Do(clienthttp.Request{HTTP: request, Event: "page", Tag: path, Progress: "progress"}))
					}
				},
				"progress": func(e kernel.Event) { say("progress %v", e.Arg(1)) },
				"page": func(e kernel.Event) {
					r := clienthttp.ResultOf(e)
					say("%v: %v %q from %v, %d bytes %v %v", r.Tag, r.Response.Status, r.Response.Header.Get("X-Test"), r.Response.Request.URL, len(r.Body), r.Truncated, r.Err)
					if !ended[r.Tag.(string)] && (r.Body == nil || streaming == 0 || r.Err != nil) {
						if ended[r.Tag.(string)] = true; len(ended) == len(paths) {
							c.Shutdown()
						}
					}
				},
			})
			require.NoError(t, err)
		}
		file := filepath.Join(t.TempDir(), "http.rec")
		f, err := os.Create(file)
		require.NoError(t, err)
		var said []string
		into := func(to *[]string) func(string, ...any) {
			return func(format string, args ...any) { *to = append(*to, fmt.Sprintf(format, args...)) }
		}
		k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: f}})
		program(k, into(&said))
		require.NoError(t, k.Run())
		require.NoError(t, f.Close())
		require.Greater(t, len(said), 6)
		if streaming > 0 {
			server.Close() // the replays need none
		}
		for range 3 {
			var again []string
			poetest.Replay(t, file, func(k *kernel.Kernel) { program(k, into(&again)) })
			assert.Equal(t, said, again)
		}
	}
}
