package httpclient_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter/httpclient"
)

// BenchmarkResponse parses one response with this package and with net/http's
// ReadResponse, side by side.
func BenchmarkResponse(b *testing.B) {
	data := []byte("HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: s\r\nContent-Type: text/html\r\n" +
		"Content-Length: 500\r\nCache-Control: no-cache\r\nVary: Accept\r\n\r\n" + strings.Repeat("x", 500))
	b.Run("httpclient", func(b *testing.B) {
		f := client(b, httpclient.Config{})
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, n, err := f.Decode(data); n != len(data) || err != nil {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("nethttp", func(b *testing.B) {
		src := bytes.NewReader(data)
		in := bufio.NewReader(src)
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			src.Reset(data)
			in.Reset(src)
			r, err := http.ReadResponse(in, nil)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadAll(r.Body); err != nil {
				b.Fatal(err)
			}
		}
	})
}
