package httpd_test

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"testing"

	"github.com/gopoe/poe/filter/httpd"
)

// BenchmarkRequest parses one request with this package and with net/http's
// ReadRequest, side by side: a browser's, with ten fields, and curl's.
func BenchmarkRequest(b *testing.B) {
	for _, file := range []string{"req.txt", "req_small.txt"} {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(file+"/httpd", func(b *testing.B) {
			f, err := httpd.New(httpd.Config{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, n, err := f.Decode(data); n != len(data) || err != nil {
					b.Fatal(n, err)
				}
			}
		})
		b.Run(file+"/quirks", func(b *testing.B) {
			f, err := httpd.New(httpd.Config{Quirks: true})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, n, err := f.Decode(data); n != len(data) || err != nil {
					b.Fatal(n, err)
				}
			}
		})
		b.Run(file+"/nethttp", func(b *testing.B) {
			src := bytes.NewReader(data)
			in := bufio.NewReader(src)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				src.Reset(data)
				in.Reset(src)
				if _, err := http.ReadRequest(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPut encodes a small response.
func BenchmarkPut(b *testing.B) {
	f, err := httpd.New(httpd.Config{})
	if err != nil {
		b.Fatal(err)
	}
	r, _, err := f.Decode([]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
	if err != nil {
		b.Fatal(err)
	}
	resp := httpd.NewResponse(r.(*http.Request), http.StatusOK, bytes.Repeat([]byte("x"), 100))
	resp.Header["Content-Type"] = []string{"text/plain"}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		if out, err = f.Append(out[:0], resp); err != nil {
			b.Fatal(err)
		}
	}
}
