package filter

// Stream passes bytes on as they arrive: a record is whatever has arrived. The
// zero value is ready to use; it has no state. POE: POE::Filter::Stream.
type Stream struct{}

// NewStream returns a Stream.
func NewStream() *Stream { return &Stream{} }

// Decode returns all of buf as a string.
func (*Stream) Decode(buf []byte) (any, int, error) {
	if len(buf) == 0 {
		return nil, 0, ErrMore
	}
	return string(buf), len(buf), nil
}

// DecodeBytes returns buf itself.
func (*Stream) DecodeBytes(buf []byte) ([]byte, int, error) {
	if len(buf) == 0 {
		return nil, 0, ErrMore
	}
	return buf, len(buf), nil
}

// Append appends a string or []byte unchanged.
func (*Stream) Append(dst []byte, rec any) ([]byte, error) {
	return appendText(dst, "Stream", rec)
}

// AppendText is Append for a string.
func (*Stream) AppendText(dst []byte, text string) ([]byte, error) { return append(dst, text...), nil }

// AppendBytes is Append for bytes.
func (*Stream) AppendBytes(dst, text []byte) ([]byte, error) { return append(dst, text...), nil }

// Clone returns another Stream.
func (*Stream) Clone() Filter { return NewStream() }
