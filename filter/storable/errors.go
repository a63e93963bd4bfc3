package storable

import (
	"errors"
	"fmt"
	"reflect"
)

// ErrVersion is wrapped by the errors about payloads of an unknown version of
// Storable, or in the native format of a machine that is not supported.
var ErrVersion = errors.New("unsupported version or machine")

// ErrCycle is wrapped by the error about a value that refers to itself, with
// UnmarshalOptions.NoCycles.
var ErrCycle = errors.New("a value that refers to itself")

// ErrNotReference is wrapped by the error of Marshal for a value that is not a
// reference in Perl: freeze accepts only references. &Ref{Value: v} is one.
var ErrNotReference = errors.New("not a reference")

// SyntaxError is the error about input that is not a valid Storable payload. If
// the input ends early, errors.Is(err, io.ErrUnexpectedEOF) is true.
type SyntaxError struct {
	Offset int    // where in the payload, in bytes
	Msg    string // what is wrong
	Err    error  // io.ErrUnexpectedEOF, ErrVersion, ErrCycle or nil
}

// Error describes what is wrong, and where.
func (e *SyntaxError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("storable: offset %d: %s: %v", e.Offset, e.Msg, e.Err)
	}
	return fmt.Sprintf("storable: offset %d: %s", e.Offset, e.Msg)
}

// Unwrap returns e.Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// ValueError is the error about a Go value that has no form in Storable.
type ValueError struct {
	Type reflect.Type // nil for a nil value
	Msg  string       // what is wrong
	Err  error        // ErrNotReference, what a MarshalText returned, or nil
}

// Error describes which value cannot be written, and why.
func (e *ValueError) Error() string {
	name := "nil"
	if e.Type != nil {
		name = e.Type.String()
	}
	if e.Err != nil {
		return fmt.Sprintf("storable: cannot write %s: %s: %v", name, e.Msg, e.Err)
	}
	return fmt.Sprintf("storable: cannot write %s: %s", name, e.Msg)
}

// Unwrap returns e.Err.
func (e *ValueError) Unwrap() error { return e.Err }
