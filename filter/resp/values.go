package resp

import "strings"

// Simple is a simple string: one line such as OK.
type Simple string

// ErrorReply is an error as a value of the protocol, such as "ERR unknown
// command". A text with a line break can only be written in RESP3, as a bulk
// error.
type ErrorReply string

// Error returns the whole text.
func (e ErrorReply) Error() string { return string(e) }

// Code returns the first word, which by convention is the kind of the error:
// ERR, WRONGTYPE.
func (e ErrorReply) Code() string {
	code, _, _ := strings.Cut(string(e), " ")
	return code
}

// Verbatim is a string with a format, which has three bytes, such as txt or
// mkd.
type Verbatim struct {
	Format string
	Text   string
}

// Pair is one entry of a Map.
type Pair struct {
	Key   any
	Value any
}

// Map is a map in the order of the wire, whose keys may have any type.
type Map []Pair

// Get returns the value of the first entry whose key is this string, simple or
// bulk, and reports whether there is one.
func (m Map) Get(key string) (value any, ok bool) {
	for _, pair := range m {
		switch k := pair.Key.(type) {
		case string:
			ok = k == key
		case Simple:
			ok = string(k) == key
		}
		if ok {
			return pair.Value, true
		}
	}
	return nil, false
}

// Set is an array in which the sender has put no value twice; that is not
// checked.
type Set []any

// Push is a message that a server sends on its own, not as the answer to a
// command.
type Push []any

// Attributed is a value with attributes, which describe it.
type Attributed struct {
	Attributes Map
	Value      any
}
