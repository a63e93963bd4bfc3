// Package lineedit edits a line of text by keys: it is the part of a line
// editor that is independent of terminals, handles and events. Its input are
// the bytes that are typed, its output the text and the position of the cursor.
//
// The terms are those of readline(3): functions with names such as
// "backward-word" are bound to keys such as "M-b". An editor belongs to one
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

// DefaultMaxLine is the most bytes in a line, unless configured otherwise.
const DefaultMaxLine = 64 << 10

// Config configures an editor. The zero Config is ready to use.
type Config struct {
	// History is the history of lines. If nil, the editor has one of its own.
	History *History
	// MaxLine is the most bytes in a line; 0 means DefaultMaxLine. Input that
	// would make it longer is refused with a bell.
	MaxLine int
	// Options are the editor's options.
	Options Options
	// AppName is the application's name for conditional parts of an init file;
	// "" means DefaultAppName.
	AppName string
}

// Editor edits one line at a time.
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

// Effects are what a key changes besides the text and the cursor.
type Effects struct {
	Bell  bool
	Clear bool     // the screen is to be cleared
	List  []string // completions to show above the prompt
	Echo  string   // the key that ended the line by an exception, as "^C"
}

// New makes an editor, with the key bindings of emacs unless
// Options.EditingMode is ViMode.
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

// SetPrompt sets the prompt, the text before the line.
func (e *Editor) SetPrompt(s string) { e.prompt = s }

// Prompt returns the text to show before the line; during a search, the prompt
// of the search.
func (e *Editor) Prompt() string {
	switch {
	case e.search != nil:
		return e.search.prompt()
	case e.arg != nil && e.arg.typing:
		return "(arg: " + e.arg.String() + ") "
	}
	return e.prompt
}

// Text returns the present text of the line.
func (e *Editor) Text() string { return e.text }

// Cursor returns the position of the cursor in Text, in bytes.
func (e *Editor) Cursor() int { return e.at }

// Outcome returns how the line has ended, [Editing] if it has not.
func (e *Editor) Outcome() Outcome { return e.outcome }

// History returns the history of lines.
func (e *Editor) History() *History { return e.history }

// Options returns the options, to be read and changed.
func (e *Editor) Options() *Options { return &e.options }

// TakeEffects returns and clears the effects of the keys since the last call.
func (e *Editor) TakeEffects() Effects {
	was := e.effects
	e.effects = Effects{}
	return was
}

// Bell requests the bell, which shows that a key had no effect.
func (e *Editor) Bell() { e.effects.Bell = true }

// SetLine replaces the line and puts the cursor at that byte of it, or at the
// nearest beginning of a character. The change can be undone. A line that is
// too long, or not UTF-8, is refused with a bell.
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

// Finish ends the line with an outcome; with Editing the line continues.
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

// Feed handles typed bytes until all are handled or the line has ended, and
// returns how many it has handled. The beginning of an incomplete key is kept
// for the next call.
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
