package clienthttp

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// Encoding is a content encoding that the client requests and decodes besides gzip,
// see Config.Encodings.
type Encoding struct {
	// Name is the name of the encoding in HTTP, such as "zstd".
	Name string
	// NewReader returns a reader of what is decoded. It must bound the memory
	// that it takes for the sender's sake; Config.MaxSize bounds the result.
	NewReader func(r io.Reader) (io.ReadCloser, error)
}

func gunzip(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

// decoding is a transport that decodes responses as net/http's does for gzip alone:
// unless the program asks for encodings or a range itself.
type decoding struct {
	transport http.RoundTripper
	encodings []Encoding
	accept    string
}

func newDecoding(transport http.RoundTripper, encodings []Encoding) *decoding {
	d := &decoding{transport: transport, encodings: append(append([]Encoding(nil), encodings...), Encoding{"gzip", gunzip})}
	names := make([]string, len(d.encodings))
	for i, e := range d.encodings {
		names[i] = e.Name
	}
	d.accept = strings.Join(names, ", ")
	return d
}

// RoundTrip implements http.RoundTripper.
func (d *decoding) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodHead || r.Header.Get("Accept-Encoding") != "" || r.Header.Get("Range") != "" {
		return d.transport.RoundTrip(r)
	}
	asked := r.Clone(r.Context()) // a RoundTripper must not change the request
	asked.Header.Set("Accept-Encoding", d.accept)
	response, err := d.transport.RoundTrip(asked)
	if err != nil {
		return nil, err
	}
	response.Request = r
	name := response.Header.Get("Content-Encoding")
	for _, e := range d.encodings {
		if strings.EqualFold(name, e.Name) {
			response.Body = &decodedBody{body: response.Body, encoding: e}
			response.Header.Del("Content-Encoding")
			response.Header.Del("Content-Length")
			response.ContentLength, response.Uncompressed = -1, true
		}
	}
	return response, nil
}

// decodedBody decodes a body; the decoder is made by the first Read, which may wait.
type decodedBody struct {
	body     io.ReadCloser
	encoding Encoding
	reader   io.ReadCloser
	err      error
}

func (b *decodedBody) Read(p []byte) (int, error) {
	if b.reader == nil && b.err == nil {
		if b.reader, b.err = b.encoding.NewReader(b.body); b.err == io.EOF {
			b.err = nil // an empty body, as that of a 204
			return 0, io.EOF
		}
	}
	if b.err != nil {
		return 0, b.err
	}
	return b.reader.Read(p)
}

// Close implements io.Closer.
func (b *decodedBody) Close() error {
	if b.reader != nil {
		_ = b.reader.Close() // the error of the stream has been read
	}
	return b.body.Close()
}
