package httpd_test

import (
	"net/http"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// others are filters that a stream may change to or from, with one record and
// its bytes.
func others(t *testing.T) map[string]struct {
	filter    filter.Filter
	rec, wire string
} {
	line, err := filter.NewLine(filter.LineConfig{})
	require.NoError(t, err)
	block, err := filter.NewBlock(filter.BlockConfig{})
	require.NoError(t, err)
	return map[string]struct {
		filter    filter.Filter
		rec, wire string
	}{
		"Line":   {line, "text", "text\r\n"},
		"Block":  {block, "text", "4\x00text"},
		"Stream": {filter.NewStream(), "text", "text"},
	}
}

// A filter that takes over from another finds all that had not been decoded.
func TestSwitch(t *testing.T) {
	const request = "PUT /x HTTP/1.0\r\nContent-Length: 2\r\n\r\nab"
	for _, cfg := range []httpd.Config{{}, {Quirks: true}} {
		for name, other := range others(t) {
			b := filter.NewBuffer(maker(t, cfg)())
			require.NoError(t, b.GetOneStart([]byte(request+other.wire)))
			recs, err := b.GetOne()
			require.NoError(t, err)
			require.Len(t, recs, 1)
			assert.Equal(t, "/x", recs[0].(*http.Request).URL.Path, name)
			b.SetFilter(other.filter)
			recs, err = b.Get()
			require.NoError(t, err)
			assert.Equal(t, []any{other.rec}, recs, name)

			if name != "Stream" { // which leaves nothing
				require.NoError(t, b.GetOneStart([]byte(other.wire+request)))
				recs, err = b.GetOne()
				require.NoError(t, err)
				assert.Equal(t, []any{other.rec}, recs, name)
			} else {
				require.NoError(t, b.GetOneStart([]byte(request)))
			}
			b.SetFilter(maker(t, cfg)())
			recs, err = b.Get()
			require.NoError(t, err)
			require.Len(t, recs, 1, name)
			assert.Equal(t, "ab", string(httpd.Content(recs[0].(*http.Request))), name)
		}
	}
}

// A head that has not ended is not lost, and the filter that had looked at it
// looks again when it is back.
func TestSwitchInHead(t *testing.T) {
	f := maker(t, httpd.Config{})()
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte("ignore this line, and this one too\r\nGET / HTTP/1.0"))
	require.NoError(t, err)
	require.Empty(t, recs)
	line, err := filter.NewLine(filter.LineConfig{})
	require.NoError(t, err)
	b.SetFilter(line)
	recs, err = b.GetOne()
	require.NoError(t, err)
	assert.Equal(t, []any{"ignore this line, and this one too"}, recs)
	b.SetFilter(f)
	recs, err = b.Get([]byte("\r\n\r\n" + "PUT /longer/than/before HTTP/1.0\r\n\r\n"))
	require.NoError(t, err)
	assert.Len(t, recs, 2)
}
