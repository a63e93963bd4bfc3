package inspect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
	"github.com/gopoe/poe/session"
)

// recordRun records a run with events of those names.
func recordRun(t *testing.T, path string, names ...string) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	k := kernel.New(kernel.Options{Name: "recorded", Recording: &kernel.Recording{Writer: f}})
	handlers := session.Funcs{"_start": func(e kernel.Event) {
		for _, name := range names {
			e.Kernel.Yield(name)
		}
	}}
	for _, name := range names {
		handlers[name] = func(kernel.Event) {}
	}
	_, err = session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.NoError(t, f.Close())
}

// recordingAPI asks the API of recordings.
func recordingAPI(t *testing.T, r *inspect.Recordings, path string, v any) (status int) {
	t.Helper()
	q := httptest.NewRequest("GET", "http://127.0.0.1/api/"+path, nil)
	q.Header.Set("Authorization", "Bearer "+r.Token())
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	if v != nil {
		require.Equal(t, 200, w.Code, "%s: %s", path, w.Body)
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), v))
	}
	return w.Code
}

func TestRecordings(t *testing.T) {
	dir := t.TempDir()
	recordRun(t, filepath.Join(dir, "a.rec"), "one", "two", "two", "two", "three", "four")
	recordRun(t, filepath.Join(dir, "b.rec"), "one", "two", "two", "other", "three", "four", "five")
	recordRun(t, filepath.Join(dir, "hidden"), "one")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "broken.rec"), []byte("no recording"), 0o600))
	r := inspect.NewRecordings([]string{dir}, nil)

	var list struct {
		Recordings []inspect.RecordingFile
		Replays    bool
	}
	recordingAPI(t, r, "recordings", &list)
	require.Len(t, list.Recordings, 3)
	require.False(t, list.Replays)
	names := map[string]bool{}
	for _, f := range list.Recordings {
		names[f.Name] = f.Error == ""
	}
	require.Equal(t, map[string]bool{"a.rec": true, "b.rec": true, "broken.rec": false}, names)

	var s inspect.RecordingSummary
	recordingAPI(t, r, "recordings/summary?name=a.rec", &s)
	require.Equal(t, "recorded", s.Head.Kernel)
	require.Contains(t, s.Names, inspect.NameCount{Name: "two", Count: 3})
	sum := uint64(0)
	for _, n := range s.Density {
		sum += n
	}
	require.Equal(t, s.Events, sum)

	// The pages have the same events as the package that reads recordings.
	data, err := os.ReadFile(filepath.Join(dir, "a.rec"))
	require.NoError(t, err)
	var want, got []string
	for e, err := range recording.Events(bytes.NewReader(data)) {
		require.NoError(t, err)
		want = append(want, fmt.Sprint(e.Number, " ", e))
	}
	require.Len(t, want, int(s.Events))
	for from := 1; from <= len(want); from += 3 {
		var page struct{ Events []inspect.RecordedEvent }
		recordingAPI(t, r, fmt.Sprintf("recordings/events?name=a.rec&from=%d&limit=3", from), &page)
		for _, e := range page.Events {
			got = append(got, fmt.Sprint(e.Number, " ", e.Event))
		}
	}
	require.Equal(t, want, got)
	var found struct{ Events []inspect.RecordedEvent }
	recordingAPI(t, r, "recordings/events?name=a.rec&find=t*", &found)
	require.Len(t, found.Events, 4)

	var c inspect.Comparison
	recordingAPI(t, r, "recordings/compare?a=a.rec&b=b.rec", &c)
	require.False(t, c.Equal)
	require.True(t, c.EndA && c.EndB)
	differ := slices.Clone(c.Rows)
	differ = slices.DeleteFunc(differ, func(row inspect.ComparedRow) bool { return row.Same })
	require.Equal(t, `"two" in session 1`, differ[0].A)
	require.Equal(t, `"other" in session 1`, differ[0].B)
	require.Equal(t, differ[0].NumberA, c.Common+1)
	require.Contains(t, fmt.Sprint(differ), "five")
	require.NotContains(t, fmt.Sprint(differ), "three", "what both have is beside each other again")
	recordingAPI(t, r, "recordings/compare?a=a.rec&b=a.rec", &c)
	require.True(t, c.Equal)
	require.Equal(t, s.Events, c.Common)

	// A recording that is cut is shown as far as it goes.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cut.rec"), data[:len(data)-5], 0o600))
	recordingAPI(t, r, "recordings/summary?name=cut.rec", &s)
	require.Contains(t, s.Error, "cut short")

	// Nothing but what is listed can be read.
	for _, name := range []string{"hidden", "../" + filepath.Base(dir) + "/a.rec", filepath.Join(dir, "a.rec"), "", "/etc/passwd", "nothing.rec"} {
		for _, path := range []string{"summary?name=", "events?name=", "compare?b=a.rec&a="} {
			require.Equal(t, http.StatusNotFound, recordingAPI(t, r, "recordings/"+path+url.QueryEscape(name), nil), name)
		}
	}
	require.Equal(t, http.StatusServiceUnavailable, recordingAPI(t, r, "recordings/state?name=a.rec&event=1", nil), "no program")
	q := httptest.NewRequest("GET", "http://127.0.0.1/api/recordings", nil)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	require.Equal(t, http.StatusUnauthorized, w.Code)
}
