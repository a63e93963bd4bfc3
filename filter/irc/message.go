package irc

import "strings"

// Message is one message of IRC.
type Message struct {
	// Tags are the tags of IRCv3, in their order.
	Tags []Tag
	// Source is the origin of the message, without the colon: the name of a
	// server, or nick!user@host. Clients send messages without it.
	Source string
	// Command is a word or three digits, as it was sent. Upper and lower case
	// have the same meaning.
	Command string
	// Params are the parameters; the last one may be the trailing parameter,
	// without its colon.
	Params []string
	// Raw is the line as it was read, without its end; set by a filter with
	// KeepRaw and ignored when a message is written. POE: raw_line.
	Raw string
}

// Tag is one tag. Value is without escapes. A tag without a value is the same
// as one whose value is empty.
type Tag struct {
	Key   string
	Value string
}

// Tag returns the value of a tag, and reports whether there is one. If a key
// occurs twice, the last one counts.
func (m *Message) Tag(key string) (value string, ok bool) {
	for i := len(m.Tags) - 1; i >= 0; i-- {
		if m.Tags[i].Key == key {
			return m.Tags[i].Value, true
		}
	}
	return "", false
}

// Param returns the i-th parameter, counted from 0, "" if there are fewer.
func (m *Message) Param(i int) string {
	if i < 0 || i >= len(m.Params) {
		return ""
	}
	return m.Params[i]
}

// SplitSource splits a source of the form nick!user@host into its parts. Of a
// source without user and host, such as the name of a server, all is the nick.
func SplitSource(source string) (nick, user, host string) {
	nick, host, _ = strings.Cut(source, "@")
	nick, user, _ = strings.Cut(nick, "!")
	return nick, user, host
}

// String returns the message as it is sent, without CR LF.
func (m *Message) String() string { return string(m.appendTo(nil)) }

// appendTo writes the message without its line end.
func (m *Message) appendTo(dst []byte) []byte {
	for i, tag := range m.Tags {
		if i == 0 {
			dst = append(dst, '@')
		} else {
			dst = append(dst, ';')
		}
		dst = append(dst, tag.Key...)
		if tag.Value != "" {
			dst = appendEscaped(append(dst, '='), tag.Value)
		}
	}
	if len(m.Tags) > 0 {
		dst = append(dst, ' ')
	}
	if m.Source != "" {
		dst = append(append(append(dst, ':'), m.Source...), ' ')
	}
	dst = append(dst, m.Command...)
	for i, param := range m.Params {
		dst = append(dst, ' ')
		if i == len(m.Params)-1 && needsColon(param) {
			dst = append(dst, ':')
		}
		dst = append(dst, param...)
	}
	return dst
}

// needsColon reports whether a parameter can only be the trailing one.
func needsColon(param string) bool {
	return param == "" || param[0] == ':' || strings.Contains(param, " ")
}

// check refuses what would be read as something else.
func (m *Message) check() error {
	for _, tag := range m.Tags {
		if !isKey(tag.Key) {
			return refused("tag with an impossible key")
		}
		if strings.Contains(tag.Value, "\x00") {
			return refused("tag value with a NUL")
		}
	}
	if strings.ContainsAny(m.Source, " \r\n\x00") {
		return refused("source with a blank, line break or NUL")
	}
	if !isCommand(m.Command) {
		return refused("command is neither a word nor three digits")
	}
	for i, param := range m.Params {
		if strings.ContainsAny(param, "\r\n\x00") {
			return refused("parameter with a line break or NUL")
		}
		if i < len(m.Params)-1 && needsColon(param) {
			return refused("parameter that could only be the last one")
		}
	}
	return nil
}

// isCommand reports whether text is letters alone or three digits.
func isCommand(text string) bool {
	letters, digits := 0, 0
	for _, c := range []byte(text) {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		case c >= '0' && c <= '9':
			digits++
		}
	}
	return letters > 0 && letters == len(text) || digits == 3 && len(text) == 3
}

// isKey reports whether text can be the key of a tag: letters, digits, hyphens,
// with + before and a vendor's host and a slash before the name.
func isKey(text string) bool {
	name := strings.TrimPrefix(text, "+")
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
		case c == '-' || c == '.' || c == '/' || c >= 0x80:
		default:
			return false
		}
	}
	return name != ""
}
