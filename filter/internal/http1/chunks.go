package http1

import (
	"bytes"
	"errors"
	"net/http"
)

// Errors of [Chunks.Next].
var (
	// ErrChunk: a chunk without a size in hexadecimal digits, without the line
	// end behind it, or with too many bytes around the data.
	ErrChunk = errors.New("malformed chunk")
	// ErrTrailer: a trailer field that is malformed or must not stand there.
	ErrTrailer = errors.New("malformed trailer field")
	// ErrTrailerSize: more trailer fields than allowed.
	ErrTrailerSize = errors.New("trailer too large")
)

const (
	// maxSizeLine bounds a chunk's size line with its extensions.
	maxSizeLine = 4096
	// maxExcess bounds the bytes a peer may send around the data, beyond a
	// fair share of the data itself: a gigabyte of one-byte chunks is an attack.
	maxExcess = 16 << 10
)

// Chunks reads the chunked coding. The zero value waits for the first chunk.
type Chunks struct {
	// MaxTrailer bounds the bytes of the trailer fields.
	MaxTrailer int
	// Trailer holds the trailer fields, once the body has ended.
	Trailer http.Header

	step   chunkStep
	left   uint64 // of the chunk under way
	excess int64
}

type chunkStep uint8

const (
	inSize chunkStep = iota
	inData
	inDataEnd
	inTrailer
)

// Next takes one step: it returns data, a part of b, and how many bytes of b
// are done with. n = 0 without done or an error means that more is needed.
func (c *Chunks) Next(b []byte) (data []byte, n int, done bool, err error) {
	switch c.step {
	case inSize:
		n, err = c.sizeLine(b)
		return nil, n, false, err
	case inData:
		n = int(min(c.left, uint64(len(b))))
		if c.left -= uint64(n); c.left == 0 {
			c.step = inDataEnd
		}
		c.excess = max(0, c.excess-2*int64(n))
		return b[:n], n, false, nil
	case inDataEnd:
		if len(b) > 0 && b[0] != '\r' || len(b) > 1 && b[1] != '\n' {
			return nil, 0, false, ErrChunk
		}
		if len(b) < 2 {
			return nil, 0, false, nil
		}
		c.step = inSize
		return nil, 2, false, nil
	}
	return c.trailer(b)
}

func (c *Chunks) sizeLine(b []byte) (n int, err error) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 && len(b) <= maxSizeLine {
		return 0, nil
	}
	if i < 1 || i > maxSizeLine || b[i-1] != '\r' {
		return 0, ErrChunk
	}
	line := b[:i-1]
	size, ext, ok := hexSize(line)
	if !ok || !validExtension(ext) {
		return 0, ErrChunk
	}
	// A size line of 16 bytes or less costs nothing.
	if c.excess += int64(len(line)+2) - 16; c.excess > maxExcess {
		return 0, ErrChunk
	}
	c.excess = max(0, c.excess)
	if c.left, c.step = size, inData; size == 0 {
		c.step = inTrailer
	}
	return i + 1, nil
}

// hexSize reads the digits at the front of line; ext is what follows them.
func hexSize(line []byte) (size uint64, ext []byte, ok bool) {
	i := 0
	for ; i < len(line); i++ {
		d, isHex := hexDigit(line[i])
		if !isHex {
			break
		}
		if size > 1<<58 {
			return 0, nil, false
		}
		size = size<<4 | uint64(d)
	}
	return size, line[i:], i > 0
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// validExtension reports whether ext is nothing, space, or begins with a
// semicolon. What extensions say is ignored, as RFC 9112 wants of unknown ones.
func validExtension(ext []byte) bool {
	for _, c := range ext {
		if class[c]&control != 0 {
			return false
		}
	}
	ext = bytes.Trim(ext, " \t")
	return len(ext) == 0 || ext[0] == ';'
}

func (c *Chunks) trailer(b []byte) (data []byte, n int, done bool, err error) {
	if bytes.HasPrefix(b, []byte("\r\n")) {
		return nil, 2, true, nil
	}
	if len(b) == 0 || b[0] == '\r' && len(b) == 1 {
		return nil, 0, false, nil
	}
	if b[0] == '\n' {
		return nil, 0, false, ErrTrailer
	}
	end := HeadEnd(b, 0)
	if end > c.MaxTrailer || end < 0 && len(b) > c.MaxTrailer {
		return nil, 0, false, ErrTrailerSize
	}
	if end < 0 {
		return nil, 0, false, nil
	}
	if c.Trailer, err = ParseFields(string(b[:end])); err != nil {
		return nil, 0, false, ErrTrailer
	}
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Host", "Trailer"} {
		if _, there := c.Trailer[name]; there {
			return nil, 0, false, ErrTrailer
		}
	}
	return nil, end, true, nil
}
