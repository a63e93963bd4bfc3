// Package tcpconn is what the connections of the TCP server and the TCP client
// have in common: handlers for records, output, the choice of a handle before
// there is a wheel, and TLS handshakes.
package tcpconn

import (
	"fmt"

	"github.com/gopoe/poe/filter"
)

// Handler passes the records of connections of type C to a callback.
type Handler[C any] struct {
	record func(c *C, record any) error
	text   func(c *C, record string) // nil unless the callback takes strings
	bytes  func(c *C, record []byte) // nil unless it takes bytes
}

// NewHandler makes the handler for a callback that takes records of type T.
func NewHandler[C, T any](callback func(c *C, record T)) *Handler[C] {
	h := &Handler[C]{record: func(c *C, record any) error { return call(callback, c, record) }}
	switch f := any(callback).(type) {
	case func(*C, string):
		h.text = f
	case func(*C, []byte):
		h.bytes = f
	}
	return h
}

// call calls a callback with a record if that is of its type. Text is bytes,
// and bytes are text.
func call[C, T any](callback func(c *C, record T), c *C, record any) error {
	r, ok := record.(T)
	var zero T
	if ok || record == nil && any(zero) == nil { // an undefined record is one of an interface type
		callback(c, r)
		return nil
	}
	switch f := any(callback).(type) {
	case func(*C, []byte):
		if text, ok := record.(string); ok {
			f(c, []byte(text))
			return nil
		}
	case func(*C, string):
		if text, ok := record.([]byte); ok {
			f(c, string(text))
			return nil
		}
	}
	return &filter.RecordError{Record: record, Want: fmt.Sprintf("%T", &zero)[1:]}
}

// Handle calls the callback with a record of any type. The error is a
// *filter.RecordError if the callback does not take it.
func (h *Handler[C]) Handle(c *C, record any) error { return h.record(c, record) }

// Boxed reports whether the callback takes neither strings nor bytes.
func (h *Handler[C]) Boxed() bool { return h.text == nil && h.bytes == nil }

// Text returns the callback if it takes strings, nil otherwise.
func (h *Handler[C]) Text() func(c *C, record string) { return h.text }

// Bytes returns the callback if it takes bytes, nil otherwise.
func (h *Handler[C]) Bytes() func(c *C, record []byte) { return h.bytes }
