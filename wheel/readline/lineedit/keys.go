package lineedit

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Func is a function to which a key can be bound. key is the bytes that were
// typed.
type Func func(e *Editor, key string)

// Define defines a function with a name, to which keys can be bound. It
// replaces a function of the editor with the same name; a nil f restores that.
func (e *Editor) Define(name string, f Func) {
	if f == nil {
		delete(e.defuns, name)
		return
	}
	e.defuns[name] = f
}

// maxKey is the most bytes of one key.
const maxKey = 32

// ParseKey turns the name of a key into the bytes that it sends. Keys are
// written as "C-a", "M-f", "M-C-h", "C-xC-r" or "C-x C-r", as
// "Control-u" and "Meta-Rubout", in the manner of inputrc as "\C-x\M-f" or
// "\e[A", and by names: Up, Down, Left, Right, Home, End, Insert, Delete,
// PageUp, PageDown, Tab, Return, Newline, Escape, Space, Rubout.
func ParseKey(name string) (string, error) {
	var raw []byte
	for rest := name; rest != ""; {
		if len(raw) > 0 && len(rest) > 1 && rest[0] == ' ' {
			rest = rest[1:]
		}
		one, n, err := parseOne(rest)
		if err != nil {
			return "", fmt.Errorf("lineedit: key %q: %w", name, err)
		}
		raw = append(raw, one...)
		rest = rest[n:]
	}
	switch {
	case len(raw) == 0:
		return "", fmt.Errorf("lineedit: key %q is empty", name)
	case len(raw) > maxKey:
		return "", fmt.Errorf("lineedit: key %q has %d bytes, more than %d", name, len(raw), maxKey)
	}
	return string(raw), nil
}

// parseOne parses one key and returns the length of it in s.
func parseOne(s string) (raw string, n int, err error) {
	var control, meta bool
	for {
		rest, isControl, isMeta := modifier(s[n:])
		if !isControl && !isMeta {
			break
		}
		control, meta = control || isControl, meta || isMeta
		n = len(s) - len(rest)
	}
	base, size := baseKey(s[n:])
	if size == 0 {
		return "", 0, fmt.Errorf("nothing follows %q", s)
	}
	if control {
		if base, err = controlled(base); err != nil {
			return "", 0, err
		}
	}
	if meta {
		base = "\x1b" + base
	}
	return base, n + size, nil
}

func modifier(s string) (rest string, control, meta bool) {
	for _, m := range []string{`\C-`, "C-", "Control-", "Ctrl-"} {
		if rest, ok := cutFold(s, m); ok && rest != "" {
			return rest, true, false
		}
	}
	for _, m := range []string{`\M-`, "M-", "Meta-"} {
		if rest, ok := cutFold(s, m); ok && rest != "" {
			return rest, false, true
		}
	}
	return s, false, false
}

// cutFold is strings.CutPrefix; only what is written out may be in any case.
func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) {
		return s, false
	}
	same := s[:len(prefix)] == prefix
	if len(prefix) > 3 {
		same = strings.EqualFold(s[:len(prefix)], prefix)
	}
	return s[len(prefix):], same
}

var namedKeys = []struct{ name, raw string }{
	{"PageUp", "\x1b[5~"}, {"PageDown", "\x1b[6~"}, {"Insert", "\x1b[2~"}, {"Delete", "\x1b[3~"},
	{"Up", "\x1b[A"}, {"Down", "\x1b[B"}, {"Right", "\x1b[C"}, {"Left", "\x1b[D"},
	{"Home", "\x1b[H"}, {"End", "\x1b[F"}, {"Newline", "\n"}, {"LFD", "\n"}, {"Return", "\r"}, {"RET", "\r"},
	{"Escape", "\x1b"}, {"ESC", "\x1b"}, {"Space", " "}, {"SPC", " "}, {"Tab", "\t"},
	{"Rubout", "\x7f"}, {"DEL", "\x7f"},
	{`\e`, "\x1b"}, {`\\`, `\`}, {`\"`, `"`}, {`\'`, `'`}, {`\t`, "\t"}, {`\n`, "\n"}, {`\r`, "\r"}, {`\d`, "\x7f"}, {`\b`, "\b"}, {`\a`, "\a"},
}

// baseKey is a key without what is held down with it.
func baseKey(s string) (raw string, n int) {
	for _, k := range namedKeys {
		if _, ok := cutFold(s, k.name); ok {
			return k.raw, len(k.name)
		}
		if len(k.name) <= 3 && k.name[0] != '\\' && strings.EqualFold(s, k.name) {
			return k.raw, len(k.name)
		}
	}
	_, n = utf8.DecodeRuneInString(s)
	return s[:n], n
}

func controlled(base string) (string, error) {
	if len(base) != 1 {
		return "", fmt.Errorf("there is no control with %q", base)
	}
	switch c := base[0]; {
	case c == '?' || c == 0x7f:
		return "\x7f", nil
	case c == ' ':
		return "\x00", nil
	case c >= '@' && c <= '_' || c >= 'a' && c <= 'z':
		return string(rune(c & 0x1f)), nil
	}
	return "", fmt.Errorf("there is no control with %q", base)
}

// isSequence reports whether bytes begin as what terminals send for a key that
// has no character.
func isSequence(b []byte) bool {
	return len(b) > 1 && b[0] == 0x1b && (b[1] == '[' || b[1] == 'O')
}

// sequenceEnds reports whether an escape sequence is complete, or too long.
func sequenceEnds(b []byte) bool {
	switch {
	case len(b) < 2:
		return false
	case len(b) >= maxKey:
		return true
	case b[1] == '[' || b[1] == 'O':
		last := b[len(b)-1]
		return len(b) > 2 && (last >= '@' && last <= '~' || last < ' ')
	case b[1] == 0x1b && len(b) == 2: // an escape key twice, or Meta with an arrow
		return false
	case b[1] == 0x1b:
		return sequenceEnds(b[1:])
	}
	_, whole := character(b[1:])
	return whole
}

// character takes bytes as one character; what is not UTF-8 becomes U+FFFD.
func character(b []byte) (c string, whole bool) {
	if !utf8.FullRune(b) {
		return "", false
	}
	r, n := utf8.DecodeRune(b)
	if n < len(b) { // an incomplete one, and what came instead of its end
		_, rest := utf8.DecodeLastRune(b)
		return "\uFFFD" + strings.ToValidUTF8(string(b[len(b)-rest:]), "\uFFFD"), true
	}
	return string(r), true
}

// echo shows a key in the way of terminals.
func echo(key string) string {
	var s strings.Builder
	for i := range len(key) {
		if c := key[i]; c < ' ' || c == 0x7f {
			s.WriteByte('^')
			s.WriteByte(c ^ 0x40)
		} else {
			s.WriteByte(c)
		}
	}
	return s.String()
}
