package websocket

// Error is what Decode returns for bytes that it refuses and Append for a
// record that cannot be sent.
type Error struct {
	// Code is what to send in a Close on account of it; 0 if the trouble is
	// on this side.
	Code Code
	// Limit is the field of Config whose limit was passed, "" if the trouble
	// is another.
	Limit string
	// Reason says what is wrong, in words.
	Reason string
}

func (e *Error) Error() string {
	if e.Limit != "" {
		return "websocket: " + e.Reason + " (" + e.Limit + ")"
	}
	return "websocket: " + e.Reason
}

func wrong(code Code, reason string) error { return &Error{Code: code, Reason: reason} }
