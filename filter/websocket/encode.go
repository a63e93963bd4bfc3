package websocket

import (
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/gopoe/poe/filter"
)

// Append appends a message or a control frame: Text or string, Binary or
// []byte, Ping, Pong, Close or *Close. After a Close nothing more can be put.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	if f.closed {
		return dst, refused("record after a close")
	}
	switch v := rec.(type) {
	case Text:
		return f.text(dst, string(v))
	case string:
		return f.text(dst, v)
	case Binary:
		return appendMessage(f, dst, opBinary, []byte(v))
	case []byte:
		return appendMessage(f, dst, opBinary, v)
	case Ping:
		return f.appendControl(dst, opPing, v)
	case Pong:
		return f.appendControl(dst, opPong, v)
	case Close:
		return f.close(dst, v)
	case *Close:
		if v != nil {
			return f.close(dst, *v)
		}
	}
	return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "Text, Binary, Ping, Pong or Close"}}
}

func (f *Filter) text(dst []byte, text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		return dst, refused("text is not UTF-8")
	}
	return appendMessage(f, dst, opText, text)
}

func (f *Filter) close(dst []byte, c Close) ([]byte, error) {
	payload, err := c.payload()
	if err != nil {
		return dst, err
	}
	out, err := f.appendControl(dst, opClose, payload)
	f.closed = err == nil
	return out, err
}

func (f *Filter) appendControl(dst []byte, op opcode, payload []byte) ([]byte, error) {
	if len(payload) > maxControl {
		return dst, refused("control frame has more than 125 bytes")
	}
	return appendFrame(f, dst, op, true, payload)
}

// appendMessage writes a message as one frame or as several.
func appendMessage[T string | []byte](f *Filter, dst []byte, op opcode, message T) ([]byte, error) {
	start := len(dst)
	for {
		size := len(message)
		if f.config.MaxFrame > 0 {
			size = min(size, f.config.MaxFrame)
		}
		final := size == len(message)
		out, err := appendFrame(f, dst, op, final, message[:size])
		if err != nil {
			return dst[:start], err
		}
		if final {
			return out, nil
		}
		dst, op, message = out, opContinue, message[size:]
	}
}

func appendFrame[T string | []byte](f *Filter, dst []byte, op opcode, final bool, payload T) ([]byte, error) {
	start := len(dst)
	first, masked := byte(op), byte(0)
	if final {
		first |= bitFinal
	}
	if f.config.Client {
		masked = bitMasked
	}
	switch size := len(payload); {
	case size <= maxControl:
		dst = append(dst, first, masked|byte(size))
	case size < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, first, masked|126), uint16(size))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, first, masked|127), uint64(size))
	}
	if !f.config.Client {
		return append(dst, payload...), nil
	}
	dst = append(dst, 0, 0, 0, 0)
	mask := dst[len(dst)-4:]
	if _, err := io.ReadFull(f.config.Rand, mask); err != nil {
		return dst[:start], &filter.Error{Filter: name, Op: "put", Err: fmt.Errorf("no mask: %w", err)}
	}
	at := len(dst)
	dst = append(dst, payload...)
	applyMask(dst[at:], [4]byte(dst[at-4:]))
	return dst, nil
}
