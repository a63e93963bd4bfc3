package lineedit

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// snapshot is a line to go back to.
type snapshot struct {
	text string
	at   int
}

// maxUndo bounds how many changes can be undone.
const maxUndo = 200

// save remembers the line before a change. Characters typed in a row are one.
func (e *Editor) save() {
	if e.now == "self-insert" && e.last == "self-insert" && len(e.undo) > 0 {
		return
	}
	if len(e.undo) == maxUndo {
		e.undo = append(e.undo[:0], e.undo[1:]...)
	}
	e.undo = append(e.undo, snapshot{e.text, e.at})
}

func undoOnce(e *Editor) bool {
	if len(e.undo) == 0 {
		return false
	}
	was := e.undo[len(e.undo)-1]
	e.undo = e.undo[:len(e.undo)-1]
	e.text, e.at = was.text, was.at
	return true
}

func changing(name string) Func {
	switch name {
	case "self-insert":
		return selfInsert
	case "tab-insert":
		return func(e *Editor, _ string) { e.Insert(strings.Repeat("\t", max(0, e.count(1)))) }
	case "quoted-insert":
		return func(e *Editor, _ string) { e.quoted = true }
	case "overwrite-mode":
		return func(e *Editor, _ string) { e.overwrite = !e.overwrite }
	case "delete-char":
		return deleteChar
	case "backward-delete-char":
		return func(e *Editor, _ string) { e.repeat(eraseBefore, eraseAt) }
	case "transpose-chars":
		return func(e *Editor, _ string) { e.transposeChars() }
	case "transpose-words":
		return func(e *Editor, _ string) { e.transposeWords() }
	case "upcase-word":
		return func(e *Editor, _ string) { e.changeWord(strings.ToUpper) }
	case "downcase-word":
		return func(e *Editor, _ string) { e.changeWord(strings.ToLower) }
	case "capitalize-word":
		return func(e *Editor, _ string) { e.changeWord(capitalize) }
	case "insert-comment":
		return func(e *Editor, _ string) {
			e.SetLine(e.options.CommentBegin+e.text, len(e.text)+len(e.options.CommentBegin))
			e.Finish(Accepted)
		}
	case "undo":
		return func(e *Editor, _ string) { e.repeat(undoOnce, undoOnce) }
	case "revert-line":
		return func(e *Editor, _ string) {
			for undoOnce(e) {
			}
		}
	}
	return nil
}

func selfInsert(e *Editor, key string) {
	n := e.count(1)
	if n <= 0 {
		e.Bell()
		return
	}
	to := e.at
	if e.overwrite {
		for range n {
			if to < len(e.text) {
				to = after(e.text, to)
			}
		}
	}
	if e.replace(e.at, to, strings.Repeat(key, n)) {
		e.recall.prefix = ""
	}
}

// deleteChar deletes what is under the cursor; on an empty line it is the end
// of the input.
func deleteChar(e *Editor, _ string) {
	if e.text == "" {
		e.Finish(EndOfText)
		return
	}
	e.repeat(eraseAt, eraseBefore)
}

func eraseAt(e *Editor) bool {
	return e.at < len(e.text) && e.replace(e.at, after(e.text, e.at), "")
}

func eraseBefore(e *Editor) bool {
	return e.at > 0 && e.replace(before(e.text, e.at), e.at, "")
}

// transposeChars drags the character before the cursor over the one after it,
// or swaps the last two at the end.
func (e *Editor) transposeChars() {
	mid := e.at
	if mid == len(e.text) {
		mid = before(e.text, mid)
	}
	if mid == 0 {
		e.Bell()
		return
	}
	from, to := before(e.text, mid), after(e.text, mid)
	e.replace(from, to, e.text[mid:to]+e.text[from:mid])
}

func (e *Editor) transposeWords() {
	end := wordEnd(e.text, e.at)
	second := wordStart(e.text, end)
	first := wordStart(e.text, second)
	firstEnd := wordEnd(e.text, first)
	if first == second || firstEnd > second {
		e.Bell()
		return
	}
	end = wordEnd(e.text, second)
	e.replace(first, end, e.text[second:end]+e.text[firstEnd:second]+e.text[first:firstEnd])
}

// changeWord changes the word at the cursor, or as many as the argument says;
// with a negative one those before it, and the cursor stays.
func (e *Editor) changeWord(change func(string) string) {
	n, from, to := e.count(1), e.at, e.at
	for ; n > 0; n-- {
		to = wordEnd(e.text, to)
	}
	for ; n < 0; n++ {
		from = wordStart(e.text, from)
	}
	if from == to {
		e.Bell()
		return
	}
	e.replace(from, to, change(e.text[from:to]))
}

// capitalize makes the first letter of every word a capital.
func capitalize(s string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		was := inside
		inside = isWord(r)
		if was {
			return unicode.ToLower(r)
		}
		return unicode.ToTitle(r)
	}, s)
}

// kills are the last texts that were killed, the latest at the end.
type kills struct {
	ring []string
	from int // where what was last yanked begins
	turn int // how far yank-pop has gone back
}

const maxKills = 32

// kill takes a part out of the line. Kills in a row make one text.
func (e *Editor) kill(from, to int) {
	if from == to {
		e.Bell()
		return
	}
	e.keep(e.text[from:to], from < e.at)
	e.replace(from, to, "")
}

func (e *Editor) keep(s string, inFront bool) {
	k := &e.kills
	n := len(k.ring)
	switch {
	case n > 0 && isKill(e.last) && inFront:
		k.ring[n-1] = s + k.ring[n-1]
	case n > 0 && isKill(e.last):
		k.ring[n-1] += s
	case n == maxKills:
		k.ring = append(append(k.ring[:0], k.ring[1:]...), s)
	default:
		k.ring = append(k.ring, s)
	}
}

func isKill(name string) bool {
	return killing(name) != nil && name != "yank" && name != "yank-pop" && name != "copy-region-as-kill"
}

func killing(name string) Func {
	switch name {
	case "kill-line":
		return func(e *Editor, _ string) { e.kill(e.at, len(e.text)) }
	case "unix-line-discard", "backward-kill-line":
		return func(e *Editor, _ string) { e.kill(0, e.at) }
	case "kill-whole-line":
		return func(e *Editor, _ string) { e.at = 0; e.kill(0, len(e.text)) }
	case "kill-word":
		return func(e *Editor, _ string) { e.killBy(forwardWord, backwardWord) }
	case "backward-kill-word":
		return func(e *Editor, _ string) { e.killBy(backwardWord, forwardWord) }
	case "unix-word-rubout":
		return func(e *Editor, _ string) {
			end := len(strings.TrimRightFunc(e.text[:e.at], unicode.IsSpace))
			e.kill(pastLast(e.text[:end], unicode.IsSpace), e.at)
		}
	case "delete-horizontal-space":
		return func(e *Editor, _ string) {
			from := len(strings.TrimRight(e.text[:e.at], " \t"))
			to := len(e.text) - len(strings.TrimLeft(e.text[e.at:], " \t"))
			e.replace(from, to, "")
		}
	case "kill-region":
		return func(e *Editor, _ string) { from, to := e.region(); e.kill(from, to) }
	case "copy-region-as-kill":
		return func(e *Editor, _ string) {
			if from, to := e.region(); from < to {
				e.keep(e.text[from:to], false)
			}
		}
	case "yank":
		return yank
	case "yank-pop":
		return yankPop
	}
	return nil
}

// killBy kills what a move passes over.
func (e *Editor) killBy(step, opposite func(*Editor) bool) {
	start := e.at
	e.repeat(step, opposite)
	end := e.at
	e.at = start
	if start != end {
		e.kill(min(start, end), max(start, end))
	}
}

// region is what lies between mark and cursor.
func (e *Editor) region() (from, to int) {
	mark := boundary(e.text, e.mark)
	return min(mark, e.at), max(mark, e.at)
}

func yank(e *Editor, _ string) {
	k := &e.kills
	if len(k.ring) == 0 {
		e.Bell()
		e.now = "" // there is nothing for yank-pop to replace
		return
	}
	k.from, k.turn = e.at, len(k.ring)-1
	e.Insert(k.ring[k.turn])
}

// yankPop puts an earlier text in the place of what was just yanked.
func yankPop(e *Editor, _ string) {
	k := &e.kills
	if e.last != "yank" && e.last != "yank-pop" || k.from > e.at {
		e.Bell()
		e.now = ""
		return
	}
	k.turn = (k.turn + len(k.ring) - 1) % len(k.ring)
	e.replace(boundary(e.text, k.from), e.at, k.ring[k.turn])
}

// Width returns how many columns of a terminal a text occupies.
func Width(s string) int { return uniseg.StringWidth(s) }
