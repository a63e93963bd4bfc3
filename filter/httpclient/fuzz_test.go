package httpclient_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/httpclient"
)

func seeds() []string {
	var list []string
	for _, c := range good {
		list = append(list, c.in)
	}
	for _, c := range bad {
		list = append(list, c.in)
	}
	return append(list, "HTTP/1.0 200 OK\r\n\r\nuntil the end", "HTTP/1.1 101 Switching Protocols\r\n\r\nother")
}

// FuzzDecode: the same records come however the stream is cut.
func FuzzDecode(f *testing.F) {
	filtertest.FuzzCuts(f, client(f, httpclient.Config{MaxContent: 64, MaxHeader: 200}).Clone, seeds()...)
}

// FuzzStreaming: nothing breaks, whatever comes.
func FuzzStreaming(f *testing.F) {
	filtertest.Fuzz(f, client(f, httpclient.Config{MaxHeader: 200, Streaming: true, Informational: true}).Clone, seeds()...)
}

// FuzzReadResponse: a response that both this package and net/http take is the
// same to both.
func FuzzReadResponse(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	newFilter := client(f, httpclient.Config{Informational: true}).Clone
	f.Fuzz(func(t *testing.T, stream []byte) {
		stream = bytes.TrimLeft(stream, "\r\n")
		b := filter.NewBuffer(newFilter())
		if err := b.GetOneStart(stream); err != nil {
			t.Fatal(err)
		}
		recs, err := b.GetOne()
		if err != nil || len(recs) == 0 {
			return
		}
		got := recs[0].(*http.Response)
		src := bytes.NewReader(stream)
		in := bufio.NewReader(src)
		want, err := http.ReadResponse(in, nil)
		if err != nil {
			return
		}
		if want.StatusCode < 200 {
			return // ReadResponse gives these a body if they claim one
		}
		body, err := io.ReadAll(want.Body)
		if err != nil {
			return
		}
		want.Body = io.NopCloser(bytes.NewReader(body))
		for _, values := range want.Header {
			for i := range values {
				values[i] = strings.TrimRight(values[i], " \t") // left there by empty folds
			}
		}
		sameResponse(t, want, got)
		if rest := in.Buffered() + src.Len(); rest != len(b.Bytes()) {
			t.Fatalf("net/http leaves %d bytes, this package %d", rest, len(b.Bytes()))
		}
	})
}
