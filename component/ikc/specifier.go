package ikc

import (
	"fmt"
	"strings"
)

// Specifier names a kernel, one of its sessions, or an event of that session;
// parts that are missing are empty. POE: POE::Component::IKC::Specifier.
type Specifier struct {
	Kernel  string // a name or ID; "*" is all connected kernels, "" the default one
	Session string // an alias
	State   string // an event
	Arg     string // an argument appended to the others, "?arg" in text
}

// ParseSpecifier reads "poe://kernel/session/state", of which the kernel, or
// the kernel and the session, may be missing: "poe:/session/state",
// "poe:state". Without "poe:" the text begins with the kernel. The error wraps
// ErrSpecifier. POE: specifier_parse.
func ParseSpecifier(text string) (Specifier, error) {
	rest, ok := strings.CutPrefix(text, "poe:")
	if !ok {
		rest = "//" + strings.TrimPrefix(text, "//")
	}
	s, ok := splitSpecifier(rest)
	if !ok || !s.valid() {
		return Specifier{}, fmt.Errorf("%w: %.100q", ErrSpecifier, text)
	}
	return s, nil
}

// splitSpecifier takes what follows "poe:" apart.
func splitSpecifier(rest string) (s Specifier, ok bool) {
	rest, s.Arg, _ = strings.Cut(rest, "?")
	if kernel, ok := strings.CutPrefix(rest, "//"); ok {
		var more bool
		if s.Kernel, rest, more = strings.Cut(kernel, "/"); more {
			rest = "/" + rest
		} else {
			rest = ""
		}
	}
	if path, ok := strings.CutPrefix(rest, "/"); ok {
		s.Session, rest, _ = strings.Cut(path, "/")
	}
	s.State = rest
	return s, !strings.Contains(s.State, "/") && s != Specifier{Arg: s.Arg}
}

// valid reports whether no part is too long or has control characters.
func (s Specifier) valid() bool {
	for _, part := range [...]string{s.Kernel, s.Session, s.State, s.Arg} {
		if len(part) > maxName || !allOf(part, func(c byte) bool { return c >= ' ' && c != 0x7F }) {
			return false
		}
	}
	return true
}

// String returns the specifier in the form that ParseSpecifier reads. POE:
// specifier_name.
func (s Specifier) String() string {
	var b strings.Builder
	b.WriteString("poe:")
	if s.Kernel != "" {
		b.WriteString("//" + s.Kernel)
	}
	if s.Session != "" || s.Kernel != "" && s.State != "" {
		b.WriteString("/" + s.Session)
	}
	if s.State != "" {
		if s.Session != "" || s.Kernel != "" {
			b.WriteByte('/')
		}
		b.WriteString(s.State)
	}
	if s.Arg != "" {
		b.WriteString("?" + s.Arg)
	}
	return b.String()
}

// record is the hash that stands for it in a message.
func (s Specifier) record() map[string]any {
	m := map[string]any{"kernel": s.Kernel, "session": s.Session, "state": s.State}
	if s.Arg != "" {
		m["args"] = s.Arg
	}
	return m
}
