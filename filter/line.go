package filter

import (
	"bytes"
	"regexp"
)

// LineConfig configures a [Line]. The zero value is POE's default: input lines
// end with any of CR, LF, CRLF and LFCR, output lines with CRLF.
type LineConfig struct {
	// Literal ends lines in both directions. It excludes all other fields
	// except the limits.
	Literal string

	// InputLiteral ends input lines. At most one of InputLiteral, InputRegexp
	// and Autodetect may be set.
	InputLiteral string

	// InputRegexp matches line ends. It should not match the empty string: an
	// empty match ends a line only after at least one byte. As in POE it is
	// applied to what has arrived: a match at its very end counts, although
	// more bytes might have made it longer. If matches can be of any length, as
	// with \s+, or depend on the text around them, as with $, every arrival is
	// searched from the start of the line; choose MaxBuffer accordingly.
	InputRegexp *regexp.Regexp

	// Autodetect makes the line end of the first line, CR, LF, CRLF or LFCR,
	// the only one from then on (POE: InputLiteral => undef).
	Autodetect bool

	// OutputLiteral ends output lines. Empty means CRLF, or Literal.
	OutputLiteral string

	// NoOutputLiteral adds nothing to output lines (POE: an empty
	// OutputLiteral).
	NoOutputLiteral bool

	// MaxLength is the most bytes a line may have, without its end; 0 means
	// DefaultMaxLength. It is checked when the line is complete.
	MaxLength int

	// MaxBuffer is the most bytes that may wait undecoded, complete lines
	// included; 0 means DefaultMaxBuffer. It is checked as bytes arrive and
	// must not be less than MaxLength.
	MaxBuffer int
}

// Line decodes lines as strings, without their ends, and encodes strings and
// []byte. It has a zero-copy form, DecodeBytes. POE: POE::Filter::Line.
//
// With the default line ends, a CR and an LF that arrive separately end two
// lines, the second of which is empty, since the filter cannot know whether an
// LF will follow a CR. Use a literal or Autodetect where empty lines have a
// meaning.
//
// A line longer than MaxLength is an error and is dropped; decoding can
// continue with the next line. When MaxBuffer is exceeded, all bytes that wait
// are dropped.
type Line struct {
	*lineSettings
	seen int // bytes at the front of the next buf in which no line end begins
}

// lineSettings are shared by a Line and its clones, since a server has one Line for
// each connection. They are not changed while they are shared.
type lineSettings struct {
	mode      lineMode
	char      byte   // the line end, for endChar; its last byte, for endLiteral
	literal   []byte // the line end, for endLiteral and endPartial
	re        *regexp.Regexp
	reach     int // for endRegexp: the most bytes of a match, or 0
	out       string
	maxLength int
	maxBuffer int
}

// lineMode is how a Line looks for the end of the next line.
type lineMode uint8

const (
	endAny     lineMode = iota // CR, LF, CRLF, LFCR
	endChar                    // one certain byte
	endLiteral                 // several certain bytes
	endRegexp
	endFirst   // autodetection, before the first line end
	endPartial // autodetection: literal is a lone CR or LF, its partner may follow
)

// Lines returns the default Line filter. It is itself a func() Filter.
func Lines() Filter { return &Line{lineSettings: &defaultSettings} }

var defaultSettings = lineSettings{out: "\r\n", maxLength: DefaultMaxLength, maxBuffer: DefaultMaxBuffer}

// NewLine returns a Line filter, or a *[ConfigError].
func NewLine(config LineConfig) (*Line, error) {
	l := &lineSettings{out: "\r\n"}
	if err := l.setLimits(config); err != nil {
		return nil, err
	}
	if err := l.setInput(config); err != nil {
		return nil, err
	}
	switch {
	case config.OutputLiteral != "" && config.NoOutputLiteral:
		return nil, configError("Line", "NoOutputLiteral", ErrConflict)
	case config.Literal != "":
		l.out = config.Literal
	case config.OutputLiteral != "" || config.NoOutputLiteral:
		l.out = config.OutputLiteral
	}
	return &Line{lineSettings: l}, nil
}

func (l *lineSettings) setLimits(config LineConfig) (err error) {
	if l.maxLength, err = limitOr("Line", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return err
	}
	if l.maxBuffer, err = limitOr("Line", "MaxBuffer", config.MaxBuffer, DefaultMaxBuffer); err != nil {
		return err
	}
	if l.maxBuffer < l.maxLength {
		return configError("Line", "MaxBuffer", ErrTooSmall)
	}
	return nil
}

func (l *lineSettings) setInput(config LineConfig) error {
	if config.Literal != "" {
		if config.OutputLiteral != "" || config.NoOutputLiteral || config.InputLiteral != "" || config.InputRegexp != nil || config.Autodetect {
			return configError("Line", "Literal", ErrConflict)
		}
		l.setLiteral(config.Literal)
		return nil
	}
	switch {
	case config.InputRegexp != nil && (config.InputLiteral != "" || config.Autodetect):
		return configError("Line", "InputRegexp", ErrConflict)
	case config.InputLiteral != "" && config.Autodetect:
		return configError("Line", "InputLiteral", ErrConflict)
	case config.InputRegexp != nil:
		l.mode, l.re, l.reach = endRegexp, config.InputRegexp, reachOf(config.InputRegexp)
	case config.Autodetect:
		l.mode = endFirst
	case config.InputLiteral != "":
		l.setLiteral(config.InputLiteral)
	}
	return nil
}

// setLiteral makes end the only line end.
func (l *lineSettings) setLiteral(end string) {
	l.mode, l.literal, l.char = endLiteral, []byte(end), end[len(end)-1]
	if len(end) == 1 {
		l.mode = endChar
	}
}

// Decode returns the next line as a string.
func (l *Line) Decode(buf []byte) (any, int, error) {
	rec, n, err := l.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(rec), n, nil
}

// DecodeBytes returns the next line as a part of buf.
func (l *Line) DecodeBytes(buf []byte) ([]byte, int, error) {
	if len(buf) > l.maxBuffer {
		l.seen = 0
		return nil, len(buf), l.CheckBuffer(len(buf))
	}
	if l.seen > 0 {
		return l.decode(buf)
	}
	switch l.mode { // the common cases, kept short
	case endChar:
		i := bytes.IndexByte(buf, l.char)
		if uint(i) <= uint(l.maxLength) {
			return buf[:i], i + 1, nil
		}
	case endAny:
		i := indexNewline(buf)
		if uint(i) <= uint(l.maxLength) {
			return buf[:i], i + newlineSize(buf[i:]), nil
		}
	case endLiteral:
		// The first byte like the literal's last, with the others in front.
		n := bytes.IndexByte(buf, l.char) + 1
		i := n - len(l.literal)
		if uint(i) <= uint(l.maxLength) && string(buf[i:n]) == string(l.literal) {
			return buf[:i], n, nil
		}
	}
	return l.decode(buf)
}

// decode is DecodeBytes for the less common ways and for errors.
func (l *Line) decode(buf []byte) ([]byte, int, error) {
	skip := 0
	if l.mode == endPartial {
		if len(buf) == 0 {
			return nil, 0, ErrMore
		}
		skip = l.endDetection(buf[0])
		buf = buf[skip:]
	}
	start, end := l.find(buf)
	if start < 0 {
		return nil, skip, ErrMore
	}
	l.seen = 0
	if l.mode == endFirst {
		l.detected(buf, start, end)
	}
	if start > l.maxLength {
		return nil, skip + end, badRecord(limitError("Line", "decode", "MaxLength", l.maxLength))
	}
	return buf[:start], skip + end, nil
}

// find returns where the next line end begins and ends; start is -1 if there
// is none yet. It remembers in l.seen what need not be looked at again.
func (l *Line) find(buf []byte) (start, end int) {
	from := l.seen
	if from > len(buf) {
		from = 0
	}
	switch l.mode {
	case endRegexp:
		return l.findRegexp(buf, from)
	case endChar:
		start, end = bytes.IndexByte(buf[from:], l.char), 1
	case endLiteral:
		start, end = bytes.Index(buf[from:], l.literal), len(l.literal)
	default:
		if start = indexNewline(buf[from:]); start >= 0 {
			end = newlineSize(buf[from+start:])
		}
	}
	if start < 0 {
		l.seen = max(from, len(buf)-max(len(l.literal)-1, 0))
		return -1, 0
	}
	return start + from, start + from + end
}

// detected takes buf[start:end], the end of the first line, as the line end.
// A single byte at the end of buf may be the first half of two.
func (l *Line) detected(buf []byte, start, end int) {
	l.setOwnLiteral(string(buf[start:end]))
	if end-start == 1 && end == len(buf) {
		l.mode = endPartial
	}
}

// setOwnLiteral is setLiteral for this Line and not for its clones.
func (l *Line) setOwnLiteral(end string) {
	own := *l.lineSettings
	own.setLiteral(end)
	l.lineSettings = &own
}

// endDetection ends the detection of a line end of which one byte is known,
// given the byte behind it. It returns 1 if that byte belongs to it.
func (l *Line) endDetection(next byte) int {
	first := l.literal[0]
	if next == partner(first) {
		l.setOwnLiteral(string([]byte{first, next}))
		return 1
	}
	l.setOwnLiteral(string([]byte{first}))
	return 0
}

// Append appends the line, a string or []byte, and the output line end.
func (l *Line) Append(dst []byte, rec any) ([]byte, error) {
	out, err := appendText(dst, "Line", rec)
	if err != nil {
		return dst, err
	}
	return append(out, l.out...), nil
}

// OutputLiteral returns what ends the lines that Append encodes.
func (l *Line) OutputLiteral() string { return l.out }

// AppendText is Append for a string.
func (l *Line) AppendText(dst []byte, line string) ([]byte, error) {
	return append(append(dst, line...), l.out...), nil
}

// AppendBytes is Append for bytes.
func (l *Line) AppendBytes(dst, line []byte) ([]byte, error) {
	return append(append(dst, line...), l.out...), nil
}

// CheckBuffer returns an error if n waiting bytes exceed MaxBuffer.
func (l *Line) CheckBuffer(n int) error {
	if n > l.maxBuffer {
		return limitError("Line", "decode", "MaxBuffer", l.maxBuffer)
	}
	return nil
}

// Rewind makes the next Decode search its bytes from the start.
func (l *Line) Rewind() { l.seen = 0 }

// Clone returns a Line with the same settings. A line end that Autodetect has
// found counts as a setting, unless only a part of it has arrived.
func (l *Line) Clone() Filter {
	c := &Line{lineSettings: l.lineSettings}
	if l.mode == endPartial {
		own := *l.lineSettings
		own.mode, own.literal = endFirst, nil
		c.lineSettings = &own
	}
	return c
}
