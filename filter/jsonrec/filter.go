// Package jsonrec turns JSON into records and back: one value a line (JSON
// lines, NDJSON), or a sequence of values with or without white space between
// them, as encoding/json's Decoder reads it.
package jsonrec

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
	"github.com/gopoe/poe/internal/configerror"
)

// The default limits.
const (
	DefaultMaxLength = 1 << 20
	DefaultMaxDepth  = 512
)

// Config configures a [Filter]. The zero value is one value a line.
type Config struct {
	// Stream decodes a sequence of values in any layout: one over several
	// lines, or several in one line. A number or a word at the top level ends
	// with the first byte that cannot be a part of it, or with the stream. If
	// false, each line is one value.
	//
	// In both cases each value that is put is one line.
	Stream bool
	// New returns the pointer into which a value is decoded, as by
	// json.Unmarshal; that pointer is then the record. If nil, records have the
	// types that json.Unmarshal decodes into an any.
	New func() any
	// UseNumber is that of json.Decoder: numbers are decoded as json.Number
	// instead of float64.
	UseNumber bool
	// DisallowUnknownFields is that of json.Decoder: a key without a field in a
	// struct is an error.
	DisallowUnknownFields bool
	// MaxLength is the most bytes a value may have, including white space in
	// it. 0 means DefaultMaxLength.
	MaxLength int
	// MaxDepth is the most nested arrays and objects. 0 means DefaultMaxDepth.
	MaxDepth int
}

// Filter is a filter.Filter for JSON.
//
// A line that is malformed or too long is an error and is skipped; decoding
// continues with the next line. In a stream it is not known where the next
// value begins, so every Decode after a syntax error or an exceeded limit drops
// its bytes and returns the error again. In both cases a value that is valid
// JSON but cannot be decoded into the result of New is an error and is skipped.
type Filter struct {
	config   Config
	scan     scanner
	seen     int  // of lines: no line feed before here
	skipping bool // of lines: inside one that has been found too long
	broken   error
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	var err error
	if config.MaxLength, err = configerror.Limit("jsonrec", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return nil, err
	}
	if config.MaxDepth, err = configerror.Limit("jsonrec", "MaxDepth", config.MaxDepth, DefaultMaxDepth); err != nil {
		return nil, err
	}
	return &Filter{config: config}, nil
}

// Clone returns a filter with the same settings for another connection.
func (f *Filter) Clone() filter.Filter { return &Filter{config: f.config} }

// Rewind resets how far the input was searched, and clears an error.
func (f *Filter) Rewind() {
	f.scan, f.seen, f.skipping, f.broken = scanner{}, 0, false, nil
}

// Decode returns the next value. Errors are *filter.Error.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	text, n, err := f.frame(buf)
	if err != nil {
		return nil, n, err
	}
	rec, err = f.unmarshal(text)
	if err != nil && f.config.Stream && !json.Valid(text) {
		return nil, len(buf), f.fail(final(err))
	}
	return rec, n, err
}

// Finish implements filter.Finisher: it decodes a last line without a line
// feed, and the last number or word of a stream. If a value of a stream is not
// complete, the error is io.ErrUnexpectedEOF.
func (f *Filter) Finish(buf []byte) (any, error) { return f.finish(buf, f.Decode) }

// finish decodes what is left as if a line feed followed it.
func (f *Filter) finish(buf []byte, decode func([]byte) (any, int, error)) (any, error) {
	if f.broken != nil {
		return nil, io.EOF // the error has been returned
	}
	rec, n, err := decode(append(buf[:len(buf):len(buf)], '\n'))
	if err == filter.ErrMore {
		if err = io.EOF; n <= len(buf) {
			err = &filter.Error{Filter: name, Op: "decode", Err: io.ErrUnexpectedEOF}
		}
	}
	f.Rewind()
	return rec, err
}

// frame takes the text of the next value, which need not be JSON yet.
func (f *Filter) frame(buf []byte) (text []byte, n int, err error) {
	switch {
	case len(buf) == 0:
		return nil, 0, filter.ErrMore
	case f.broken != nil:
		return nil, len(buf), f.broken
	case f.config.Stream:
		return f.value(buf)
	}
	return f.line(buf)
}

// fail makes an error final.
func (f *Filter) fail(err error) error {
	f.broken = err
	return err
}

// value takes the next value of a stream.
func (f *Filter) value(buf []byte) ([]byte, int, error) {
	start := 0
	if f.scan.at == 0 {
		for start < len(buf) && isSpace(buf[start]) {
			start++
		}
	}
	end, err := f.scan.end(buf[start:], f.config.MaxDepth)
	switch {
	case err == filter.ErrMore && len(buf)-start <= f.config.MaxLength:
		return nil, start, err
	case err == filter.ErrMore || end > f.config.MaxLength:
		err = f.tooLong()
	}
	if err != nil {
		return nil, len(buf), f.fail(err)
	}
	f.scan = scanner{}
	return buf[start : start+end], start + end, nil
}

// line takes the next line with something in it.
func (f *Filter) line(buf []byte) ([]byte, int, error) {
	n := 0
	for {
		from := min(f.seen, len(buf)-n)
		i := bytes.IndexByte(buf[n+from:], '\n')
		if i < 0 {
			return f.unfinished(buf, n)
		}
		line := buf[n : n+from+i]
		n, f.seen = n+from+i+1, 0
		if f.skipping {
			f.skipping = false
			continue
		}
		line = bytes.Trim(line, " \t\r")
		switch {
		case len(line) == 0:
			continue
		case len(line) > f.config.MaxLength:
			return nil, n, badRecord(f.tooLong())
		}
		return line, n, f.checkDepth(line)
	}
}

// unfinished looks at a line whose end has not come. One that is too long
// already is dropped, the rest of it when it comes.
func (f *Filter) unfinished(buf []byte, n int) ([]byte, int, error) {
	f.seen = 0
	switch {
	case f.skipping:
		return nil, len(buf), filter.ErrMore
	case len(buf)-n-1 > f.config.MaxLength: // CR may be the last
		f.skipping = true
		return nil, len(buf), badRecord(f.tooLong())
	}
	f.seen = len(buf) - n
	return nil, n, filter.ErrMore
}

// checkDepth looks at a line that is to be one value.
func (f *Filter) checkDepth(line []byte) error {
	if len(line) <= f.config.MaxDepth {
		return nil
	}
	var scan scanner
	if _, err := scan.end(line, f.config.MaxDepth); err != nil && err != filter.ErrMore {
		return badRecord(err)
	}
	return nil
}

// tooLong is the error about a value of more than MaxLength.
func (f *Filter) tooLong() error {
	return limits.Exceeded(name, "decode", "MaxLength", f.config.MaxLength)
}

func (f *Filter) unmarshal(text []byte) (any, error) {
	var value any
	target := any(&value)
	if f.config.New != nil {
		target = f.config.New()
	}
	if err := f.decodeInto(target, text); err != nil {
		return nil, &filter.Error{Filter: name, Op: "decode", Err: err, Recoverable: true}
	}
	if f.config.New != nil {
		return target, nil
	}
	return value, nil
}

func (f *Filter) decodeInto(target any, text []byte) error {
	if !f.config.UseNumber && !f.config.DisallowUnknownFields {
		return json.Unmarshal(text, target)
	}
	if !json.Valid(text) { // a Decoder would not look past the first value
		return json.Unmarshal(text, new(json.RawMessage))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if f.config.UseNumber {
		d.UseNumber()
	}
	if f.config.DisallowUnknownFields {
		d.DisallowUnknownFields()
	}
	return d.Decode(target)
}

// Append appends rec as encoding/json encodes it, without its escapes for HTML,
// and a line feed.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	out := appendWriter(dst)
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(rec); err != nil {
		return dst, &filter.Error{Filter: name, Op: "put", Err: err}
	}
	return out, nil
}

// appendWriter is a slice to write to.
type appendWriter []byte

func (w *appendWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}
