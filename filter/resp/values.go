package resp

import "strings"

// Simple is a simple string: one line such as OK.
type Simple string

// ErrorReply is an error as a value of the protocol, such as
// "ERR unknown command". With a line break in it it can only be written in
// RESP3, as a bulk error.
type ErrorReply string

// Error is the whole text.
func (e ErrorReply) Error() string { return string(e) }

// Code is the first word, by convention the kind of error: ERR, WRONGTYPE.
func (e ErrorReply) Code() string {
	code, _, _ := strings.Cut(string(e), " ")
	return code
}

// Verbatim is a string that says how it wants to be shown. Format has three
// bytes, such as txt or mkd.
type Verbatim struct {
	Format string
	Text   string
}

// Pair is one entry of a Map.
type Pair struct {
	Key   any
	Value any
}

// Map keeps the order of the wire, and its keys may be of any type.
type Map []Pair

// Get returns the value of the first entry whose key is this string, simple or
// bulk.
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

// Set is an array whose sender promises that no value is in it twice.
type Set []any

// Push is what a server sends out of turn, not as the answer to a command.
type Push []any

// Attributed is a value with something said about it.
type Attributed struct {
	Attributes Map
	Value      any
}
