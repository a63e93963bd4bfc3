package irc

import (
	"bytes"
	"strings"
)

// Parse decodes one line, without its line end. The result does not alias line.
func Parse(line []byte) (*Message, error) {
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, malformed("NUL in a message")
	}
	if bytes.IndexByte(line, '\r') >= 0 || bytes.IndexByte(line, '\n') >= 0 {
		return nil, malformed("line break in a message")
	}
	message := &Message{}
	rest := string(line)
	if strings.HasPrefix(rest, "@") {
		var tags string
		tags, rest, _ = strings.Cut(rest[1:], " ")
		message.Tags = parseTags(tags)
	}
	rest = strings.TrimLeft(rest, " ")
	if strings.HasPrefix(rest, ":") {
		message.Source, rest, _ = strings.Cut(rest[1:], " ")
		if message.Source == "" {
			return nil, malformed("empty source")
		}
		rest = strings.TrimLeft(rest, " ")
	}
	message.Command, rest, _ = strings.Cut(rest, " ")
	if !isCommand(message.Command) {
		return nil, malformed("command is neither a word nor three digits")
	}
	message.Params = parseParams(rest)
	return message, nil
}

// parseParams splits at blanks, up to the parameter with a colon.
func parseParams(rest string) []string {
	rest = strings.TrimLeft(rest, " ")
	if rest == "" {
		return nil
	}
	params := make([]string, 0, 4)
	for rest != "" {
		if rest[0] == ':' {
			return append(params, rest[1:])
		}
		var param string
		param, rest, _ = strings.Cut(rest, " ")
		params = append(params, param)
		rest = strings.TrimLeft(rest, " ")
	}
	return params
}

// parseTags never fails: what makes no sense as a key is kept as it came, as
// the standard has it.
func parseTags(text string) []Tag {
	tags := make([]Tag, 0, strings.Count(text, ";")+1)
	for text != "" {
		var tag string
		tag, text, _ = strings.Cut(text, ";")
		if tag == "" {
			continue
		}
		key, value, _ := strings.Cut(tag, "=")
		tags = append(tags, Tag{Key: key, Value: unescape(value)})
	}
	return tags
}

// unescape undoes the escapes of a tag's value. A backslash before any other
// character, or at the end, is dropped.
func unescape(value string) string {
	if strings.IndexByte(value, '\\') < 0 {
		return value
	}
	out := make([]byte, 0, len(value))
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' {
			out = append(out, value[i])
			continue
		}
		if i++; i == len(value) {
			break
		}
		switch c := value[i]; c {
		case ':':
			out = append(out, ';')
		case 's':
			out = append(out, ' ')
		case 'r':
			out = append(out, '\r')
		case 'n':
			out = append(out, '\n')
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// appendEscaped is the reverse of unescape.
func appendEscaped(dst []byte, value string) []byte {
	for i := 0; i < len(value); i++ {
		switch c := value[i]; c {
		case ';':
			dst = append(dst, '\\', ':')
		case ' ':
			dst = append(dst, '\\', 's')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\\':
			dst = append(dst, '\\', '\\')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
