package jsonrec

import (
	"errors"

	"github.com/gopoe/poe/filter"
)

// name is what this filter is called in errors.
const name = "JSON"

// badRecord marks an error as one after which decoding may continue.
func badRecord(err error) error { return mark(err, true) }

// final marks an error as one after which it may not.
func final(err error) error { return mark(err, false) }

func mark(err error, recoverable bool) error {
	var e *filter.Error
	if errors.As(err, &e) {
		e.Recoverable = recoverable
	}
	return err
}
