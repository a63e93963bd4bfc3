// Package csvrec turns CSV and similar formats into records and back, by the
// rules of encoding/csv. Tab-separated values are CSV with a tab as the
// separator.
package csvrec

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
	"github.com/gopoe/poe/internal/configerror"
)

// name is what this filter is called in errors.
const name = "CSV"

// DefaultMaxLength is the most bytes a record may have, unless configured
// otherwise.
const DefaultMaxLength = 1 << 20

// Config configures a [Filter]. The zero value is for RFC 4180, except that
// line ends are written as LF.
type Config struct {
	// Comma separates fields; 0 means a comma. '\t' is for tab-separated
	// values.
	Comma rune
	// Comment, if not 0, begins lines that are skipped.
	Comment rune
	// FieldsPerRecord, if positive, is the number of fields that each record
	// must have. 0 means as many as the first record has, a negative value any
	// number.
	FieldsPerRecord int
	// LazyQuotes accepts quotes at places where they are not allowed, as
	// ordinary characters.
	LazyQuotes bool
	// TrimLeadingSpace drops white space at the beginning of fields.
	TrimLeadingSpace bool
	// UseCRLF writes line ends, and line breaks in fields, as CR LF, as RFC
	// 4180 requires. Otherwise they are LF. Decode accepts both.
	UseCRLF bool
	// MaxLength is the most bytes a record may have, with its line end. 0 means
	// DefaultMaxLength.
	MaxLength int
}

// Filter is a filter.Filter for CSV, whose records are []string. A record is
// decoded when its line end has arrived, or the stream ends. A record that is
// malformed or too long is an error and is skipped; decoding continues with the
// next record.
type Filter struct {
	config   Config
	scan     scanner
	skipping bool // inside a record that has been found too long
	source   bytes.Reader
	reader   *csv.Reader
	out      appendWriter
	writer   *csv.Writer
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	if config.Comma == 0 {
		config.Comma = ','
	}
	if !isMark(config.Comma) {
		return nil, &filter.ConfigError{Package: "csvrec", Field: "Comma", Err: errMark}
	}
	if config.Comment != 0 && (!isMark(config.Comment) || config.Comment == config.Comma) {
		return nil, &filter.ConfigError{Package: "csvrec", Field: "Comment", Err: errMark}
	}
	var err error
	if config.MaxLength, err = configerror.Limit("csvrec", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return nil, err
	}
	return newFilter(config), nil
}

var errMark = errors.New("cannot be told from the rest of the text")

// isMark reports whether a rune can separate fields or begin comments.
func isMark(r rune) bool {
	return r != '"' && r != '\r' && r != '\n' && utf8.ValidRune(r) && r != utf8.RuneError
}

func newFilter(config Config) *Filter {
	f := &Filter{config: config}
	f.scan.init(config)
	f.newReader(config.FieldsPerRecord)
	f.writer = csv.NewWriter(&f.out)
	f.writer.Comma = config.Comma
	f.writer.UseCRLF = config.UseCRLF
	return f
}

func (f *Filter) newReader(fields int) {
	f.reader = csv.NewReader(&f.source)
	f.reader.Comma = f.config.Comma
	f.reader.Comment = f.config.Comment
	f.reader.FieldsPerRecord = fields
	f.reader.LazyQuotes = f.config.LazyQuotes
	f.reader.TrimLeadingSpace = f.config.TrimLeadingSpace
}

// Clone returns a filter with the same settings for another connection.
func (f *Filter) Clone() filter.Filter { return newFilter(f.config) }

// Rewind resets how far the input was searched.
func (f *Filter) Rewind() {
	f.scan.reset()
	f.skipping = false
}

// Decode returns the next record as a []string. Empty lines and comments are
// skipped. Errors are *filter.Error, for a malformed record with a
// *csv.ParseError as the cause, whose line numbers count from the previous
// error.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	for {
		end := f.scan.end(buf[n:])
		if end == 0 {
			return f.unfinished(buf, n)
		}
		record := buf[n : n+end]
		n += end
		f.scan.reset()
		if f.skipping {
			f.skipping = false
			continue
		}
		if len(record) > f.config.MaxLength {
			return nil, n, f.tooLong()
		}
		fields, err := f.read(record)
		if err == nil {
			return fields, n, nil
		}
		if err != io.EOF { // of an empty line or comment
			return nil, n, &filter.Error{Filter: name, Op: "decode", Err: err, Recoverable: true}
		}
	}
}

// Finish implements filter.Finisher: it decodes a last record without a line
// end. If a quoted field has no closing quote, the error is
// io.ErrUnexpectedEOF.
func (f *Filter) Finish(buf []byte) (any, error) {
	rec, n, err := f.Decode(append(buf[:len(buf):len(buf)], '\n'))
	if err == filter.ErrMore {
		if err = io.EOF; n <= len(buf) {
			err = &filter.Error{Filter: name, Op: "decode", Err: io.ErrUnexpectedEOF}
		}
	}
	f.Rewind()
	return rec, err
}

// errBounds guards against a reader that disagrees with the scanner, whose
// rest would become a part of the next record.
var errBounds = errors.New("record does not end with its line")

// read makes fields of the bytes of one record.
func (f *Filter) read(record []byte) ([]string, error) {
	start := f.reader.InputOffset()
	f.source.Reset(record)
	fields, err := f.reader.Read()
	f.source.Reset(nil)
	if err == nil && f.reader.InputOffset()-start != int64(len(record)) {
		err = errBounds
	}
	if err != nil && err != io.EOF {
		f.newReader(f.reader.FieldsPerRecord)
	}
	return fields, err
}

// unfinished looks at a record whose end has not come. One that is too long
// already is dropped, the rest of it when it comes.
func (f *Filter) unfinished(buf []byte, n int) (any, int, error) {
	if f.skipping {
		f.scan.dropped()
		return nil, len(buf), filter.ErrMore
	}
	if len(buf)-n > f.config.MaxLength {
		f.skipping = true
		f.scan.dropped()
		return nil, len(buf), f.tooLong()
	}
	return nil, n, filter.ErrMore
}

// tooLong is the error about a record that is too long, which is passed over.
func (f *Filter) tooLong() error {
	err := limits.Exceeded(name, "decode", "MaxLength", f.config.MaxLength)
	err.Recoverable = true
	return err
}

// Append appends rec, a []string, with quotes where they are needed.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	fields, ok := rec.([]string)
	if !ok {
		return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "[]string"}}
	}
	if len(fields) == 0 {
		return dst, &filter.Error{Filter: name, Op: "put", Err: errors.New("record without fields, which CSV cannot write")}
	}
	f.out = dst
	err := f.writer.Write(fields)
	f.writer.Flush()
	out := f.out
	f.out = nil
	if err != nil {
		return dst, &filter.Error{Filter: name, Op: "put", Err: err}
	}
	if f.isPassedOver(fields, out[len(dst):]) {
		rest := string(out[len(dst)+len(fields[0]):])
		out = append(append(append(append(out[:len(dst)], '"'), fields[0]...), '"'), rest...)
	}
	return out, nil
}

// isPassedOver reports whether a record looks like an empty line or a comment,
// which csv.Writer does not care about. Quotes around its first field help.
func (f *Filter) isPassedOver(fields []string, text []byte) bool {
	if len(fields) == 1 && fields[0] == "" {
		return true
	}
	return f.config.Comment != 0 && bytes.HasPrefix(text, f.scan.comment)
}

// appendWriter is a slice to write to.
type appendWriter []byte

func (w *appendWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}
