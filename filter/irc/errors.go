package irc

import (
	"errors"

	"github.com/gopoe/poe/filter"
)

// name is what this filter is called in errors.
const name = "IRC"

// malformed is the error for a line that is no message.
func malformed(reason string) error {
	return badRecord(&filter.Error{Filter: name, Op: "decode", Err: errors.New(reason)})
}

// badRecord marks an error as one after which decoding may continue.
func badRecord(err *filter.Error) error {
	err.Recoverable = true
	return err
}

// refused is the error for a message that could not be read back as what it is.
func refused(reason string) error {
	return &filter.Error{Filter: name, Op: "put", Err: errors.New(reason)}
}
