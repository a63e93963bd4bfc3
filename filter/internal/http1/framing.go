package http1

import (
	"errors"
	"math"
	"net/http"
)

// Errors of [BodyLength].
var (
	// ErrLength: a Content-Length that is no number, or several that differ.
	ErrLength = errors.New("malformed Content-Length")
	// ErrFraming: fields that contradict each other about the body's length.
	ErrFraming = errors.New("contradictory message length")
	// ErrCoding: a transfer coding other than chunked.
	ErrCoding = errors.New("unknown transfer coding")
)

// Lengths of a body that are not a number of bytes.
const (
	Chunked = -1 // the body says itself where it ends
	Unknown = -2 // no field says anything
)

// BodyLength returns what the fields of h say about the length of the body: a
// number of bytes, [Chunked] or [Unknown]. A number too large for an int64 is
// the largest int64. minor is that of the message's version 1.x: HTTP/1.0 does
// not know codings.
func BodyLength(h http.Header, minor int) (int64, error) {
	codings, lengths := h["Transfer-Encoding"], h["Content-Length"]
	if len(codings) > 0 {
		return codedLength(codings, len(lengths) > 0, minor)
	}
	if len(lengths) == 0 {
		return Unknown, nil
	}
	for _, l := range lengths[1:] {
		if l != lengths[0] {
			return 0, ErrFraming
		}
	}
	n, ok := ParseLength(lengths[0])
	if !ok {
		return 0, ErrLength
	}
	return n, nil
}

func codedLength(codings []string, withLength bool, minor int) (int64, error) {
	if withLength || minor < 1 {
		return 0, ErrFraming
	}
	if len(codings) == 1 && equalFold(codings[0], "chunked") {
		return Chunked, nil
	}
	seen, last := 0, ""
	for _, v := range codings {
		for v != "" {
			if last, v = cutComma(v); equalFold(last, "chunked") {
				seen++
			}
		}
	}
	if seen > 1 || seen == 1 && !equalFold(last, "chunked") {
		return 0, ErrFraming
	}
	return 0, ErrCoding
}

// ParseLength reads digits alone, without sign or space. A number too large
// for an int64 becomes the largest int64.
func ParseLength(s string) (n int64, ok bool) {
	for i := 0; i < len(s); i++ {
		d := int64(s[i]) - '0'
		if d < 0 || d > 9 {
			return 0, false
		}
		if n > (math.MaxInt64-d)/10 {
			n = math.MaxInt64
		} else {
			n = n*10 + d
		}
	}
	return n, s != ""
}

// WantsClose reports whether the connection ends with the message that has this
// version and these fields.
func WantsClose(major, minor int, h http.Header) bool {
	connection := h["Connection"]
	switch {
	case major < 1:
		return true
	case HasToken(connection, "close"):
		return true
	case major == 1 && minor == 0:
		return !HasToken(connection, "keep-alive")
	}
	return false
}
