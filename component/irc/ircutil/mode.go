package ircutil

import "strings"

// Modes specifies which channel modes have an argument, as PREFIX and CHANMODES
// of ISUPPORT do. The zero value is [DefaultModes].
type Modes struct {
	Prefix  string    // the modes of members, "ohv"
	Classes [4]string // lists, always an argument, an argument when set, none
}

// DefaultModes are the modes of a server that does not send PREFIX and
// CHANMODES, as in POE. It must not be changed.
var DefaultModes = Modes{Prefix: "ohv", Classes: [4]string{"beI", "k", "l", "imnpstaqr"}}

// ModeChange is one change of a mode.
type ModeChange struct {
	Add    bool
	Mode   byte
	Arg    string
	HasArg bool
}

// String returns the change without its argument, "+o" for example.
func (c ModeChange) String() string {
	if c.Add {
		return "+" + string(rune(c.Mode))
	}
	return "-" + string(rune(c.Mode))
}

// Parse parses a line of changes, such as "+ov-b", with its arguments. If there
// are too few arguments, HasArg is false for the remaining changes. POE:
// parse_mode_line.
func (m Modes) Parse(line string, args ...string) []ModeChange {
	if m == (Modes{}) {
		m = DefaultModes
	}
	changes := make([]ModeChange, 0, len(line))
	add := true
	for _, c := range []byte(line) {
		switch {
		case c == '+' || c == '-':
			add = c == '+'
			continue
		case c <= ' ' || c >= 0x7f:
			continue
		}
		change := ModeChange{Add: add, Mode: c}
		if m.hasArg(c, add) && len(args) > 0 {
			change.Arg, change.HasArg, args = args[0], true, args[1:]
		}
		changes = append(changes, change)
	}
	return changes
}

// hasArg reports whether a mode comes with an argument.
func (m Modes) hasArg(mode byte, add bool) bool {
	has := func(set string) bool { return strings.IndexByte(set, mode) >= 0 }
	return has(m.Prefix) || has(m.Classes[0]) || has(m.Classes[1]) || add && has(m.Classes[2])
}

// ModeDifference returns the change that turns one set of modes into another,
// "-acd+fmZ" for example. POE: gen_mode_change.
func ModeDifference(before, after string) string {
	var out strings.Builder
	write := func(sign byte, from, other string) {
		for _, c := range []byte(from) {
			if strings.IndexByte(other, c) < 0 {
				if sign != 0 {
					out.WriteByte(sign)
					sign = 0
				}
				out.WriteByte(c)
			}
		}
	}
	write('-', before, after)
	write('+', after, before)
	return out.String()
}
