package irc

import (
	"strings"

	"github.com/gopoe/poe/filter"
	ircfilter "github.com/gopoe/poe/filter/irc"
)

// wire is the filter of the connection: messages in, lines out.
type wire struct{ *ircfilter.Filter }

// newWire makes the filter for a connection.
func newWire(limit int) filter.Filter {
	f, err := ircfilter.New(ircfilter.Config{MaxLength: limit, KeepRaw: true})
	if err != nil { // the limit has been checked
		panic(err)
	}
	return wire{f}
}

// Append writes a line, which has been checked by Client.send.
func (wire) Append(dst []byte, record any) ([]byte, error) {
	line, ok := record.(string)
	if !ok {
		return dst, &filter.RecordError{Record: record, Want: "string"}
	}
	return append(append(dst, line...), '\r', '\n'), nil
}

// Clone returns a filter for another connection.
func (w wire) Clone() filter.Filter { return wire{w.Filter.Clone().(*ircfilter.Filter)} }

// oneLine returns text up to the first line break or NUL, which would end the line
// for the server.
func oneLine(text string) string {
	if i := strings.IndexAny(text, "\r\n\x00"); i >= 0 {
		return text[:i]
	}
	return text
}
