package httpd_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/require"
)

// maker returns what makes filters with cfg.
func maker(t testing.TB, cfg httpd.Config) func() filter.Filter {
	f, err := httpd.New(cfg)
	require.NoError(t, err)
	return f.Clone
}

// decode gives all records that the chunks make.
func decode(t testing.TB, cfg httpd.Config, chunks ...string) []any {
	t.Helper()
	b := filter.NewBuffer(maker(t, cfg)())
	var recs []any
	for _, c := range chunks {
		some, err := b.Get([]byte(c))
		require.NoError(t, err)
		recs = append(recs, some...)
	}
	return recs
}

// one decodes a stream that makes one record, of type T.
func one[T any](t testing.TB, cfg httpd.Config, stream string) T {
	t.Helper()
	recs := decode(t, cfg, stream)
	require.Len(t, recs, 1)
	rec, ok := recs[0].(T)
	require.True(t, ok, "record is %T", recs[0])
	return rec
}

// put encodes one record with a new filter.
func put(t testing.TB, cfg httpd.Config, rec any) string {
	t.Helper()
	out, err := maker(t, cfg)().Append(nil, rec)
	require.NoError(t, err)
	return string(out)
}

// describe says in a line what a record is.
func describe(rec any) string {
	switch r := rec.(type) {
	case *http.Request:
		return fmt.Sprintf("%s %s %s host=%s %s body=%q length=%d close=%t", r.Method, r.URL, r.Proto, r.Host,
			fields(r.Header), content(r.Body), r.ContentLength, r.Close)
	case *http.Response:
		return fmt.Sprintf("%d %v", r.StatusCode, httpd.Cause(r))
	case []byte:
		return fmt.Sprintf("%q", r)
	case httpd.End:
		return "end " + fields(r.Trailer)
	}
	return fmt.Sprintf("%T", rec)
}

// fields shows a header, sorted.
func fields(h http.Header) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		list = append(list, name+"="+strings.Join(h[name], "|"))
	}
	return "[" + strings.Join(list, " ") + "]"
}

func content(body io.Reader) string {
	b, err := io.ReadAll(body)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
