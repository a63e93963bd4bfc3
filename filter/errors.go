package filter

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/internal/configerror"
)

// ErrLimit is wrapped by every [LimitError]: errors.Is(err, ErrLimit) reports
// whether a limit was exceeded.
var ErrLimit = errors.New("limit exceeded")

// LimitError is the cause in every [Error] about a limit that was exceeded, and
// the error of a [Serializer] whose limit was exceeded.
type LimitError struct {
	Limit  string // the limit, by its field name: "MaxLength"
	Max    int64  // its value
	Offset int64  // the position in the record, in bytes; 0 if it has no meaning
}

// Error names the limit and its value.
func (e *LimitError) Error() string {
	if e.Offset > 0 {
		return fmt.Sprintf("offset %d: more than %s %d allows", e.Offset, e.Limit, e.Max)
	}
	return fmt.Sprintf("more than %s %d allows", e.Limit, e.Max)
}

// Unwrap returns ErrLimit.
func (e *LimitError) Unwrap() error { return ErrLimit }

// Error is the error of decoding or encoding: what a peer sent, or a program
// put, is not a record of this filter.
//
// Errors of decoding come in two classes, which [Recoverable] distinguishes.
type Error struct {
	Filter string // the filter's name: "Line"
	Op     string // the operation: "decode", "put", "thaw"
	Err    error  // the cause; a *LimitError for a limit

	// Recoverable is set by Decode if the bytes that it has consumed are the
	// whole bad record, or its beginning and the rest will be skipped as it
	// arrives, so that the next record can be decoded.
	Recoverable bool
}

// Recoverable reports whether decoding may continue after err, an error of
// Decode, DecodeBytes, DecodeStep or CheckBuffer that is not [ErrMore]. It
// returns true if err is or wraps an *[Error] whose field Recoverable is true.
// Any other error is final, including those of filters that do not know the two
// classes.
func Recoverable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Recoverable
}

// limitError returns the error about a limit that was exceeded.
func limitError(filter, op, limit string, max int) *Error {
	return &Error{Filter: filter, Op: op, Err: &LimitError{Limit: limit, Max: int64(max)}}
}

// badRecord marks an error of decoding as recoverable.
func badRecord(e *Error) *Error {
	e.Recoverable = true
	return e
}

// Error names the filter, the operation, and the cause.
func (e *Error) Error() string {
	return fmt.Sprintf("filter: %s: %s: %v", e.Filter, e.Op, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RecordError is the error about a record that cannot be used: a filter cannot
// encode it, or it does not have the type that a wheel's function or a
// component's callback accepts.
type RecordError struct {
	Record any    // the record
	Want   string // the types that are accepted; empty if the type is right
	Err    error  // what is wrong with a record of the right type; nil otherwise
}

// Error names the record's type, and the accepted types or what is wrong.
func (e *RecordError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("record of type %T: %v", e.Record, e.Err)
	}
	return fmt.Sprintf("record is %T, want %s", e.Record, e.Want)
}

// Unwrap returns what is wrong with a record of the right type, or nil.
func (e *RecordError) Unwrap() error { return e.Err }

// SkippedError reports to a Warn function that bytes without meaning were removed
// from the stream.
type SkippedError struct {
	Filter string // the filter's name
	N      int    // how many bytes
}

// Error returns how many bytes were removed.
func (e *SkippedError) Error() string {
	return fmt.Sprintf("filter: %s: %d bytes without meaning removed from the stream", e.Filter, e.N)
}

// ConfigError is the error of a constructor about a field that is missing or
// not valid. It is the same type in all packages of this module. For the
// constructors of this package Field begins with the type of the configuration:
// "LineConfig.MaxBuffer".
type ConfigError = configerror.ConfigError

// The causes of a [ConfigError]: a field is missing, excludes another one, is
// negative, or too small.
var (
	ErrMissing  = configerror.ErrMissing
	ErrConflict = configerror.ErrConflict
	ErrNegative = configerror.ErrNegative
	ErrTooSmall = configerror.ErrTooSmall
)

// The default limits of filters, which are POE's.
const (
	DefaultMaxLength = 64 << 20  // bytes of one record
	DefaultMaxBuffer = 512 << 20 // bytes that may wait undecoded
)

// limitOr returns the default for a limit of zero and refuses negative ones.
func limitOr(filter, field string, value, def int) (int, error) {
	if value < 0 {
		field = filter + "Config." + field // a connection makes a filter, and most are right
	}
	return configerror.Limit("filter", field, value, def)
}

// configError is the error about a field of the filter's configuration.
func configError(filter, field string, err error) error {
	return &ConfigError{Package: "filter", Field: filter + "Config." + field, Err: err}
}

// appendText appends a record that is text, for filters whose records are
// strings.
func appendText(dst []byte, filter string, rec any) ([]byte, error) {
	switch v := rec.(type) {
	case string:
		return append(dst, v...), nil
	case []byte:
		return append(dst, v...), nil
	}
	return dst, &Error{Filter: filter, Op: "put", Err: &RecordError{Record: rec, Want: "string or []byte"}}
}
