package lineedit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	// DefaultAppName is the application's name for conditional parts of an init
	// file, unless configured otherwise.
	DefaultAppName = "poe-readline"

	maxInitLine   = 4096    // bytes
	maxInitFile   = 1 << 20 // bytes, what it includes not counted
	maxInclude    = 10      // files in files
	maxInitErrors = 20      // that are reported
)

var (
	errNoIf        = errors.New("there is no $if")
	errNoEndif     = errors.New("$if without an $endif")
	errInclude     = fmt.Errorf("$include within more than %d files", maxInclude)
	errInitSize    = fmt.Errorf("more than %d bytes", maxInitFile)
	errDirective   = errors.New("unknown directive")
	errNoColon     = errors.New("neither a directive nor \"key: function\"")
	errQuotes      = errors.New("double quotes are not closed")
	errNoSuch      = errors.New("no such option")
	errBadEscape   = errors.New("nothing follows a backslash")
	errTooManyErrs = fmt.Errorf("more than %d errors", maxInitErrors)
)

// ReadInitFile reads bindings and options from a file in the format of
// readline's inputrc, and remembers its name for re-read-init-file. Lines that
// are not valid are skipped; the error lists all of them with their numbers.
// Options that this editor does not have are ignored, since such files are
// shared by programs.
func (e *Editor) ReadInitFile(name string) error {
	e.initFile = name
	return e.readInitFile(name, 0)
}

func (e *Editor) readInitFile(name string, depth int) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("lineedit: init file: %w", err)
	}
	defer f.Close()
	return e.readInit(f, name, depth)
}

// ReadInit is [Editor.ReadInitFile] for a reader.
func (e *Editor) ReadInit(r io.Reader) error { return e.readInit(r, "init file", 0) }

func (e *Editor) readInit(r io.Reader, name string, depth int) error {
	p := &initParser{e: e, depth: depth, into: e.insertMap()}
	limited := &io.LimitedReader{R: r, N: maxInitFile + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, maxInitLine)
	number := 0
	for lines.Scan() {
		number++
		p.note(name, number, p.line(strings.TrimSpace(lines.Text())))
	}
	p.note(name, number, lines.Err())
	if limited.N == 0 {
		p.note(name, number, errInitSize)
	}
	if len(p.conditions) > 0 {
		p.note(name, number, errNoEndif)
	}
	e.beginMode()
	return errors.Join(p.errs...)
}

// insertMap is the keymap in which text is typed.
func (e *Editor) insertMap() string {
	if e.options.EditingMode == ViMode {
		return viInsert
	}
	return emacsMap
}

// initParser is in the midst of an init file.
type initParser struct {
	e          *Editor
	into       string // the keymap that bindings go to
	conditions []condition
	depth      int
	errs       []error
}

// condition is an $if: whether its present part counts, and whether anything
// around it does.
type condition struct{ holds, around bool }

func (p *initParser) note(name string, number int, err error) {
	if err == nil || len(p.errs) > maxInitErrors {
		return
	}
	if len(p.errs) == maxInitErrors {
		err = errTooManyErrs
	}
	p.errs = append(p.errs, fmt.Errorf("lineedit: %s:%d: %w", name, number, err))
}

func (p *initParser) counts() bool {
	n := len(p.conditions)
	return n == 0 || p.conditions[n-1].holds && p.conditions[n-1].around
}

func (p *initParser) line(s string) error {
	switch {
	case s == "" || s[0] == '#':
		return nil
	case s[0] == '$':
		return p.directive(s[1:])
	case !p.counts():
		return nil
	}
	if words := strings.Fields(s); words[0] == "set" && len(words) > 1 {
		return p.set(strings.ToLower(words[1]), strings.Trim(strings.Join(words[2:], " "), `"`))
	}
	return p.binding(s)
}

func (p *initParser) directive(s string) error {
	word, rest, _ := strings.Cut(strings.ReplaceAll(s, "\t", " "), " ")
	rest = strings.TrimSpace(rest)
	n := len(p.conditions)
	switch word {
	case "if":
		p.conditions = append(p.conditions, condition{p.holds(rest), p.counts()})
	case "else":
		if n == 0 {
			return errNoIf
		}
		p.conditions[n-1].holds = !p.conditions[n-1].holds
	case "endif":
		if n == 0 {
			return errNoIf
		}
		p.conditions = p.conditions[:n-1]
	case "include":
		if p.counts() {
			return p.include(rest)
		}
	default:
		return fmt.Errorf("%w $%s", errDirective, word)
	}
	return nil
}

// holds decides an $if.
func (p *initParser) holds(s string) bool {
	name, value, isTest := strings.Cut(s, "=")
	if !isTest {
		return strings.EqualFold(s, p.e.appName)
	}
	value = strings.TrimSpace(value)
	switch strings.TrimSpace(name) {
	case "mode":
		return value == p.e.options.EditingMode
	case "term":
		term := os.Getenv("TERM")
		kind, _, _ := strings.Cut(term, "-")
		return value == term || value == kind
	}
	return false
}

func (p *initParser) include(name string) error {
	if p.depth >= maxInclude {
		return errInclude
	}
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		name = filepath.Join(home, rest)
	}
	return p.e.readInitFile(name, p.depth+1)
}

func (p *initParser) set(name, value string) error {
	switch name {
	case "keymap":
		into, err := keymapName(value)
		if err == nil {
			p.into = into
		}
		return err
	case "editing-mode":
		if err := p.e.SetMode(value); err != nil {
			return err
		}
		p.into = p.e.insertMap()
		return nil
	}
	if err := p.e.options.Set(name, value); !errors.Is(err, errNoSuch) {
		return err
	}
	return nil
}

// binding takes a line such as
//
//	"\C-x\C-r": re-read-init-file
//	Meta-Rubout: backward-kill-word
//	"\C-xq": "text that is typed"
func (p *initParser) binding(s string) error {
	var key string
	var err error
	if s[0] == '"' {
		if key, s, err = quoted(s); err != nil {
			return err
		}
		s, ok := strings.CutPrefix(strings.TrimSpace(s), ":")
		if !ok {
			return errNoColon
		}
		return p.bind(key, strings.TrimSpace(s))
	}
	name, function, ok := strings.Cut(s, ":")
	if !ok {
		return errNoColon
	}
	if key, err = ParseKey(strings.TrimSpace(name)); err != nil {
		return err
	}
	return p.bind(key, strings.TrimSpace(function))
}

func (p *initParser) bind(key, what string) error {
	switch {
	case len(key) == 0 || len(key) > maxKey:
		return fmt.Errorf("a key of %d bytes, not of 1 to %d", len(key), maxKey)
	case !strings.HasPrefix(what, macroQuote):
		what, _, _ = strings.Cut(strings.ToLower(what), " ")
	}
	return p.e.bindRaw(p.into, key, what)
}

// unquote returns the keys of a macro.
func unquote(s string) (string, error) {
	text, _, err := quoted(s)
	return text, err
}

// quoted takes a string in double quotes, with the escapes of inputrc, off the
// beginning of s.
func quoted(s string) (text, rest string, err error) {
	var raw []byte
	for s = s[1:]; s != ""; {
		switch s[0] {
		case '"':
			return string(raw), s[1:], nil
		case '\\':
			one, n, err := escaped(s)
			if err != nil {
				return "", "", err
			}
			raw = append(raw, one...)
			s = s[n:]
		default:
			raw = append(raw, s[0])
			s = s[1:]
		}
	}
	return "", "", errQuotes
}

// escaped takes one escape, and the key that its modifiers are for.
func escaped(s string) (raw string, n int, err error) {
	switch {
	case len(s) < 2:
		return "", 0, errBadEscape
	case strings.HasPrefix(s, `\C-`), strings.HasPrefix(s, `\M-`):
		one, size, err := oneOf(s[3:])
		if err != nil {
			return "", 0, err
		}
		if s[1] == 'M' {
			return "\x1b" + one, 3 + size, nil
		}
		one, err = controlled(one)
		return one, 3 + size, err
	case s[1] == 'x' && digits(s[2:], 16, 2) > 0:
		return byteOf(s[2:], 16, 2, 2)
	case digits(s[1:], 8, 3) > 0:
		return byteOf(s[1:], 8, 3, 1)
	}
	if i := strings.IndexByte(`abdefnrtv\"'`, s[1]); i >= 0 {
		return "\a\b\x7f\x1b\f\n\r\t\v\\\"'"[i : i+1], 2, nil
	}
	return s[1:2], 2, nil
}

// oneOf is the key that a modifier is for.
func oneOf(s string) (string, int, error) {
	switch {
	case s == "" || s[0] == '"':
		return "", 0, errBadEscape
	case s[0] == '\\':
		return escaped(s)
	}
	return s[:1], 1, nil
}

// digits counts those of a base at the beginning of s.
func digits(s string, base, most int) int {
	n := 0
	for n < most && n < len(s) && digit(s[n]) < base {
		n++
	}
	return n
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return 99
}

func byteOf(s string, base, most, before int) (string, int, error) {
	n, value := digits(s, base, most), 0
	for i := range n {
		value = value*base + digit(s[i])
	}
	return string([]byte{byte(value)}), before + n, nil
}
