package jsonrec

import (
	"encoding/json"
	"errors"

	"github.com/gopoe/poe/filter"
)

// Text is a filter that checks values and does not decode them: its records are
// the texts of the values, as strings. It has a zero-copy form, DecodeBytes.
type Text struct{ f Filter }

// NewText returns a Text for one connection, or a *filter.ConfigError. The
// fields for decoding, New, UseNumber and DisallowUnknownFields, must not be
// set.
func NewText(config Config) (*Text, error) {
	f, err := New(config)
	switch {
	case err != nil:
		return nil, err
	case config.New != nil:
		return nil, &filter.ConfigError{Package: "jsonrec", Field: "New", Err: errText}
	case config.UseNumber:
		return nil, &filter.ConfigError{Package: "jsonrec", Field: "UseNumber", Err: errText}
	case config.DisallowUnknownFields:
		return nil, &filter.ConfigError{Package: "jsonrec", Field: "DisallowUnknownFields", Err: errText}
	}
	return &Text{*f}, nil
}

var errText = errors.New("does nothing where values stay text")

// Clone returns a filter with the same settings for another connection.
func (t *Text) Clone() filter.Filter { return &Text{Filter{config: t.f.config}} }

// Rewind resets how far the input was searched, and clears an error.
func (t *Text) Rewind() { t.f.Rewind() }

// Decode returns the text of the next value as a string. Errors are
// *filter.Error.
func (t *Text) Decode(buf []byte) (rec any, n int, err error) {
	text, n, err := t.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(text), n, nil
}

// DecodeBytes returns the text of the next value as a part of buf.
func (t *Text) DecodeBytes(buf []byte) (text []byte, n int, err error) {
	text, n, err = t.f.frame(buf)
	switch {
	case err != nil:
		return nil, n, err
	case json.Valid(text):
		return text, n, nil
	case t.f.config.Stream:
		return nil, len(buf), t.f.fail(final(malformed(text)))
	}
	return nil, n, malformed(text)
}

// Finish implements filter.Finisher, like that of [Filter].
func (t *Text) Finish(buf []byte) (any, error) { return t.f.finish(buf, t.Decode) }

// Append appends the text of one value, a string, []byte or json.RawMessage,
// and a line feed. Line breaks in it, which are white space in JSON, become
// spaces.
func (t *Text) Append(dst []byte, rec any) ([]byte, error) {
	out := dst
	switch v := rec.(type) {
	case string:
		out = append(out, v...)
	case []byte:
		out = append(out, v...)
	case json.RawMessage:
		out = append(out, v...)
	default:
		return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "string or []byte"}}
	}
	text := out[len(dst):]
	if !json.Valid(text) {
		return dst, &filter.Error{Filter: name, Op: "put", Err: syntaxError(text)}
	}
	for i, c := range text {
		if c == '\n' || c == '\r' {
			text[i] = ' '
		}
	}
	return append(out, '\n'), nil
}

// malformed is the error for a line that is no JSON.
func malformed(text []byte) error {
	return &filter.Error{Filter: name, Op: "decode", Err: syntaxError(text), Recoverable: true}
}

// syntaxError is encoding/json's word on text that is no JSON.
func syntaxError(text []byte) error {
	return json.Unmarshal(text, new(json.RawMessage))
}
