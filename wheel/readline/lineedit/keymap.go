package lineedit

import (
	"fmt"
	"maps"
	"strings"
)

// The modes of editing, as the option editing-mode has them.
const (
	EmacsMode = "emacs"
	ViMode    = "vi"
)

// The keymaps, by the names that inputrc has for them. Vi mode has two: one to
// type text, and one for commands.
const (
	emacsMap   = "emacs"
	viInsert   = "vi-insert"
	viCommand  = "vi-command"
	macroQuote = `"` // what a macro begins with where a function's name is expected
)

// keymap finds what is bound to a sequence of bytes.
type keymap struct {
	bound  map[string]string
	prefix map[string]int // how many bindings begin with it
}

// find returns the function bound to a key, and whether more bytes could make
// a longer one.
func (m *keymap) find(key []byte) (name string, more bool) {
	return m.bound[string(key)], m.prefix[string(key)] > 0
}

func (m *keymap) bind(key, name string) {
	if _, old := m.bound[key]; !old {
		for i := 1; i < len(key); i++ {
			m.prefix[key[:i]]++
		}
	}
	m.bound[key] = name
}

func (m *keymap) unbind(key string) {
	if _, old := m.bound[key]; !old {
		return
	}
	delete(m.bound, key)
	for i := 1; i < len(key); i++ {
		m.prefix[key[:i]]--
	}
}

// parseBindings makes a keymap of lines with a key and a function each.
func parseBindings(lists ...string) *keymap {
	m := &keymap{bound: map[string]string{}, prefix: map[string]int{}}
	for _, list := range lists {
		for line := range strings.Lines(strings.TrimSpace(list)) {
			key, name, _ := strings.Cut(strings.TrimSpace(line), " ")
			if raw, err := ParseKey(key); err == nil { // a test looks at all of them
				m.bind(raw, name)
			}
		}
	}
	return m
}

func newKeymaps() map[string]*keymap {
	return map[string]*keymap{
		emacsMap:  parseBindings(emacsBindings, arrowBindings),
		viInsert:  parseBindings(viInsertBindings, arrowBindings),
		viCommand: parseBindings(viCommandBindings, arrowBindings),
	}
}

// keymapName finds a keymap by any of its names in inputrc.
func keymapName(name string) (string, error) {
	switch strings.ToLower(name) {
	case "emacs", "emacs-standard":
		return emacsMap, nil
	case "vi-insert":
		return viInsert, nil
	case "vi", "vi-command", "vi-move":
		return viCommand, nil
	}
	return "", fmt.Errorf("lineedit: there is no keymap %q", name)
}

// Mode returns the mode of editing: EmacsMode or ViMode.
func (e *Editor) Mode() string { return e.options.EditingMode }

// SetMode changes the mode of editing, EmacsMode or ViMode; any other is an
// error. In ViMode a line begins in the keymap vi-insert; Escape changes to
// vi-command.
func (e *Editor) SetMode(mode string) error {
	if mode != EmacsMode && mode != ViMode {
		return fmt.Errorf("lineedit: editing-mode: %q is not emacs or vi", mode)
	}
	e.options.EditingMode = mode
	e.beginMode()
	return nil
}

// beginMode takes the keymap with which a line begins.
func (e *Editor) beginMode() {
	e.enter(emacsMap)
	if e.options.EditingMode == ViMode {
		e.enter(viInsert)
	}
	e.vi.operator = nil
}

func (e *Editor) enter(keymap string) { e.keymap, e.keys = keymap, e.keymaps[keymap] }

// Keymap returns the name of the current keymap: emacs, vi-insert or
// vi-command.
func (e *Editor) Keymap() string { return e.keymap }

// Bind binds a key to the function of a name in the current keymap; an empty
// name removes the binding. [ParseKey] describes how keys are written. A name
// in double quotes is a macro: keys, in the notation of ParseKey, which the
// editor handles in place of this one. If a longer key begins with this one,
// both work: the editor waits for the next byte.
func (e *Editor) Bind(key, name string) error { return e.bindIn(e.keymap, key, name) }

// BindIn is [Editor.Bind] for the keymap with that name, see [Editor.Keymap].
func (e *Editor) BindIn(keymap, key, name string) error {
	keymap, err := keymapName(keymap)
	if err != nil {
		return err
	}
	return e.bindIn(keymap, key, name)
}

func (e *Editor) bindIn(keymap, key, name string) error {
	raw, err := ParseKey(key)
	if err != nil {
		return err
	}
	return e.bindRaw(keymap, raw, name)
}

func (e *Editor) bindRaw(keymap, raw, name string) error {
	switch {
	case name == "":
		e.keymaps[keymap].unbind(raw)
		return nil
	case strings.HasPrefix(name, macroQuote):
		text, err := unquote(name)
		if err != nil {
			return err
		}
		if len(text) > maxMacro {
			return fmt.Errorf("lineedit: macro of %d bytes, more than %d", len(text), maxMacro)
		}
		name = macroQuote + text
	case e.function(name) == nil:
		return fmt.Errorf("lineedit: key %q: there is no function %q", echo(raw), name)
	}
	e.keymaps[keymap].bind(raw, name)
	return nil
}

// Bindings returns a copy of the bindings of the current keymap: the names of
// functions by the bytes of keys. The name of a macro is a double quote
// followed by its keys.
func (e *Editor) Bindings() map[string]string { return maps.Clone(e.keys.bound) }

// maxMacro is the most bytes of a macro, and of what macros may put before what
// is typed.
const maxMacro = 4096

// maxExpansions is how many macros one key may lead to: they can refer to
// themselves.
const maxExpansions = 100

// runMacro puts keys before those that are still to come.
func (e *Editor) runMacro(keys string) {
	if e.expansions++; e.expansions > maxExpansions || len(e.again)+len(keys) > maxMacro {
		e.again = nil
		e.unknown()
		return
	}
	e.again = append([]byte(keys), e.again...)
}

// fallBack runs the longest key at the beginning of what is held, or takes its
// first character for itself, and has the rest typed anew.
func (e *Editor) fallBack() bool {
	for n := len(e.held) - 1; n > 0; n-- {
		if name := e.keys.bound[string(e.held[:n])]; name != "" {
			key := string(e.held[:n])
			e.again = append(append([]byte(nil), e.held[n:]...), e.again...)
			e.run(name, key)
			return true
		}
	}
	if c := e.held[0]; c >= ' ' && c < 0x7f {
		e.again = append(append([]byte(nil), e.held[1:]...), e.again...)
		e.typed(string(rune(c)))
		return true
	}
	return false
}
