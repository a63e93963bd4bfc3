package stomp

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// Frame is one frame of STOMP.
type Frame struct {
	// Command is SEND, MESSAGE and so on, in capitals.
	Command string
	// Headers are the headers in the order of the wire, without escapes.
	Headers []Header
	// Body is the body, of any bytes.
	Body []byte
	// NoContentLength omits the header content-length of a body, for brokers
	// that treat a message with it as binary. The body must then not contain a
	// NUL. Decode does not set it.
	NoContentLength bool
}

// Header is one header of a Frame.
type Header struct {
	Key   string
	Value string
}

// NewFrame returns a frame with headers: a key and its value, the next key, and so
// on. It panics if a value is missing.
func NewFrame(command string, headers ...string) *Frame {
	if len(headers)%2 != 0 {
		panic("stomp: NewFrame: a header has no value")
	}
	f := &Frame{Command: command}
	for i := 0; i < len(headers); i += 2 {
		f.Add(headers[i], headers[i+1])
	}
	return f
}

// Add appends a header.
func (f *Frame) Add(key, value string) { f.Headers = append(f.Headers, Header{key, value}) }

// Check returns the error of writing the frame, nil if it can be written.
func (f *Frame) Check() error {
	_, err := f.appendTo(nil)
	return err
}

// Header returns the value of a header, and reports whether there is one. If a
// key occurs twice, the first one counts, as the standard requires.
func (f *Frame) Header(key string) (value string, ok bool) {
	for _, header := range f.Headers {
		if header.Key == key {
			return header.Value, true
		}
	}
	return "", false
}

const contentLength = "content-length"

// contentLength is the length that the headers give, -1 if they give none.
func (f *Frame) contentLength() (int, error) {
	text, ok := f.Header(contentLength)
	if !ok {
		return -1, nil
	}
	length, err := strconv.ParseUint(text, 10, 63)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // of which length is the greatest
		return 0, malformed("content-length is no number")
	}
	return int(min(length, 1<<31-1)), nil
}

// escapes reports whether headers are escaped in frames of this command. Those
// that open a connection are not, for the sake of STOMP 1.0.
func escapes(command string) bool { return command != "CONNECT" && command != "CONNECTED" }

// parseHead reads the command, the headers and the empty line after them. All
// its strings are parts of one copy.
func parseHead(head []byte, maxHeaders int) (*Frame, error) {
	line, rest := cutLine(string(head))
	if !isCommand(line) {
		return nil, malformed("command is not a word in capitals")
	}
	frame := &Frame{Command: line}
	if count := strings.Count(rest, "\n") - 1; count > 0 {
		frame.Headers = make([]Header, 0, min(count, maxHeaders))
	}
	for {
		if line, rest = cutLine(rest); line == "" {
			return frame, nil
		}
		if len(frame.Headers) == maxHeaders {
			return nil, beyond("MaxHeaders", maxHeaders)
		}
		header, err := parseHeader(line, escapes(frame.Command))
		if err != nil {
			return nil, err
		}
		frame.Headers = append(frame.Headers, header)
	}
}

// cutLine takes a line off, without its line end.
func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

func isCommand(word string) bool {
	for _, c := range []byte(word) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return word != ""
}

func parseHeader(line string, escaped bool) (Header, error) {
	key, value, ok := strings.Cut(line, ":")
	if !ok || key == "" {
		return Header{}, malformed("header without a key or colon")
	}
	if strings.Contains(line, "\r") {
		return Header{}, malformed("carriage return in a header")
	}
	if !escaped {
		return Header{key, value}, nil
	}
	key, err := unescape(key)
	if err != nil {
		return Header{}, err
	}
	value, err = unescape(value)
	return Header{key, value}, err
}

// unescape undoes the four escapes of headers; any other is an error. A colon
// in a value need not be escaped, as many clients do not.
func unescape(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' {
			if i++; i == len(text) {
				return "", malformed("unknown escape in a header")
			}
			at := strings.IndexByte(`rnc\`, text[i])
			if at < 0 {
				return "", malformed("unknown escape in a header")
			}
			c = "\r\n:\\"[at]
		}
		out = append(out, c)
	}
	return string(out), nil
}

// appendTo writes the frame with its NUL, or returns dst as it was.
func (f *Frame) appendTo(dst []byte) ([]byte, error) {
	if !isCommand(f.Command) {
		return dst, refused("command is not a word in capitals")
	}
	length, given := f.Header(contentLength)
	if given && length != strconv.Itoa(len(f.Body)) {
		return dst, refused("content-length is not that of the body")
	}
	out := append(append(dst, f.Command...), '\n')
	for _, header := range f.Headers {
		if header.Key == "" {
			return dst, refused("header without a key")
		}
		if !escapes(f.Command) && !isPlain(header) {
			return dst, refused("header that " + f.Command + " cannot write")
		}
		if strings.Contains(header.Key, "\x00") || strings.Contains(header.Value, "\x00") {
			return dst, refused("NUL in a header")
		}
		out = appendText(out, header.Key, escapes(f.Command))
		out = appendText(append(out, ':'), header.Value, escapes(f.Command))
		out = append(out, '\n')
	}
	if f.NoContentLength && !given && bytes.IndexByte(f.Body, 0) >= 0 {
		return dst, refused("NUL in a body without content-length")
	}
	if !given && !f.NoContentLength && len(f.Body) > 0 {
		out = strconv.AppendInt(append(out, contentLength+":"...), int64(len(f.Body)), 10)
		out = append(out, '\n')
	}
	out = append(append(out, '\n'), f.Body...)
	return append(out, 0), nil
}

// isPlain reports whether a header can be written without escapes.
func isPlain(header Header) bool {
	return !strings.ContainsAny(header.Key, "\r\n:") && !strings.ContainsAny(header.Value, "\r\n")
}

func appendText(dst []byte, text string, escaped bool) []byte {
	if !escaped {
		return append(dst, text...)
	}
	for _, c := range []byte(text) {
		switch c {
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\n':
			dst = append(dst, '\\', 'n')
		case ':':
			dst = append(dst, '\\', 'c')
		case '\\':
			dst = append(dst, '\\', '\\')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
