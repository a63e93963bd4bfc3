package resp

// Error is what Decode returns for bytes that it refuses and Append for a
// record that cannot be written.
type Error struct {
	// Limit is the field of Config whose limit was passed, "" if the trouble
	// is another.
	Limit string
	// Reason says what is wrong, in words.
	Reason string
}

func (e *Error) Error() string {
	if e.Limit != "" {
		return "resp: " + e.Reason + " (" + e.Limit + ")"
	}
	return "resp: " + e.Reason
}

func malformed(reason string) error { return &Error{Reason: reason} }

func beyond(limit, reason string) error { return &Error{Limit: limit, Reason: reason} }
