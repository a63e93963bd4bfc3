// Package websocket turns the frames of RFC 6455 into messages and back, on
// either side of the connection, once the HTTP upgrade is done. [Upgrade] makes
// the response to a client's request for the upgrade.
//
// Records are of type [Text], [Binary], [Ping], [Pong] and [Close]. Fragments
// are joined; a control frame between two fragments is delivered when it
// arrives. The filter answers nothing itself: the program puts a [Pong] for a
// [Ping] and a [Close] for a Close.
//
// Extensions, such as permessage-deflate, are not supported, so none may be
// negotiated in the handshake.
package websocket

import (
	"bytes"
	"crypto/rand"
	"io"
	"unicode/utf8"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/configerror"
)

// DefaultMaxLength is the most bytes a message may have, unless configured
// otherwise.
const DefaultMaxLength = 1 << 20

// Config configures a [Filter]. The zero value is for the server's side.
type Config struct {
	// Client selects the client's side, which masks its frames and requires
	// frames without masks. The server's side does the opposite.
	Client bool
	// MaxLength is the most bytes a received message may have, with all of its
	// fragments. 0 means DefaultMaxLength.
	MaxLength int
	// MaxFrame is the most bytes of a frame: longer messages are sent in
	// fragments. 0 means that every message is one frame.
	MaxFrame int
	// Rand is the source of a client's masks; nil means crypto/rand.
	Rand io.Reader
}

// Filter is a filter.Filter for WebSocket frames. Errors of decoding are final:
// every later Decode drops its bytes and returns the error again, while Append
// can still be used to send a Close with the error's code. After the peer's
// Close its input is dropped.
type Filter struct {
	config  Config
	message []byte // fragments so far, unmasked
	kind    opcode // of the message in fragments; opContinue if there is none
	broken  error
	ended   bool // the peer's Close has come
	closed  bool // our Close has been sent
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	var err error
	if config.MaxLength, err = configerror.Limit("websocket", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return nil, err
	}
	if config.MaxFrame < 0 {
		return nil, &filter.ConfigError{Package: "websocket", Field: "MaxFrame", Err: filter.ErrNegative}
	}
	if config.Rand == nil {
		config.Rand = rand.Reader
	}
	return &Filter{config: config}, nil
}

// Rewind clears an error and drops the fragments of an incomplete message. A
// connection that the peer has closed stays closed.
func (f *Filter) Rewind() { f.message, f.kind, f.broken = nil, opContinue, nil }

// PendingBytes returns the joined fragments of an incomplete message.
func (f *Filter) PendingBytes() []byte {
	if f.kind == opContinue {
		return nil
	}
	peer := &Filter{config: Config{Client: !f.config.Client, Rand: bytes.NewReader(make([]byte, 4))}}
	frame, _ := appendFrame(peer, nil, f.kind, false, f.message) // the reader has enough
	return frame
}

// Clone returns a filter with the same settings for another connection.
func (f *Filter) Clone() filter.Filter { return &Filter{config: f.config} }

// Decode returns the next message or control frame. Errors are *filter.Error;
// [CodeOf] returns the code with which to answer them.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	if len(buf) == 0 {
		return nil, 0, filter.ErrMore
	}
	if f.broken != nil {
		return nil, len(buf), f.broken
	}
	for {
		if f.ended {
			return nil, len(buf), filter.ErrMore
		}
		h, err := f.header(buf[n:])
		if err == filter.ErrMore {
			return nil, n, err
		}
		if err == nil {
			frame := buf[n : n+h.size+h.length]
			n += len(frame)
			rec, err = f.frame(h, frame[h.size:])
			if err == nil {
				return rec, n, nil
			}
		}
		if err != filter.ErrMore {
			f.broken, f.message = err, nil
			return nil, len(buf), err
		}
	}
}

// frame makes a record of a whole frame, or ErrMore of a fragment.
func (f *Filter) frame(h header, payload []byte) (any, error) {
	if h.op.isControl() {
		own := append([]byte{}, payload...)
		h.unmask(own)
		return f.control(h.op, own)
	}
	start := len(f.message)
	if f.message == nil { // so that no Binary is nil
		f.message = make([]byte, 0, len(payload))
	}
	f.message = append(f.message, payload...)
	h.unmask(f.message[start:])
	if h.op != opContinue {
		f.kind = h.op
	}
	if !h.final {
		return nil, filter.ErrMore
	}
	return f.whole()
}

// maxKept is how much memory is kept for the next message.
const maxKept = 16 << 10

// whole makes a record of the fragments.
func (f *Filter) whole() (any, error) {
	kind, message := f.kind, f.message
	f.kind, f.message = opContinue, nil
	if kind == opBinary {
		return Binary(message[:len(message):len(message)]), nil
	}
	if !utf8.Valid(message) {
		return nil, wrong(CodeInvalidData, "text is not UTF-8")
	}
	if cap(message) <= maxKept { // Text is a copy
		f.message = message[:0]
	}
	return Text(message), nil
}

func (f *Filter) control(op opcode, payload []byte) (any, error) {
	switch op {
	case opPing:
		return Ping(payload), nil
	case opPong:
		return Pong(payload), nil
	}
	f.message, f.ended = nil, true
	return parseClose(payload)
}
