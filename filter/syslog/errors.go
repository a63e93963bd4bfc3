package syslog

import (
	"errors"

	"github.com/gopoe/poe/filter"
)

// name is what this filter is called in errors.
const name = "Syslog"

// malformed is the error for one message that is wrong.
func malformed(reason string) error {
	return &filter.Error{Filter: name, Op: "decode", Err: errors.New(reason), Recoverable: true}
}

// unframed is the error for bytes after which no message can be found.
func unframed(reason string) error {
	return &filter.Error{Filter: name, Op: "decode", Err: errors.New(reason)}
}

// refused is the error for a message that could not be read back as what it is.
func refused(reason string) error {
	return &filter.Error{Filter: name, Op: "put", Err: errors.New(reason)}
}
