// Package lineedit edits one line of text by keys: the part of a line editor
// that knows nothing of terminals, handles or events. What is typed goes in as
// bytes, what is to be shown comes out as text and a cursor.
//
// The words are those of readline(3): functions with names such as
// "backward-word", bound to keys such as "M-b". An editor belongs to one
// goroutine at a time.
package lineedit

import (
	"strings"
	"unicode/utf8"
)

// Outcome is how the editing of a line ended.
type Outcome int

// The outcomes.
const (
	Editing   Outcome = iota // it has not ended
	Accepted                 // there is a line
	Cancelled                // abort was called, C-g
	EndOfText                // C-d on an empty line
	Interrupt                // C-c
)

// DefaultMaxLine is the longest line in bytes, unless Config says otherwise.
const DefaultMaxLine = 64 << 10

// Config configures an editor. The zero Config is fine.
type Config struct {
	// History is what the line is recalled from; nil is one of its own.
	History *History
	// MaxLine is the most bytes in a line, 0 is DefaultMaxLine. What would make
	// it longer is refused with a bell.
	MaxLine int
	// Options change single habits.
	Options Options
	// AppName is the application that an init file can have a part for; "" is
	// DefaultAppName.
	AppName string
}

// Editor is the editor of one line at a time.
type Editor struct {
	history *History
	keymaps map[string]*keymap
	keymap  string // the name of the one in use
	keys    *keymap
	defuns  map[string]Func
	options Options
	max     int

	appName, initFile string

	prompt string
	text   string
	at     int // the cursor, in bytes; always between two characters
	mark   int

	overwrite bool
	quoted    bool           // the next character is inserted whatever it is
	seek      func(c string) // character-search waits for its character

	vi         vi
	again      []byte // keys of macros, and those to be looked at anew, before what is typed
	expansions int    // macros since the last key that was typed

	held       []byte  // the beginning of a key that is not complete
	arg        *number // a numeric argument that is being typed or in force
	search     *search
	wanted     string // what was searched for last, by a plain search
	wantedStep int
	recall     recall
	undo       []snapshot
	kills      kills
	last       string // the function before this one
	now        string // the one that runs
	outcome    Outcome
	effects    Effects
}

// Effects is what a key asks for besides another text.
type Effects struct {
	Bell  bool
	Clear bool     // the screen is to be cleared
	List  []string // completions to show above the prompt
	Echo  string   // the key that ended the line by an exception, as "^C"
}

// New makes an editor, with the bindings of emacs unless Options say otherwise.
func New(c Config) *Editor {
	e := &Editor{history: c.History, keymaps: newKeymaps(), defuns: map[string]Func{}, options: c.Options, max: c.MaxLine, appName: c.AppName}
	if e.history == nil {
		e.history = &History{}
	}
	if e.max <= 0 {
		e.max = DefaultMaxLine
	}
	if e.appName == "" {
		e.appName = DefaultAppName
	}
	e.options.fill()
	e.Start()
	return e
}

// Start begins an empty line.
func (e *Editor) Start() {
	e.text, e.at, e.mark = "", 0, 0
	e.overwrite, e.quoted, e.seek = false, false, nil
	e.arg, e.search, e.undo = nil, nil, nil
	e.held = e.held[:0]
	e.last, e.now = "", ""
	e.outcome, e.effects = Editing, Effects{}
	e.recall = recall{index: e.history.Len()}
	e.beginMode()
}

// SetPrompt changes what stands before the line.
func (e *Editor) SetPrompt(s string) { e.prompt = s }

// Prompt returns what stands before the line now: while one searches that is
// what is searched for.
func (e *Editor) Prompt() string {
	switch {
	case e.search != nil:
		return e.search.prompt()
	case e.arg != nil && e.arg.typing:
		return "(arg: " + e.arg.String() + ") "
	}
	return e.prompt
}

// Text returns the line as it stands.
func (e *Editor) Text() string { return e.text }

// Cursor returns where the cursor is in Text, in bytes.
func (e *Editor) Cursor() int { return e.at }

// Outcome reports whether the line has ended, and how.
func (e *Editor) Outcome() Outcome { return e.outcome }

// History returns what lines are recalled from.
func (e *Editor) History() *History { return e.history }

// Options returns the options, to be read and changed.
func (e *Editor) Options() *Options { return &e.options }

// TakeEffects returns what the keys since the last call have asked for.
func (e *Editor) TakeEffects() Effects {
	was := e.effects
	e.effects = Effects{}
	return was
}

// Bell asks for the bell: a key had no use.
func (e *Editor) Bell() { e.effects.Bell = true }

// SetLine replaces the line and puts the cursor at a byte of it, or at the
// nearest place where a character begins. It can be undone. A line that is too
// long, or not UTF-8, is refused with a bell.
func (e *Editor) SetLine(text string, cursor int) {
	if len(text) > e.max || !utf8.ValidString(text) {
		e.Bell()
		return
	}
	e.save()
	e.text, e.at = text, boundary(text, cursor)
}

// Insert inserts text at the cursor.
func (e *Editor) Insert(s string) { e.replace(e.at, e.at, s) }

// Finish ends the line with one of the outcomes; Editing keeps it going.
func (e *Editor) Finish(o Outcome) {
	if o >= Editing && o <= Interrupt {
		e.outcome = o
	}
}

// replace puts s in place of a part of the line, and the cursor behind it.
func (e *Editor) replace(from, to int, s string) bool {
	if len(e.text)-(to-from)+len(s) > e.max {
		e.Bell()
		return false
	}
	e.save()
	e.text = e.text[:from] + s + e.text[to:]
	// What is inserted may join what stands around it to one character.
	e.at = boundary(e.text, from+len(s))
	return true
}

// Feed takes typed bytes until they are used up or the line has ended, and
// returns how many it took. The beginning of a key that is not complete is
// held.
func (e *Editor) Feed(p []byte) (n int) {
	for e.outcome == Editing {
		switch {
		case len(e.again) > 0:
			e.held = append(e.held, e.again[0])
			e.again = e.again[1:]
		case n < len(p):
			e.held = append(e.held, p[n])
			n++
			e.expansions = 0
		default:
			return n
		}
		e.step()
	}
	return n
}

// step acts on what is held, if it is a whole key.
func (e *Editor) step() {
	if e.quoted || e.seek != nil {
		if c, whole := character(e.held); whole {
			e.literal(c)
		}
		return
	}
	bound, more := e.keys.find(e.held)
	switch {
	case more:
	case bound != "":
		e.run(bound, string(e.held))
	case len(e.held) > 1 && !isSequence(e.held) && e.fallBack():
	case e.held[0] == 0x1b:
		if sequenceEnds(e.held) { // an unknown key
			e.unknown()
		}
	case len(e.held) > 1 && e.held[0] < ' ': // as C-x and what is not bound to it
		e.unknown()
	default:
		if c, whole := character(e.held); whole {
			e.typed(c)
		}
	}
}

func (e *Editor) unknown() {
	e.held = e.held[:0]
	e.arg = nil
	e.Bell()
}

// typed is a character without a binding.
func (e *Editor) typed(c string) {
	if c < " " || c == "\x7f" {
		e.unknown()
		return
	}
	if e.keymap == viCommand && e.search == nil {
		e.unknown()
		e.vi.operator = nil
		return
	}
	e.run("self-insert", c)
}

// literal uses a character for what it is.
func (e *Editor) literal(c string) {
	e.held = e.held[:0]
	if seek := e.seek; seek != nil {
		e.seek = nil
		e.viKey(c)
		seek(c)
		e.arg = nil
		e.viAfter(e.now)
		return
	}
	e.viKey(c)
	e.quoted = false
	if n := e.count(1); n > 0 {
		e.Insert(strings.Repeat(c, n))
	} else {
		e.Bell()
	}
	e.arg = nil
}

// run runs a function by name. The key is what was typed.
func (e *Editor) run(name, key string) {
	e.held = e.held[:0]
	if strings.HasPrefix(name, macroQuote) {
		e.runMacro(name[len(macroQuote):])
		return
	}
	if e.search != nil && e.searchKey(name, key) {
		return
	}
	name = e.underOperator(name, key)
	f := e.function(name)
	if f == nil {
		e.unknown()
		return
	}
	e.now = name
	e.viBefore(key)
	if e.arg != nil && !isDigitArgument(name) {
		e.arg.typing = false
	}
	f(e, key)
	e.viAfter(name)
	e.last = e.now
	if e.arg != nil && !e.arg.typing && !e.quoted && e.seek == nil {
		e.arg = nil
	}
	if e.outcome > Accepted {
		e.effects.Echo = echo(key)
	}
}

// function finds a function: the program's own come first.
func (e *Editor) function(name string) Func {
	if f := e.defuns[name]; f != nil {
		return f
	}
	return functions(name)
}
