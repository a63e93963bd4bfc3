package lineedit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// class is what vi distinguishes words by.
type class int

const (
	blank class = iota
	punctuation
	letter
)

// classOf is the class of the character at i; in the words of capital commands
// everything that is not blank is one.
func classOf(s string, i int, big bool) class {
	r, _ := utf8.DecodeRuneInString(s[i:])
	switch {
	case unicode.IsSpace(r):
		return blank
	case big || r == '_' || isWord(r):
		return letter
	}
	return punctuation
}

func isBig(key string) bool { return key[len(key)-1] >= 'A' && key[len(key)-1] <= 'Z' }

func nextWord(s string, i int, big bool) int {
	if i >= len(s) {
		return i
	}
	for was := classOf(s, i, big); i < len(s) && classOf(s, i, big) == was && was != blank; {
		i = after(s, i)
	}
	for i < len(s) && classOf(s, i, big) == blank {
		i = after(s, i)
	}
	return i
}

func previousWord(s string, i int, big bool) int {
	for i > 0 && classOf(s, before(s, i), big) == blank {
		i = before(s, i)
	}
	if i == 0 {
		return 0
	}
	for was := classOf(s, before(s, i), big); i > 0 && classOf(s, before(s, i), big) == was; {
		i = before(s, i)
	}
	return i
}

// endOfWord is the last character of the word, or of the next one from its
// last character.
func endOfWord(s string, i int, big bool) int {
	if i < len(s) {
		i = after(s, i)
	}
	for i < len(s) && classOf(s, i, big) == blank {
		i = after(s, i)
	}
	if i >= len(s) {
		return before(s, len(s))
	}
	for was := classOf(s, i, big); after(s, i) < len(s) && classOf(s, after(s, i), big) == was; {
		i = after(s, i)
	}
	return i
}

// behindWord is where the word at i ends, and count-1 more words.
func behindWord(s string, i, count int, big bool) int {
	for ; count > 1; count-- {
		i = nextWord(s, i, big)
	}
	for was := class(-1); i < len(s) && (was == -1 || classOf(s, i, big) == was); i = after(s, i) {
		was = classOf(s, i, big)
	}
	return i
}

// find is a vi-char-search to be done again.
type find struct {
	char          string
	forward, till bool
}

func viMoving(name string) Func {
	words := func(step func(string, int, bool) int) Func {
		return func(e *Editor, key string) {
			for range max(1, e.count(1)) {
				e.at = step(e.text, e.at, isBig(key))
			}
		}
	}
	switch name {
	case "vi-next-word":
		return words(nextWord)
	case "vi-prev-word":
		return words(previousWord)
	case "vi-end-word":
		return func(e *Editor, key string) {
			words(endOfWord)(e, key)
			e.reach(e.at)
		}
	case "vi-change-here":
		return func(e *Editor, key string) { e.at = behindWord(e.text, e.at, max(1, e.count(1)), isBig(key)) }
	case "vi-first-print":
		return func(e *Editor, _ string) {
			e.at = len(e.text) - len(strings.TrimLeftFunc(e.text, unicode.IsSpace))
		}
	case "vi-column":
		return func(e *Editor, _ string) {
			e.at = 0
			for n := e.count(1); n > 1 && e.at < len(e.text); n-- {
				e.at = after(e.text, e.at)
			}
		}
	case "vi-match":
		return func(e *Editor, _ string) { e.viMatch() }
	case "vi-char-search":
		return viCharSearch
	case "vi-set-mark":
		return func(e *Editor, _ string) {
			e.seek = func(c string) {
				if e.vi.marks == nil {
					e.vi.marks = map[string]int{}
				}
				e.vi.marks[c] = e.at
			}
		}
	case "vi-goto-mark":
		return func(e *Editor, _ string) {
			e.seek = func(c string) {
				if at, ok := e.vi.marks[c]; ok {
					e.goTo(at)
					return
				}
				e.Bell()
			}
		}
	case "vi-arg-digit":
		return viDigit
	}
	return nil
}

// viCharSearch goes to a character that is typed next: on it with f and F,
// before it with t and T; comma and semicolon search again.
func viCharSearch(e *Editor, key string) {
	again := func(f find) {
		for n := max(1, e.count(1)); n > 0; n-- {
			if !e.findChar(f, n == 1) {
				e.Bell()
				return
			}
		}
	}
	switch c := key[len(key)-1]; c {
	case ';':
		again(e.vi.find)
	case ',':
		f := e.vi.find
		f.forward = !f.forward
		again(f)
	default:
		e.seek = func(char string) {
			e.vi.find = find{char, c == 'f' || c == 't', c == 't' || c == 'T'}
			again(e.vi.find)
		}
	}
}

// findChar goes to the next place of a character, or next to the last of them.
func (e *Editor) findChar(f find, last bool) bool {
	if f.char == "" {
		return false
	}
	at := e.at
	if f.forward {
		from := at
		if from < len(e.text) {
			from = after(e.text, from)
		}
		i := strings.Index(e.text[from:], f.char)
		if i < 0 {
			return false
		}
		if at = from + i; f.till && last {
			at = before(e.text, at)
		}
		e.reach(at)
	} else {
		i := strings.LastIndex(e.text[:at], f.char)
		if i < 0 {
			return false
		}
		if at = i; f.till && last {
			at = after(e.text, at)
		}
	}
	e.at = at
	return true
}

const brackets = "()[]{}"

// viMatch goes to the bracket that belongs to the next one.
func (e *Editor) viMatch() {
	from := strings.IndexAny(e.text[e.at:], brackets)
	if from < 0 {
		e.Bell()
		return
	}
	from += e.at
	kind := strings.IndexByte(brackets, e.text[from])
	own, other, step := brackets[kind], brackets[kind^1], 1-2*(kind&1)
	depth := 0
	for i := from; i >= 0 && i < len(e.text); i += step {
		switch e.text[i] {
		case own:
			depth++
		case other:
			depth--
		}
		if depth == 0 {
			e.reach(max(e.at, i))
			e.at = i
			return
		}
	}
	e.Bell()
}
