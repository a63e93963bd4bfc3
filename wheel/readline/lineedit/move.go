package lineedit

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// boundary is the last place not after i where a character begins, as people
// count characters.
func boundary(s string, i int) int {
	if i >= len(s) {
		return len(s)
	}
	at := 0
	for rest, state := s, -1; ; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if at+len(cluster) > i {
			return at
		}
		at += len(cluster)
	}
}

// after is where the next character begins.
func after(s string, i int) int {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(s[i:], -1)
	return i + len(cluster)
}

func before(s string, i int) int {
	if i == 0 {
		return 0
	}
	return boundary(s, i-1)
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// wordEnd is the end of the word at i, or of the next one.
func wordEnd(s string, i int) int {
	start := strings.IndexFunc(s[i:], isWord)
	if start < 0 {
		return len(s)
	}
	i += start
	if n := strings.IndexFunc(s[i:], func(r rune) bool { return !isWord(r) }); n >= 0 {
		return i + n
	}
	return len(s)
}

// wordStart is the beginning of the word before i.
func wordStart(s string, i int) int {
	end := strings.LastIndexFunc(s[:i], isWord)
	if end < 0 {
		return 0
	}
	return pastLast(s[:end], func(r rune) bool { return !isWord(r) })
}

// pastLast is the place behind the last rune of s that f accepts, or 0.
func pastLast(s string, f func(rune) bool) int {
	i := strings.LastIndexFunc(s, f)
	if i < 0 {
		return 0
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return i + n
}

// number is a numeric argument.
type number struct {
	negative bool
	digits   string
	typing   bool
}

func (n *number) String() string {
	if n.negative {
		return "-" + n.digits
	}
	return n.digits
}

// maxCount bounds how often a key repeats.
const maxCount = 9999

// count is the numeric argument, or what goes without one.
func (e *Editor) count(otherwise int) int {
	if e.arg == nil {
		return otherwise
	}
	n := 1
	if e.arg.digits != "" {
		n, _ = strconv.Atoi(e.arg.digits) // a handful of digits
	}
	if e.arg.negative {
		n = -n
	}
	return max(-maxCount, min(maxCount, n))
}

// numberOf is the limit of a numeric argument.
func numberOf(n int) *number { return &number{digits: strconv.Itoa(min(n, maxCount))} }

func digitArgument(e *Editor, key string) {
	if e.arg == nil {
		e.arg = &number{}
	}
	e.arg.typing = true
	switch c := key[len(key)-1]; {
	case c == '-':
		e.arg.negative = !e.arg.negative
	case len(e.arg.digits) < 4:
		e.arg.digits += string(c)
	default:
		e.Bell()
	}
}

// repeat does one step as often as the argument says, the opposite one if that
// is negative, and rings when there is no step to do.
func (e *Editor) repeat(step, opposite func(*Editor) bool) {
	n := e.count(1)
	if n < 0 {
		n, step = -n, opposite
	}
	for ; n > 0; n-- {
		if !step(e) {
			e.Bell()
			return
		}
	}
}

// goTo moves the cursor; it reports whether that was a move.
func (e *Editor) goTo(i int) bool {
	was := e.at
	e.at = boundary(e.text, i)
	return e.at != was
}

func forwardChar(e *Editor) bool  { return e.at < len(e.text) && e.goTo(after(e.text, e.at)) }
func backwardChar(e *Editor) bool { return e.goTo(before(e.text, e.at)) }
func forwardWord(e *Editor) bool  { return e.goTo(wordEnd(e.text, e.at)) }
func backwardWord(e *Editor) bool { return e.goTo(wordStart(e.text, e.at)) }

func moving(name string) Func {
	switch name {
	case "beginning-of-line":
		return func(e *Editor, _ string) { e.at = 0 }
	case "end-of-line":
		return func(e *Editor, _ string) { e.at = len(e.text) }
	case "forward-char":
		return func(e *Editor, _ string) { e.repeat(forwardChar, backwardChar) }
	case "backward-char":
		return func(e *Editor, _ string) { e.repeat(backwardChar, forwardChar) }
	case "forward-word":
		return func(e *Editor, _ string) { e.repeat(forwardWord, backwardWord) }
	case "backward-word":
		return func(e *Editor, _ string) { e.repeat(backwardWord, forwardWord) }
	case "character-search":
		return func(e *Editor, _ string) { e.characterSearch(true) }
	case "character-search-backward":
		return func(e *Editor, _ string) { e.characterSearch(false) }
	case "set-mark":
		return func(e *Editor, _ string) { e.mark = e.at }
	case "exchange-point-and-mark":
		return func(e *Editor, _ string) {
			e.mark, e.at = e.at, boundary(e.text, e.mark)
		}
	case "digit-argument":
		return digitArgument
	}
	return nil
}

// characterSearch waits for a character and goes where it stands.
func (e *Editor) characterSearch(forward bool) {
	e.seek = func(c string) {
		i := -1
		if forward && e.at < len(e.text) {
			from := after(e.text, e.at)
			if i = strings.Index(e.text[from:], c); i >= 0 {
				i += from
			}
		} else if !forward {
			i = strings.LastIndex(e.text[:e.at], c)
		}
		e.arg = nil
		if i < 0 {
			e.Bell()
			return
		}
		e.goTo(i)
	}
}
