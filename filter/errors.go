package filter

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/internal/configerror"
)

// ErrLimit is wrapped by every [LimitError]: errors.Is(err, ErrLimit) reports
// whether a peer sent more than it may.
var ErrLimit = errors.New("limit exceeded")

// LimitError is the cause in every [Error] about a limit that was exceeded, and
// the error of a [Serializer] about one of its limits.
type LimitError struct {
	Limit  string // the limit, by its field name: "MaxLength"
	Max    int64  // its value
	Offset int64  // where in the record, in bytes; 0 if that says nothing
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

// Error is a failure to decode or encode: what a peer sent or what a program
// put cannot be a record of this filter.
//
// Errors of decoding come in two classes, which [Recoverable] distinguishes.
type Error struct {
	Filter string // which filter: "Line"
	Op     string // what it was doing: "decode", "put", "thaw"
	Err    error  // the cause; a *LimitError for a limit

	// Recoverable is set by Decode if the bytes that it has consumed are the
	// whole bad record, or will be passed over as they arrive, so that the next
	// record can be decoded.
	Recoverable bool
}

// Recoverable reports whether decoding may continue after err, an error of
// Decode, DecodeBytes, DecodeStep or CheckBuffer that is not [ErrMore]. It does
// if an *[Error] in err says so. Any other error is final, those of a filter
// that knows nothing of the two classes included.
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

// Error names the filter, what it was doing, and the cause.
func (e *Error) Error() string {
	return fmt.Sprintf("filter: %s: %s: %v", e.Filter, e.Op, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RecordError is about a record that cannot be used: a filter cannot encode
// it, or it is not of the type that a wheel's function or a component's
// callback accepts.
type RecordError struct {
	Record any    // the record
	Want   string // the types that are accepted; empty if the type is right
	Err    error  // what is wrong with a record of the right type; nil otherwise
}

// Error names the record's type, and what would have been right or is wrong.
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
	Filter string // which filter
	N      int    // how many bytes
}

// Error returns how many bytes were removed.
func (e *SkippedError) Error() string {
	return fmt.Sprintf("filter: %s: %d bytes without meaning removed from the stream", e.Filter, e.N)
}

// ConfigError is the error of a constructor about a field that is missing or
// makes no sense. It is the same type in all packages of this module. In its
// Field the constructors of this package put the configuration's type in front:
// "LineConfig.MaxBuffer".
type ConfigError = configerror.ConfigError

// Causes of a ConfigError.
var (
	ErrMissing  = configerror.ErrMissing
	ErrConflict = configerror.ErrConflict
	ErrNegative = configerror.ErrNegative
	ErrTooSmall = configerror.ErrTooSmall
)

// Limits of filters unless their configuration says otherwise (POE's).
const (
	DefaultMaxLength = 64 << 20  // bytes of one record
	DefaultMaxBuffer = 512 << 20 // bytes that may wait undecoded
)

// limitOr returns the default for a limit of zero and refuses negative ones.
func limitOr(filter, field string, value, def int) (int, error) {
	return configerror.Limit("filter", filter+"Config."+field, value, def)
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
