package http1

import (
	"bytes"
	"net/http"
)

// Content is the body of a message that is in memory as a whole.
type Content struct {
	bytes.Reader
	data []byte
}

// NewContent makes a body of data, which it keeps.
func NewContent(data []byte) *Content {
	c := &Content{data: data}
	c.Reset(data)
	return c
}

// Close does nothing: there is nothing to close.
func (*Content) Close() error { return nil }

// Data returns all of the body, however much has been read.
func (c *Content) Data() []byte { return c.data }

// Payload takes the body of one message out of the stream.
type Payload struct {
	// Trailer holds a chunked body's trailer fields, once it has ended.
	Trailer http.Header

	left   int64
	chunks *Chunks // nil unless chunked
}

// NewPayload prepares for a body of length bytes or, with [Chunked], a chunked
// one with at most maxTrailer bytes of trailer fields. [Unknown] stands for a
// body that continues as long as the connection does.
func NewPayload(length int64, maxTrailer int) Payload {
	if length == Chunked {
		return Payload{chunks: &Chunks{MaxTrailer: maxTrailer}}
	}
	return Payload{left: length}
}

// Next returns the next piece of the body, a part of b, and how many bytes of
// b are done with. n = 0 without done or an error means that more is needed;
// done comes with the last piece.
func (p *Payload) Next(b []byte) (piece []byte, n int, done bool, err error) {
	switch {
	case p.chunks != nil:
		for {
			piece, k, done, err := p.chunks.Next(b[n:])
			n += k
			if len(piece) > 0 || k == 0 || done || err != nil {
				p.Trailer = p.chunks.Trailer
				return piece, n, done, err
			}
		}
	case p.left == Unknown:
		return b, len(b), false, nil
	}
	n = int(min(p.left, int64(len(b))))
	p.left -= int64(n)
	return b[:n], n, p.left == 0, nil
}
