package resp

import (
	"errors"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
)

// name is what this filter is called in errors.
const name = "RESP"

// malformed is the error for bytes that are no value.
func malformed(reason string) error {
	return &filter.Error{Filter: name, Op: "decode", Err: errors.New(reason)}
}

// refused is the error for a record that cannot be written.
func refused(reason string) error {
	return &filter.Error{Filter: name, Op: "put", Err: errors.New(reason)}
}

func beyond(limit string, most int) error {
	return limits.Exceeded(name, "decode", limit, most)
}
