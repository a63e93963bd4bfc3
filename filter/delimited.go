package filter

import (
	"bytes"
	"errors"
)

// DelimitedConfig configures a [Delimited].
type DelimitedConfig struct {
	// Delimiter ends each record, in both directions. It is required.
	Delimiter string
	// MaxLength is the most bytes a record may have, without the delimiter; 0
	// means DefaultMaxLength. It is checked while a record arrives, and for
	// records that are put.
	MaxLength int
}

// Delimited decodes records that end with a delimiter as strings without it,
// and encodes strings and []byte. It has a zero-copy form, DecodeBytes.
//
// Unlike a [Line] with a Literal it refuses to encode a record that contains
// the delimiter, and drops a record that is too long while it arrives. After
// the error of such a record the next one is decoded.
type Delimited struct {
	delimiter []byte
	maxLength int
	seen      int  // bytes at the front of the next buf in which no delimiter begins
	skipping  bool // inside a record that has been found too long
}

// NulTerminated returns a Delimited filter for records that end in a NUL. It
// is itself a func() Filter.
func NulTerminated() Filter {
	return &Delimited{delimiter: []byte{0}, maxLength: DefaultMaxLength}
}

// NewDelimited returns a Delimited filter, or a *[ConfigError].
func NewDelimited(config DelimitedConfig) (*Delimited, error) {
	if config.Delimiter == "" {
		return nil, configError("Delimited", "Delimiter", ErrMissing)
	}
	maxLength, err := limitOr("Delimited", "MaxLength", config.MaxLength, DefaultMaxLength)
	if err != nil {
		return nil, err
	}
	return &Delimited{delimiter: []byte(config.Delimiter), maxLength: maxLength}, nil
}

// Decode returns the next record as a string.
func (d *Delimited) Decode(buf []byte) (any, int, error) {
	rec, n, err := d.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(rec), n, nil
}

// DecodeBytes returns the next record as a part of buf.
func (d *Delimited) DecodeBytes(buf []byte) ([]byte, int, error) {
	n := 0
	for {
		from := n + min(d.seen, len(buf)-n)
		i := bytes.Index(buf[from:], d.delimiter)
		if i < 0 {
			return d.unfinished(buf, n)
		}
		rec := buf[n : from+i : from+i]
		n, d.seen = from+i+len(d.delimiter), 0
		switch {
		case d.skipping:
			d.skipping = false
		case len(rec) > d.maxLength:
			return nil, n, badRecord(limitError("Delimited", "decode", "MaxLength", d.maxLength))
		default:
			return rec, n, nil
		}
	}
}

// unfinished looks at buf[n:], in which there is no delimiter. Of a record that
// is too long only what may be the beginning of one is kept.
func (d *Delimited) unfinished(buf []byte, n int) ([]byte, int, error) {
	tail := max(n, len(buf)-len(d.delimiter)+1)
	d.seen = 0
	switch {
	case d.skipping:
		return nil, tail, ErrMore
	case tail-n > d.maxLength:
		d.skipping = true
		return nil, tail, badRecord(limitError("Delimited", "decode", "MaxLength", d.maxLength))
	}
	d.seen = tail - n
	return nil, n, ErrMore
}

// Append appends the record, a string or []byte, and the delimiter.
func (d *Delimited) Append(dst []byte, rec any) ([]byte, error) {
	out, err := appendText(dst, "Delimited", rec)
	if err != nil {
		return dst, err
	}
	size := len(out) - len(dst)
	out = append(out, d.delimiter...)
	switch {
	case size > d.maxLength:
		return dst, limitError("Delimited", "put", "MaxLength", d.maxLength)
	case bytes.Index(out[len(dst):], d.delimiter) != size:
		return dst, &Error{Filter: "Delimited", Op: "put", Err: errDelimiter}
	}
	return out, nil
}

var errDelimiter = errors.New("record has the delimiter inside")

// Rewind resets how far the input was searched.
func (d *Delimited) Rewind() { d.seen, d.skipping = 0, false }

// Clone returns a Delimited with the same settings.
func (d *Delimited) Clone() Filter {
	return &Delimited{delimiter: d.delimiter, maxLength: d.maxLength}
}
