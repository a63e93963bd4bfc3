package filter

import (
	"bytes"
	"errors"
)

// DotStuffedConfig configures a [DotStuffed]. The zero value is for SMTP.
type DotStuffedConfig struct {
	// AllowBare accepts a CR or LF alone as any other character. Otherwise a
	// decoded text that contains one is an error, since another server may take
	// it for the end of the text (SMTP smuggling), and in a text that is put an
	// LF alone becomes CR LF.
	AllowBare bool
	// MaxLength is the most bytes a text may have on the wire, without the
	// final line; 0 means DefaultMaxLength. It is checked while a text arrives.
	MaxLength int
}

// DotStuffed decodes texts as SMTP, POP3 and NNTP send them: lines that end in
// CR LF, with another dot before each line that begins with one, and a line
// with only a dot at the end. A record is a whole text as a string, whose lines
// end in CR LF, without the final line. It encodes strings and []byte; if the
// last line has no CR LF, it is added. It has a zero-copy form, DecodeBytes.
//
// A text that is malformed or too long is an error, once all of it or MaxLength
// bytes have arrived, and is skipped; then the next text is decoded.
type DotStuffed struct {
	allowBare bool
	maxLength int
	seen      int  // bytes at the front of the next buf in which no end begins
	skipping  bool // inside a text that has been found too long
	unstuffed []byte
}

// NewDotStuffed returns a DotStuffed filter, or a *[ConfigError].
func NewDotStuffed(config DotStuffedConfig) (*DotStuffed, error) {
	maxLength, err := limitOr("DotStuffed", "MaxLength", config.MaxLength, DefaultMaxLength)
	if err != nil {
		return nil, err
	}
	return &DotStuffed{allowBare: config.AllowBare, maxLength: maxLength}, nil
}

// dotEnd is the end of the last line of text and the line with the dot.
var dotEnd = []byte("\r\n.\r\n")

// Decode returns the next text as a string.
func (d *DotStuffed) Decode(buf []byte) (any, int, error) {
	rec, n, err := d.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(rec), n, nil
}

// DecodeBytes returns the next text, which is valid until the next call. It is
// a part of buf unless dots had to be removed.
func (d *DotStuffed) DecodeBytes(buf []byte) ([]byte, int, error) {
	n := 0
	if d.skipping {
		i := bytes.Index(buf, dotEnd)
		if i < 0 {
			return nil, max(0, len(buf)-len(dotEnd)+1), ErrMore
		}
		n, d.skipping = i+len(dotEnd), false
	}
	text, size, err := d.find(buf[n:])
	n += size
	if err != nil {
		return nil, n, err
	}
	if !d.allowBare && hasBare(text) {
		return nil, n, badRecord(&Error{Filter: "DotStuffed", Op: "decode", Err: errBare})
	}
	return d.unstuff(text), n, nil
}

var errBare = errors.New("CR or LF stands alone in the text")

// find returns the text at the front of buf as it is on the wire, and its
// length with the last line.
func (d *DotStuffed) find(buf []byte) (text []byte, size int, err error) {
	if bytes.HasPrefix(buf, dotEnd[2:]) {
		return nil, 3, nil
	}
	from := min(d.seen, len(buf))
	d.seen = 0
	i := bytes.Index(buf[from:], dotEnd)
	if i >= 0 {
		text = buf[:from+i+2]
		size = from + i + len(dotEnd)
		if len(text) > d.maxLength {
			return nil, size, badRecord(limitError("DotStuffed", "decode", "MaxLength", d.maxLength))
		}
		return text, size, nil
	}
	tail := max(0, len(buf)-len(dotEnd)+1)
	if tail > d.maxLength {
		d.skipping = true
		return nil, tail, badRecord(limitError("DotStuffed", "decode", "MaxLength", d.maxLength))
	}
	d.seen = tail
	return nil, 0, ErrMore
}

// unstuff takes a dot off each line that begins with one.
func (d *DotStuffed) unstuff(text []byte) []byte {
	stuffed := []byte("\r\n.")
	if !bytes.HasPrefix(text, stuffed[2:]) && !bytes.Contains(text, stuffed) {
		return text
	}
	d.unstuffed = d.unstuffed[:0]
	if cap(d.unstuffed) > keepBuffer {
		d.unstuffed = nil
	}
	text = bytes.TrimPrefix(text, stuffed[2:])
	for {
		i := bytes.Index(text, stuffed)
		if i < 0 {
			d.unstuffed = append(d.unstuffed, text...)
			return d.unstuffed
		}
		d.unstuffed = append(d.unstuffed, text[:i+2]...)
		text = text[i+3:]
	}
}

// hasBare reports whether text has a CR or LF that is not one of CR LF.
func hasBare(text []byte) bool {
	for len(text) > 0 {
		i := bytes.IndexByte(text, '\n')
		line := text
		if i >= 0 {
			line = text[:i]
		}
		cr := bytes.IndexByte(line, '\r')
		if i < 0 {
			return cr >= 0
		}
		if cr < 0 || cr != len(line)-1 {
			return true
		}
		text = text[i+1:]
	}
	return false
}

// Append appends a text, a string or []byte, with its dots and the final line.
func (d *DotStuffed) Append(dst []byte, rec any) ([]byte, error) {
	var text []byte
	switch v := rec.(type) {
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return dst, &Error{Filter: "DotStuffed", Op: "put", Err: &RecordError{Record: rec, Want: "string or []byte"}}
	}
	out := dst
	for len(text) > 0 {
		line, rest := d.cutLine(text)
		if !d.allowBare && bytes.IndexByte(line, '\r') >= 0 {
			return dst, &Error{Filter: "DotStuffed", Op: "put", Err: errBare}
		}
		if len(line) > 0 && line[0] == '.' {
			out = append(out, '.')
		}
		out = append(append(out, line...), "\r\n"...)
		text = rest
	}
	return append(out, ".\r\n"...), nil
}

// cutLine takes a line off, without its line end: CR LF, or an LF alone where
// that stands for one.
func (d *DotStuffed) cutLine(text []byte) (line, rest []byte) {
	if d.allowBare {
		line, rest, _ = bytes.Cut(text, dotEnd[:2])
		return line, rest
	}
	line, rest, found := bytes.Cut(text, dotEnd[1:2])
	if found {
		line = bytes.TrimSuffix(line, dotEnd[:1])
	}
	return line, rest
}

// Rewind resets how far the input was searched.
func (d *DotStuffed) Rewind() { d.seen, d.skipping = 0, false }

// Clone returns a DotStuffed with the same settings.
func (d *DotStuffed) Clone() Filter {
	return &DotStuffed{allowBare: d.allowBare, maxLength: d.maxLength}
}
