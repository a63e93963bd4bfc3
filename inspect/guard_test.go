package inspect_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
)

// Attacks that a browser or another machine can mount are refused, each before
// anything of the program is shown or done.
func TestRefused(t *testing.T) {
	i := inspect.New(kernel.New(), inspect.Config{Token: "secret", Actions: true, Logger: slog.New(slog.DiscardHandler)})
	good := func(method, path, body string) *http.Request {
		r := httptest.NewRequest(method, "http://127.0.0.1:9"+path, strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1234"
		r.Header.Set("Authorization", "Bearer secret")
		if method == "POST" {
			r.Header.Set("Content-Type", "application/json")
		}
		return r
	}
	tests := []struct {
		name   string
		change func(r *http.Request)
		status int
	}{
		{"no token", func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		{"wrong token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer secrets") }, 401},
		{"empty token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 401},
		{"token of the API in the address", func(r *http.Request) { r.Header.Del("Authorization"); r.URL.RawQuery = "token=secret" }, 401},
		{"wrong cookie", func(r *http.Request) { r.Header.Del("Authorization"); r.Header.Set("Cookie", "poe-inspect=secret") }, 401},
		{"DNS rebinding", func(r *http.Request) { r.Host = "evil.example:9" }, 403},
		{"name that begins like ours", func(r *http.Request) { r.Host = "localhost.evil.example" }, 403},
		{"address as a name", func(r *http.Request) { r.Host = "127.0.0.1.evil.example:9" }, 403},
		{"no host", func(r *http.Request) { r.Host = "" }, 403},
		{"other address", func(r *http.Request) { r.Host = "192.0.2.1:9" }, 403},
		{"other machine", func(r *http.Request) { r.RemoteAddr = "192.0.2.1:1234" }, 403},
		{"other site", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		{"other port", func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:10") }, 403},
		{"opaque origin", func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		{"fetch of another site", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"fetch of another port", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		{"long query", func(r *http.Request) { r.URL.RawQuery = strings.Repeat("a", 5000) }, 414},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, target := range []string{"GET /", "GET /app.js", "GET /api/overview", "GET /api/live", "POST /api/action"} {
				method, path, _ := strings.Cut(target, " ")
				r := good(method, path, `{"Do":"pause"}`)
				test.change(r)
				if path == "/" && r.URL.RawQuery == "token=secret" {
					continue // this is how a browser logs in
				}
				w := httptest.NewRecorder()
				i.ServeHTTP(w, r)
				require.Equal(t, test.status, w.Code, target)
				require.NotContains(t, w.Body.String(), "Kernel")
				require.Empty(t, w.Result().Cookies())
			}
		})
	}
	for _, test := range []struct {
		name, method, path, body, kind string
		status                         int
	}{
		{"form", "POST", "/api/action", "Do=pause", "application/x-www-form-urlencoded", 415},
		{"plain text", "POST", "/api/action", `{"Do":"pause"}`, "text/plain", 415},
		{"action by GET", "GET", "/api/action", "", "", 405},
		{"other method", "PUT", "/api/action", "{}", "application/json", 405},
		{"unknown action", "POST", "/api/action", `{"Do":"format"}`, "application/json", 400},
		{"no JSON", "POST", "/api/action", `{`, "application/json", 400},
		{"large body", "POST", "/api/action", `{"Do":"` + strings.Repeat("x", 100<<10) + `"}`, "application/json", 400},
		{"path upwards", "GET", "/../inspect.go", "", "", 307},
		{"escaped path upwards", "GET", "/%2e%2e/inspect.go", "", "", 404},
		{"other file", "GET", "/ui/app.js", "", "", 404},
		{"directory", "GET", "/ui/", "", "", 404},
		{"large page", "GET", "/api/sessions?limit=1000000", "", "", 400},
		{"number that is none", "GET", "/api/session?n=-1", "", "", 400},
		{"order that is none", "GET", "/api/top?by=x", "", "", 400},
		{"no event", "GET", "/api/tree?id=!!", "", "", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := good(test.method, test.path, test.body)
			r.Header.Set("Content-Type", test.kind)
			w := httptest.NewRecorder()
			i.ServeHTTP(w, r)
			require.Equal(t, test.status, w.Code, w.Body.String())
			require.NotContains(t, w.Body.String(), "package inspect")
		})
	}
	w := httptest.NewRecorder()
	i.ServeHTTP(w, good("GET", "/", ""))
	require.Equal(t, 200, w.Code)
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'")
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
}

// A browser that opens the address with the token gets a cookie, which other sites
// cannot use, and an address without the token.
func TestLogin(t *testing.T) {
	p := start(t, inspect.Config{}, true)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar}
	a, err := client.Get(p.i.URL())
	require.NoError(t, err)
	defer a.Body.Close()
	require.Equal(t, 200, a.StatusCode)
	require.Equal(t, "/", a.Request.URL.RequestURI())
	a, err = client.Get(p.url + "/api/overview")
	require.NoError(t, err)
	defer a.Body.Close()
	require.Equal(t, 200, a.StatusCode)
	client.Jar = nil
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a, err = client.Get(p.i.URL())
	require.NoError(t, err)
	defer a.Body.Close()
	c := a.Cookies()[0]
	require.True(t, c.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, c.SameSite)
}

func TestListenOnlyWhereAsked(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0"} {
		_, err := inspect.Listen(kernel.New(), addr, inspect.Config{})
		require.ErrorContains(t, err, "loopback", addr)
	}
	path := filepath.Join(t.TempDir(), "socket")
	i, err := inspect.Listen(kernel.New(), "unix:"+path, inspect.Config{})
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", path) }}}
	r, err := http.NewRequest("GET", "http://poe/", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+i.Token())
	a, err := client.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	require.NoError(t, a.Body.Close())
	require.Contains(t, string(text), "POE inspector")
	_, err = inspect.Listen(kernel.New(), "unix:"+path, inspect.Config{})
	require.ErrorIs(t, err, os.ErrExist, "the place is taken")
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1, "what the socket was made in is gone")
	require.NoError(t, i.Close())
	require.NoFileExists(t, path)
}

// At no moment can others open the socket.
func TestSocketHasItsModeAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	looks := make(chan bool)
	over := make(chan struct{})
	go func() {
		defer close(looks)
		for {
			select {
			case <-over:
				return
			default:
			}
			if info, err := os.Stat(path); err == nil && info.Mode().Perm() != 0o600 {
				looks <- true
				return
			}
		}
	}()
	for range 100 {
		i, err := inspect.Listen(kernel.New(), "unix:"+path, inspect.Config{})
		require.NoError(t, err)
		require.NoError(t, i.Close())
	}
	close(over)
	require.False(t, <-looks, "it had another mode")
}
