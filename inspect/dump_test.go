package inspect_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
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
	"github.com/gopoe/poe/session"
)

// offline serves a dump and returns what gets a path of it.
func offline(t *testing.T, dump io.Reader) func(path string) (string, int) {
	t.Helper()
	o, err := inspect.ReadDump(dump)
	require.NoError(t, err)
	s := httptest.NewServer(o)
	t.Cleanup(s.Close)
	return func(path string) (string, int) {
		request, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/"+path, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+o.Token())
		r, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return string(text), r.StatusCode
	}
}

// Who has no token sees nothing of a dump; the address with the token sets the
// cookie that the page works with.
func TestDumpNeedsItsToken(t *testing.T) {
	p := start(t, inspect.Config{}, true, crowd(1))
	var b bytes.Buffer
	require.NoError(t, p.i.Dump(t.Context(), &b))
	o, err := inspect.ReadDump(&b)
	require.NoError(t, err)
	s := httptest.NewServer(o)
	t.Cleanup(s.Close)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar}
	get := func(path string) int {
		r, err := browser.Get(s.URL + path)
		require.NoError(t, err)
		defer r.Body.Close()
		return r.StatusCode
	}
	for _, path := range []string{"/", "/api/overview", "/api/overview?token=" + o.Token(), "/?token=wrong"} {
		require.Equal(t, http.StatusUnauthorized, get(path), path)
	}
	require.Equal(t, http.StatusOK, get("/?token="+o.Token()))
	require.Equal(t, http.StatusOK, get("/api/overview"))
}

// A dump shows what the inspector showed.
func TestDump(t *testing.T) {
	p := start(t, inspect.Config{Actions: true}, true, crowd(250))
	p.do(inspect.Action{Do: "post", To: "counter", Event: "note", Args: []any{"hello"}})
	p.do(inspect.Action{Do: "post", To: "counter", Event: "missing"})
	var b bytes.Buffer
	require.NoError(t, p.i.Dump(t.Context(), &b))
	get := offline(t, &b)
	var counter struct{ Sessions []inspect.SessionRow }
	p.get("top?find=counter", &counter)
	n := num(counter.Sessions[0].Number)
	for _, path := range []string{
		"sessions", "sessions?after=50&limit=7", "top?by=newest", "session?n=" + n, "growth", "timers", "problems", "recent?event=note", "events",
	} {
		var was, is any
		p.get(path, &was)
		text, status := get("api/" + path)
		require.Equal(t, 200, status, path)
		require.NoError(t, json.Unmarshal([]byte(text), &is))
		if path == "timers" { // its time has gone on
			was, is = len(was.(map[string]any)["Timers"].([]any)), len(is.(map[string]any)["Timers"].([]any))
		}
		if path == "session?n="+n {
			was, is = was.(map[string]any)["Session"].(map[string]any)["Heap"], is.(map[string]any)["Session"].(map[string]any)["Heap"]
		}
		require.Equal(t, was, is, path)
	}
	text, status := get("")
	require.Equal(t, 200, status)
	require.Contains(t, text, "app.js")
	for path, want := range map[string]int{"api/session?n=99999": 404, "api/tree?id=zz": 404, "api/action": 404, "api/top?by=x": 400, "api/dump": 404} {
		_, status := get(path)
		require.Equal(t, want, status, path)
	}
	for _, bad := range []string{"", "{}", `{"Format":"poe dump 2"}`, `[1]`} {
		_, err := inspect.ReadDump(strings.NewReader(bad))
		require.Error(t, err, bad)
	}
}

// An exception that no session handles leaves a dump of the program as it was: with
// the sessions that are stopped for it.
func TestCrashDump(t *testing.T) {
	path := filepath.Join(t.TempDir(), "crash.json")
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	c := &counter{quiet: true, Notes: []string{"before the end"}}
	_, err := session.Create(k, c, session.States[counter]{
		"_start": func(c *counter, e kernel.Event) {
			_ = e.Kernel.AliasSet("counter")
			e.Yield("fails")
		},
		"fails": counterStates["fails"],
	})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start":  func(e kernel.Event) { _ = e.Sig("DIE", "handled"); e.Yield("fails") },
		"fails":   func(kernel.Event) { panic("handled") },
		"handled": func(e kernel.Event) { _, err := os.Stat(path); require.Error(t, err); e.SigHandled() },
	})
	require.NoError(t, err)
	i := inspect.New(k, inspect.Config{CrashDump: path})
	require.ErrorContains(t, k.Run(), "on purpose")
	require.NoError(t, i.Close())
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	get := offline(t, f)
	text, _ := get("api/top")
	require.Contains(t, text, `"counter"`)
	var list struct{ Sessions []inspect.SessionRow }
	require.NoError(t, json.Unmarshal([]byte(text), &list))
	n := ""
	for _, s := range list.Sessions {
		if len(s.Aliases) > 0 {
			n = num(s.Number)
		}
	}
	text, _ = get("api/session?n=" + n)
	require.Contains(t, text, "before the end")
	text, _ = get("api/problems")
	require.Contains(t, text, "on purpose")
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1)
}

// In the trace for Perfetto each event is a slice, and arrows go from within the
// slice of the cause to the beginning of the effect's.
func TestPerfetto(t *testing.T) {
	p := start(t, inspect.Config{}, false)
	require.Eventually(t, func() bool { return p.dispatched() > 200 }, 10*time.Second, time.Millisecond)
	var trace struct {
		TraceEvents []struct {
			Name, Ph, ID string
			TID          uint64
			TS, Dur      float64
			Args         map[string]any
		}
	}
	p.get("perfetto", &trace)
	type span struct{ from, to float64 }
	slices := map[uint64][]span{}
	threads, arrows := map[uint64]bool{}, map[string]float64{}
	known, caused := map[any]bool{}, 0
	for _, e := range trace.TraceEvents {
		switch e.Ph {
		case "M":
			threads[e.TID] = true
		case "X":
			require.True(t, threads[e.TID])
			slices[e.TID] = append(slices[e.TID], span{e.TS, e.TS + e.Dur})
			if known[e.Args["id"]] = true; known[e.Args["cause"]] {
				caused++
			}
		case "s":
			arrows[e.ID] = e.TS
			in := false
			for _, s := range slices[e.TID] {
				in = in || s.from <= e.TS && e.TS <= s.to
			}
			require.True(t, in, "the arrow begins in a slice")
		case "f":
			from, ok := arrows[e.ID]
			require.True(t, ok)
			require.LessOrEqual(t, from, e.TS+1)
			require.Equal(t, slices[e.TID][len(slices[e.TID])-1].from, e.TS)
		}
	}
	require.Greater(t, caused, 50)
	require.Len(t, arrows, caused)
}
