package filter

import (
	"errors"
	"fmt"
)

// ErrLimit is the cause in every [Error] about a limit: errors.Is(err,
// ErrLimit) asks whether a peer sent more than it may.
var ErrLimit = errors.New("limit exceeded")

// Error is a failure to decode or encode: what a peer sent or what a program
// put cannot be a record of this filter.
//
// After an error in decoding the filter and its peer may disagree about where
// the next record begins. Unless the filter says otherwise, the connection is
// best closed.
type Error struct {
	Filter string // which filter: "Line"
	Op     string // what it was doing: "decode", "put", "thaw"
	Limit  string // the limit that was exceeded, by its field name; or empty
	Max    int64  // the value of that limit
	Err    error  // the cause; ErrLimit for a limit
}

// NewLimitError makes the error for a limit that was exceeded.
func NewLimitError(filter, op, limit string, max int) *Error {
	return &Error{Filter: filter, Op: op, Limit: limit, Max: int64(max), Err: ErrLimit}
}

// Error names the filter, what it was doing, and the limit or the cause.
func (e *Error) Error() string {
	if e.Limit != "" {
		return fmt.Sprintf("filter: %s: %s: more than %s %d allows", e.Filter, e.Op, e.Limit, e.Max)
	}
	return fmt.Sprintf("filter: %s: %s: %v", e.Filter, e.Op, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// RecordTypeError is the cause in an [Error] about a record of a type that the
// filter cannot encode.
type RecordTypeError struct {
	Record any    // the record
	Want   string // what the filter takes
}

// Error names the record's type and what would have been right.
func (e *RecordTypeError) Error() string {
	return fmt.Sprintf("record is %T, want %s", e.Record, e.Want)
}

// SkippedError tells a Warn function that bytes without meaning were removed
// from the stream.
type SkippedError struct {
	Filter string // which filter
	N      int    // how many bytes
}

// Error says how many bytes were removed.
func (e *SkippedError) Error() string {
	return fmt.Sprintf("filter: %s: %d bytes without meaning removed from the stream", e.Filter, e.N)
}

// ConfigError is what constructors return for a field that is missing or
// makes no sense.
type ConfigError struct {
	Filter string // which filter: "Line"
	Field  string // the field of its configuration
	Err    error  // what is wrong
}

// Error names the filter and the field.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("filter: %s: %s: %v", e.Filter, e.Field, e.Err)
}

// Unwrap gives the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

// Causes of a ConfigError.
var (
	ErrMissing  = errors.New("is required")
	ErrConflict = errors.New("conflicts with another field")
	ErrNegative = errors.New("must not be negative")
	ErrTooSmall = errors.New("is too small")
)

// Limits of filters unless their configuration says otherwise (POE's).
const (
	DefaultMaxLength = 64 << 20  // bytes of one record
	DefaultMaxBuffer = 512 << 20 // bytes that may wait undecoded
)

// limitOr gives the default for a limit of zero and refuses negative ones.
func limitOr(filter, field string, value, def int) (int, error) {
	switch {
	case value < 0:
		return 0, &ConfigError{Filter: filter, Field: field, Err: ErrNegative}
	case value == 0:
		return def, nil
	}
	return value, nil
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
	return dst, &Error{Filter: filter, Op: "put", Err: &RecordTypeError{rec, "string or []byte"}}
}
