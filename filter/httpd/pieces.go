package httpd

import (
	"net/http"
	"strconv"

	"github.com/gopoe/poe/filter/internal/http1"
)

// sending is what may follow the response that was put last.
type sending uint8

const (
	complete    sending = iota // nothing: its body has been sent, or there was no response
	inChunks                   // Chunk and End, in the chunked coding
	inLength                   // as many bytes as Content-Length said
	inPlain                    // any number of bytes, up to the end of the connection
	withoutBody                // Chunk and End, of which nothing is sent: the client reads no body
)

// expectBody notes what may follow the head of r.
func (f *Filter) expectBody(r *http.Response, plan bodyPlan) {
	f.sending = complete
	switch {
	case r.Body != nil || r.StatusCode < 200:
	case !mayHaveBody(r):
		f.sending = withoutBody
	case plan.chunked:
		f.sending = inChunks
	default:
		f.sending = inPlain
		if given := r.Header["Content-Length"]; len(given) == 1 {
			if n, ok := http1.ParseLength(given[0]); ok {
				f.sending, f.left = inLength, n
			}
		}
	}
}

// appendPiece appends a piece of a body.
func (f *Filter) appendPiece(dst []byte, piece Chunk) ([]byte, error) {
	switch f.sending {
	case complete:
		return dst, putError(ErrNoResponse)
	case inChunks:
		return appendChunk(dst, piece), nil
	case withoutBody:
		return dst, nil
	case inLength:
		if int64(len(piece)) > f.left {
			return dst, putError(ErrBodyLength)
		}
		f.left -= int64(len(piece))
	}
	return append(dst, piece...), nil
}

// appendEnd ends a body that was put in pieces.
func (f *Filter) appendEnd(dst []byte, end End) ([]byte, error) {
	was := f.sending
	switch {
	case was == complete:
		return dst, putError(ErrNoResponse)
	case was == inLength && f.left > 0:
		return dst, putError(ErrBodyLength)
	}
	f.sending = complete
	if was != inChunks {
		return dst, nil
	}
	return f.appendLastChunk(dst, end.Trailer)
}

func appendChunk(dst []byte, data []byte) []byte {
	if len(data) == 0 { // an empty chunk would end the body
		return dst
	}
	dst = strconv.AppendInt(dst, int64(len(data)), 16)
	dst = append(dst, "\r\n"...)
	dst = append(dst, data...)
	return append(dst, "\r\n"...)
}

func (f *Filter) appendLastChunk(dst []byte, trailer http.Header) ([]byte, error) {
	start := len(dst)
	dst, err := f.appendFields(append(dst, "0\r\n"...), trailer, bodyPlan{length: -1, noLength: true})
	if err != nil {
		return dst[:start], err
	}
	return append(dst, "\r\n"...), nil
}
