package irc

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// maxTokens bounds what a server may say in ISUPPORT.
const maxTokens = 512

// ISupport is what a server has announced in its replies 005. What it has not
// announced has the default of the standard. POE:
// POE::Component::IRC::Plugin::ISupport.
type ISupport struct {
	tokens map[string]string
	modes  ircutil.Modes
	signs  string // of the modes in modes.Prefix
	done   bool   // the event isupport was sent
}

func newISupport() *ISupport {
	s := &ISupport{tokens: map[string]string{}}
	s.derive()
	return s
}

// add reads the parameters of one reply, without the nick and the text.
func (s *ISupport) add(tokens []string) {
	for _, token := range tokens {
		name, value, _ := strings.Cut(token, "=")
		if name, negated := strings.CutPrefix(name, "-"); negated {
			delete(s.tokens, name)
			continue
		}
		if name != "" && len(s.tokens) < maxTokens {
			s.tokens[name] = unescapeToken(value)
		}
	}
	s.derive()
}

// unescapeToken undoes \x20 and the like.
func unescapeToken(value string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(value, `\x`)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if len(after) >= 2 {
			if n, err := strconv.ParseUint(after[:2], 16, 8); err == nil {
				out.WriteByte(byte(n))
				value = after[2:]
				continue
			}
		}
		out.WriteString(`\x`)
		value = after
	}
}

// derive prepares what is asked for often.
func (s *ISupport) derive() {
	s.modes, s.signs = ircutil.DefaultModes, "@%+"
	if value, ok := s.tokens["PREFIX"]; ok {
		modes, signs, found := strings.Cut(strings.TrimPrefix(value, "("), ")")
		if n := min(len(modes), len(signs)); found || value == "" {
			s.modes.Prefix, s.signs = modes[:n], signs[:n]
		}
	}
	if value, ok := s.tokens["CHANMODES"]; ok {
		s.modes.Classes = [4]string{}
		copy(s.modes.Classes[:], strings.SplitN(value, ",", 4))
		s.modes.Classes[3], _, _ = strings.Cut(s.modes.Classes[3], ",")
	}
}

// Value returns a token's value, and reports whether the server has announced
// the token. POE: isupport.
func (s *ISupport) Value(name string) (value string, ok bool) {
	value, ok = s.tokens[name]
	return value, ok
}

// Int returns a token's value as a number, or the given default if it has none.
func (s *ISupport) Int(name string, or int) int {
	if n, err := strconv.Atoi(s.tokens[name]); err == nil {
		return n
	}
	return or
}

// Names returns the names of the tokens, sorted. POE: isupport_dump_keys.
func (s *ISupport) Names() []string {
	names := make([]string, 0, len(s.tokens))
	for name := range s.tokens {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Casemapping returns how the server compares nicks and channel names.
func (s *ISupport) Casemapping() ircutil.Casemapping {
	return ircutil.Casemapping(strings.ToLower(s.tokens["CASEMAPPING"]))
}

// ChannelTypes returns the characters with which channel names begin.
func (s *ISupport) ChannelTypes() string {
	if types, ok := s.tokens["CHANTYPES"]; ok {
		return types
	}
	return "#&"
}

// IsChannel reports whether a target is a channel.
func (s *ISupport) IsChannel(target string) bool {
	return target != "" && strings.IndexByte(s.ChannelTypes(), target[0]) >= 0
}

// Modes returns the channel modes of the server and which of them have
// arguments.
func (s *ISupport) Modes() ircutil.Modes { return s.modes }

// Signs returns the signs that stand for the modes in Modes().Prefix before a
// nick, in the same order: "@%+" for "ohv".
func (s *ISupport) Signs() string { return s.signs }

// splitSigns separates the signs before a nick, as modes in the server's order.
func (s *ISupport) splitSigns(text string) (modes, nick string) {
	n := 0
	for n < len(text) && strings.IndexByte(s.signs, text[n]) >= 0 {
		n++
	}
	return s.modesOf(text[:n]), text[n:]
}

// modesOf returns the modes whose signs are in a text.
func (s *ISupport) modesOf(signs string) string {
	modes := ""
	for i := range len(s.signs) {
		if strings.IndexByte(signs, s.signs[i]) >= 0 {
			modes += s.modes.Prefix[i : i+1]
		}
	}
	return modes
}

// listMode returns the mode of a list which the token names, EXCEPTS or INVEX; ""
// if the server does not have it.
func (s *ISupport) listMode(token, usual string) string {
	value, ok := s.tokens[token]
	switch {
	case !ok:
		return ""
	case value == "":
		return usual
	}
	return value[:1]
}
