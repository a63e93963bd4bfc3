package lineedit

import "slices"

// viInsertBindings are those of vi mode while text is typed.
const viInsertBindings = `
C-c interrupt
C-d vi-eof-maybe
C-h backward-delete-char
C-i complete
C-j accept-line
C-m accept-line
C-r reverse-search-history
C-s forward-search-history
C-t transpose-chars
C-u unix-line-discard
C-v quoted-insert
C-w unix-word-rubout
C-y yank
C-[ vi-movement-mode
C-_ undo
Rubout backward-delete-char
`

// viCommandBindings are those of vi mode for commands.
const viCommandBindings = `
C-c interrupt
C-d vi-eof-maybe
C-e emacs-editing-mode
C-g abort
C-h backward-char
C-j accept-line
C-k kill-line
C-l clear-screen
C-m accept-line
C-n next-history
C-p previous-history
C-q quoted-insert
C-r reverse-search-history
C-s forward-search-history
C-t transpose-chars
C-u unix-line-discard
C-v quoted-insert
C-w unix-word-rubout
C-y yank
C-[ vi-movement-mode
C-_ vi-undo
Rubout backward-char
Space forward-char
# insert-comment
$ end-of-line
% vi-match
& vi-tilde-expand
* vi-complete
+ next-history
, vi-char-search
- previous-history
. vi-redo
/ vi-search
0 vi-arg-digit
1 vi-arg-digit
2 vi-arg-digit
3 vi-arg-digit
4 vi-arg-digit
5 vi-arg-digit
6 vi-arg-digit
7 vi-arg-digit
8 vi-arg-digit
9 vi-arg-digit
; vi-char-search
= vi-complete
? vi-search
A vi-append-eol
B vi-prev-word
C vi-change-to
D vi-delete-to
E vi-end-word
F vi-char-search
G vi-fetch-history
I vi-insert-beg
N vi-search-again
P vi-put
R vi-replace
S vi-subst
T vi-char-search
U revert-line
W vi-next-word
X backward-delete-char
Y vi-yank-to
\\ vi-complete
^ vi-first-print
_ vi-yank-arg
` + "`" + ` vi-goto-mark
a vi-append-mode
b vi-prev-word
c vi-change-to
d vi-delete-to
e vi-end-word
f vi-char-search
h backward-char
i vi-insertion-mode
j next-history
k previous-history
l forward-char
m vi-set-mark
n vi-search-again
p vi-put
r vi-change-char
s vi-subst
t vi-char-search
u vi-undo
w vi-next-word
x vi-delete
y vi-yank-to
| vi-column
~ vi-change-case
`

// vi is what vi mode remembers.
type vi struct {
	operator *operator // waits for a motion
	marks    map[string]int
	find     find // the last vi-char-search

	recording bool // keys are those of a command under way
	keys      []byte
	text      string // the line before it
	last      []byte // the keys of the last command that changed the line
}

// operator is a command that says what to do with the text that a motion
// passes over.
type operator struct {
	name  string
	count int
	from  int
	upTo  int // how far the motion reaches, if that is beyond the cursor
}

// isMotion finds the functions that an operator can wait for.
func isMotion(name string) bool {
	switch name {
	case "beginning-of-line", "end-of-line", "forward-char", "backward-char", "forward-word", "backward-word",
		"vi-next-word", "vi-prev-word", "vi-end-word", "vi-first-print", "vi-column", "vi-match", "vi-char-search",
		"vi-goto-mark", "vi-change-here", "vi-arg-digit":
		return true
	}
	return false
}

func isDigitArgument(name string) bool { return name == "digit-argument" || name == "vi-arg-digit" }

// underOperator returns the function that takes the place of another while an
// operator waits. What is no motion takes the operator away.
func (e *Editor) underOperator(name, key string) string {
	op := e.vi.operator
	if op == nil || isDigitArgument(name) && (key != "0" || e.arg != nil) {
		return name
	}
	op.upTo = 0
	switch {
	case name == op.name: // twice: the whole line
		return name
	case !isMotion(name):
		e.vi.operator = nil
		if name != "vi-movement-mode" {
			name = ""
		}
		return name
	case name == "vi-next-word" && op.name == "vi-change-to" && e.at < len(e.text) && classOf(e.text, e.at, true) != blank:
		name = "vi-change-here" // it leaves the blanks alone
	}
	if op.count > 1 && name != "vi-arg-digit" {
		e.arg = numberOf(op.count * e.count(1))
	}
	return name
}

// viBefore notes the keys of a command.
func (e *Editor) viBefore(key string) {
	if e.keymap == viCommand && e.vi.operator == nil && e.arg == nil {
		e.vi.recording, e.vi.keys, e.vi.text = true, e.vi.keys[:0], e.text
	}
	e.viKey(key)
}

func (e *Editor) viKey(key string) {
	if v := &e.vi; v.recording {
		v.keys = append(v.keys, key...)
		v.recording = len(v.keys) <= maxMacro
	}
}

// viAfter completes a command.
func (e *Editor) viAfter(name string) {
	waits := e.seek != nil || isDigitArgument(name) && e.arg != nil
	if op := e.vi.operator; op != nil && !waits && name != op.name {
		e.vi.operator = nil
		e.operate(op)
	}
	if e.keymap != viCommand || e.vi.operator != nil || waits {
		return
	}
	if e.at == len(e.text) {
		e.at = before(e.text, e.at)
	}
	v := &e.vi
	if v.recording && e.text != v.text && recalling(name) == nil && name != "undo" && name != "vi-undo" && name != "revert-line" {
		v.last = slices.Clone(v.keys)
	}
	v.recording = false
}

// reach reports to an operator that the character at i belongs to what the motion
// has passed over, and that there was a motion at all.
func (e *Editor) reach(i int) {
	if op := e.vi.operator; op != nil {
		op.upTo = after(e.text+" ", i)
	}
}

// operate does what an operator says with what the motion has passed over.
func (e *Editor) operate(op *operator) {
	from, to := min(op.from, e.at), min(max(op.from, e.at, op.upTo), len(e.text))
	canFail := e.now == "vi-char-search" || e.now == "vi-match" || e.now == "vi-goto-mark"
	if from == to && (canFail || op.name != "vi-change-to") {
		e.Bell()
		return
	}
	e.onRange(op.name, from, to)
}

func (e *Editor) onRange(name string, from, to int) {
	e.at = from
	if from < to {
		e.keep(e.text[from:to], false)
		if name != "vi-yank-to" {
			e.replace(from, to, "")
		}
	}
	if name == "vi-change-to" {
		e.enter(viInsert)
	}
}

// viOperator begins an operator; a capital one goes to the end of the line.
func viOperator(e *Editor, key string) {
	switch op := e.vi.operator; {
	case op != nil: // twice
		e.vi.operator = nil
		at := e.at
		if e.onRange(e.now, 0, len(e.text)); e.now == "vi-yank-to" {
			e.at = at
		}
	case key[len(key)-1] >= 'A' && key[len(key)-1] <= 'Z':
		e.onRange(e.now, e.at, len(e.text))
	default:
		e.vi.operator = &operator{name: e.now, count: max(1, e.count(1)), from: e.at}
		e.arg = nil
	}
}

// viDigit is a digit of an argument; a zero that is none is a motion.
func viDigit(e *Editor, key string) {
	if key == "0" && e.arg == nil {
		e.at = 0
		return
	}
	digitArgument(e, key)
}

// viRedo types the last command that changed the line once more.
func viRedo(e *Editor, _ string) {
	keys, n := e.vi.last, max(1, e.count(1))
	e.vi.recording = false
	if len(keys) == 0 || len(keys)*n > maxMacro {
		e.Bell()
		return
	}
	e.arg = nil
	e.runMacro(string(slices.Repeat(keys, n)))
}
