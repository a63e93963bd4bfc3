package httpd_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/httpd"
)

// small are limits that a fuzzer can reach.
var small = httpd.Config{MaxContent: 64, MaxHeader: 200, MaxBuffer: 1000}

func seeds() []string {
	var list []string
	for _, c := range good {
		list = append(list, c.in)
	}
	for _, c := range bad {
		list = append(list, c.in)
	}
	for _, c := range limits {
		list = append(list, c.in)
	}
	return list
}

// FuzzDecode: the same records come however the stream is cut.
func FuzzDecode(f *testing.F) { filtertest.FuzzCuts(f, maker(f, small), seeds()...) }

// FuzzStreaming and FuzzQuirks: nothing breaks, whatever comes.
func FuzzStreaming(f *testing.F) {
	cfg := small
	cfg.Streaming = true
	filtertest.Fuzz(f, maker(f, cfg), seeds()...)
}

func FuzzQuirks(f *testing.F) {
	cfg := small
	cfg.Quirks = true
	filtertest.Fuzz(f, maker(f, cfg), seeds()...)
}

// FuzzReadRequest: a request that both this package and net/http take is the
// same to both, and ends at the same byte.
func FuzzReadRequest(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	newFilter := maker(f, httpd.Config{})
	f.Fuzz(func(t *testing.T, stream []byte) {
		stream = bytes.TrimLeft(stream, " \t\r\n\v\f")
		b := filter.NewBuffer(newFilter())
		if err := b.GetOneStart(stream); err != nil {
			t.Fatal(err)
		}
		recs, err := b.GetOne()
		if err != nil {
			t.Fatal(err)
		}
		if len(recs) == 0 {
			return
		}
		got, ok := recs[0].(*http.Request)
		if !ok {
			return
		}
		src := bytes.NewReader(stream)
		in := bufio.NewReader(src)
		want, err := http.ReadRequest(in)
		if err != nil {
			return // this package is the more lenient one in places
		}
		body, err := io.ReadAll(want.Body)
		if err != nil {
			return
		}
		want.Body = io.NopCloser(bytes.NewReader(body))
		for name, values := range want.Header {
			for i := range values {
				values[i] = strings.TrimRight(values[i], " \t") // left there by empty folds
			}
			want.Header[name] = values
		}
		want.Host = strings.TrimRight(want.Host, " \t")
		sameRequest(t, want, got)
		if rest := in.Buffered() + src.Len(); rest != len(b.Bytes()) {
			t.Fatalf("net/http leaves %d bytes, this package %d", rest, len(b.Bytes()))
		}
	})
}
