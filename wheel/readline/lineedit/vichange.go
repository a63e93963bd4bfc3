package lineedit

import (
	"strings"
	"unicode"
)

func viChanging(name string) Func {
	switch name {
	case "vi-delete-to", "vi-change-to", "vi-yank-to":
		return viOperator
	case "vi-delete":
		return func(e *Editor, _ string) { e.viDelete() }
	case "vi-subst":
		return func(e *Editor, key string) {
			if isBig(key) {
				e.at = 0
				e.onRange("vi-change-to", 0, len(e.text))
				return
			}
			e.viDelete()
			e.enter(viInsert)
		}
	case "vi-put":
		return viPut
	case "vi-change-char":
		return func(e *Editor, _ string) { e.viChangeChar() }
	case "vi-change-case":
		return func(e *Editor, _ string) { e.viChangeCase() }
	case "vi-redo":
		return viRedo
	case "vi-undo":
		return changing("undo")
	case "vi-yank-arg":
		return func(e *Editor, key string) {
			e.at = min(len(e.text), after(e.text+" ", e.at))
			e.yankArgument(e.count(0), " ")
			e.enter(viInsert)
		}
	case "vi-tilde-expand":
		return configuring("tilde-expand")
	case "vi-complete":
		return viComplete
	case "vi-fetch-history":
		return func(e *Editor, _ string) {
			if !e.show(max(0, e.count(1)-1)) {
				e.Bell()
			}
		}
	case "vi-eof-maybe":
		return func(e *Editor, _ string) {
			if e.text == "" {
				e.Finish(EndOfText)
				return
			}
			e.Bell()
		}
	}
	return viEntering(name)
}

// viEntering are the functions that lead from commands to text and back.
func viEntering(name string) Func {
	switch name {
	case "vi-movement-mode":
		return func(e *Editor, _ string) {
			if e.keymap != viCommand {
				e.enter(viCommand)
				e.overwrite = false
				e.at = before(e.text, e.at)
			}
		}
	case "vi-insertion-mode":
		return func(e *Editor, _ string) { e.enter(viInsert) }
	case "vi-append-mode":
		return func(e *Editor, _ string) {
			if e.at < len(e.text) {
				e.at = after(e.text, e.at)
			}
			e.enter(viInsert)
		}
	case "vi-append-eol":
		return func(e *Editor, _ string) { e.at = len(e.text); e.enter(viInsert) }
	case "vi-insert-beg":
		return func(e *Editor, _ string) { e.at = 0; e.enter(viInsert) }
	case "vi-replace":
		return func(e *Editor, _ string) { e.enter(viInsert); e.overwrite = true }
	case "vi-editing-mode":
		return func(e *Editor, _ string) { _ = e.SetMode(ViMode) } // it exists
	case "emacs-editing-mode":
		return func(e *Editor, _ string) { _ = e.SetMode(EmacsMode) }
	}
	return nil
}

// charsFrom is where as many characters end as the argument says.
func (e *Editor) charsFrom(i int) int {
	for n := max(1, e.count(1)); n > 0 && i < len(e.text); n-- {
		i = after(e.text, i)
	}
	return i
}

func (e *Editor) viDelete() {
	if e.text == "" {
		e.Bell()
		return
	}
	e.onRange("vi-delete-to", e.at, e.charsFrom(e.at))
}

// viPut inserts what was last killed, after the character at the cursor or,
// capital, before it.
func viPut(e *Editor, key string) {
	k := e.kills.ring
	if len(k) == 0 {
		e.Bell()
		return
	}
	if !isBig(key) && e.at < len(e.text) {
		e.at = after(e.text, e.at)
	}
	n := min(max(1, e.count(1)), e.max/max(1, len(k[len(k)-1]))+1)
	if e.replace(e.at, e.at, strings.Repeat(k[len(k)-1], n)) {
		e.at = before(e.text, e.at)
	}
}

// viChangeChar waits for a character and puts it in the place of others.
func (e *Editor) viChangeChar() {
	n := max(1, e.count(1))
	e.seek = func(c string) {
		to, i := e.at, 0
		for ; i < n && to < len(e.text); i++ {
			to = after(e.text, to)
		}
		if i < n || c == "\x1b" {
			e.Bell()
			return
		}
		if e.replace(e.at, to, strings.Repeat(c, n)) {
			e.at = before(e.text, e.at)
		}
	}
}

func (e *Editor) viChangeCase() {
	if e.text == "" {
		e.Bell()
		return
	}
	to := e.charsFrom(e.at)
	e.replace(e.at, to, strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, e.text[e.at:to]))
}

// viComplete completes the word that ends at the cursor.
func viComplete(e *Editor, key string) {
	if e.at < len(e.text) {
		e.at = after(e.text, e.at)
	}
	e.enter(viInsert)
	switch key[len(key)-1] {
	case '=':
		completing("possible-completions")(e, key)
	case '*':
		completing("insert-completions")(e, key)
	default:
		e.complete()
	}
}
