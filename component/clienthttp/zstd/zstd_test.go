package zstd_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	compressor "github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/component/clienthttp/zstd"
	"github.com/gopoe/poe/internal/leakcheck"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// fetch sends a request by a client that decodes.
func fetch(t *testing.T, maxSize int64, request *http.Request) *clienthttp.Result {
	t.Helper()
	k := kernel.New()
	_, err := clienthttp.New(k, clienthttp.Config{
		Alias: "ua", Decompress: true, Encodings: []clienthttp.Encoding{zstd.Encoding}, MaxSize: maxSize,
	})
	require.NoError(t, err)
	var result *clienthttp.Result
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { assert.NoError(t, e.Post(kernel.Alias("ua"), "request", "got", request)) },
		"got": func(e kernel.Event) {
			result = clienthttp.ResultOf(e)
			e.Post(kernel.Alias("ua"), "shutdown")
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.NotNil(t, result)
	return result
}

func compress(t *testing.T, text string, options ...compressor.EOption) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := compressor.NewWriter(&out, options...)
	require.NoError(t, err)
	_, err = io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func serve(t *testing.T, encoding string, body []byte) (url string, accepted *string) {
	t.Helper()
	accepted = new(string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*accepted = r.Header.Get("Accept-Encoding")
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s.URL, accepted
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(t, err)
	return r
}

func TestDecodes(t *testing.T) {
	text := strings.Repeat("tea and biscuits, ", 1000)
	var gzipped bytes.Buffer
	w := gzip.NewWriter(&gzipped)
	_, _ = io.WriteString(w, text)
	require.NoError(t, w.Close())
	for encoding, body := range map[string][]byte{"zstd": compress(t, text), "gzip": gzipped.Bytes(), "": []byte(text)} {
		url, accepted := serve(t, encoding, body)
		r := fetch(t, 0, get(t, url))
		require.NoError(t, r.Err, encoding)
		assert.Equal(t, text, string(r.Body), encoding)
		assert.Equal(t, "zstd, gzip", *accepted)
		assert.Equal(t, encoding != "", r.Response.Uncompressed)
		assert.Empty(t, r.Response.Header.Get("Content-Encoding"))
	}
}

// A program that asks for an encoding itself gets what the server sends.
func TestOwnAcceptEncodingIsLeftAlone(t *testing.T) {
	body := compress(t, "tea")
	url, accepted := serve(t, "zstd", body)
	request := get(t, url)
	request.Header.Set("Accept-Encoding", "zstd;q=0.5")
	r := fetch(t, 0, request)
	require.NoError(t, r.Err)
	assert.Equal(t, body, r.Body)
	assert.Equal(t, "zstd;q=0.5", *accepted)
	assert.Equal(t, "zstd", r.Response.Header.Get("Content-Encoding"))
}

// A small body that decodes to a large one ends at MaxSize.
func TestMaxSizeBoundsWhatIsDecoded(t *testing.T) {
	url, _ := serve(t, "zstd", compress(t, strings.Repeat("\x00", 64<<20)))
	r := fetch(t, 1000, get(t, url))
	require.NoError(t, r.Err)
	assert.Len(t, r.Body, 1000)
	assert.True(t, r.Truncated)
}

func TestWhatCannotBeDecodedIsAnError(t *testing.T) {
	for name, body := range map[string][]byte{
		"garbage":        []byte("this is not zstd"),
		"cut":            compress(t, strings.Repeat("tea", 1000))[:20],
		"a large window": {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00}, // of 2 GiB
	} {
		url, _ := serve(t, "zstd", body)
		r := fetch(t, 0, get(t, url))
		assert.Error(t, r.Err, name)
	}
}
