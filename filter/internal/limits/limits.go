// Package limits makes the errors that the filters in other packages than
// filter return about limits.
package limits

import "github.com/gopoe/poe/filter"

// Exceeded returns the error of a filter about a limit that was exceeded, by
// the limit's field name and value. It is final.
func Exceeded(name, op, limit string, max int) *filter.Error {
	return &filter.Error{Filter: name, Op: op, Err: &filter.LimitError{Limit: limit, Max: int64(max)}}
}
