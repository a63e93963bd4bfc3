package websocket

import (
	"errors"

	"github.com/gopoe/poe/filter"
)

// name is what this filter is called in errors.
const name = "WebSocket"

// PeerError is the cause of a *filter.Error about a violation of the protocol
// by the peer. Code is that of the Close which reports it to the peer.
type PeerError struct {
	Code   Code
	Reason string
}

// Error returns the reason.
func (e *PeerError) Error() string { return e.Reason }

// CodeOf returns the code of the Close with which to answer an error of Decode:
// that of a [PeerError], [CodeMessageTooBig] for a message beyond MaxLength,
// [CodeInternalError] for any other error.
func CodeOf(err error) Code {
	var peer *PeerError
	switch {
	case errors.As(err, &peer):
		return peer.Code
	case errors.Is(err, filter.ErrLimit):
		return CodeMessageTooBig
	}
	return CodeInternalError
}

// wrong is the error for bytes that break the protocol.
func wrong(code Code, reason string) error {
	return &filter.Error{Filter: name, Op: "decode", Err: &PeerError{code, reason}}
}

// refused is the error for a record that cannot be sent.
func refused(reason string) error {
	return &filter.Error{Filter: name, Op: "put", Err: errors.New(reason)}
}
