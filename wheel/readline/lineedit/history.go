package lineedit

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// DefaultMaxHistory is the most lines that a [History] keeps, unless configured
// otherwise.
const DefaultMaxHistory = 10_000

// History is a list of earlier lines, the oldest first. The zero History is
// empty and ready to use.
type History struct {
	// Max is the most lines it keeps; then the oldest are dropped. 0 means
	// DefaultMaxHistory.
	Max   int
	lines []string
}

// Add adds lines, the latest last.
func (h *History) Add(lines ...string) {
	h.lines = append(h.lines, lines...)
	limit := h.Max
	if limit <= 0 {
		limit = DefaultMaxHistory
	}
	if extra := len(h.lines) - limit; extra > 0 {
		h.lines = slices.Delete(h.lines, 0, extra)
	}
}

// Len returns the number of lines.
func (h *History) Len() int { return len(h.lines) }

// Lines returns a copy of the lines, the oldest first.
func (h *History) Lines() []string { return slices.Clone(h.lines) }

// ReadFrom adds the lines that it reads from r until the end. A line longer
// than DefaultMaxLine is an error.
func (h *History) ReadFrom(r io.Reader) (n int64, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, DefaultMaxLine)
	for lines.Scan() {
		n += int64(len(lines.Bytes())) + 1
		h.Add(strings.ToValidUTF8(lines.Text(), "\uFFFD"))
	}
	if err := lines.Err(); err != nil {
		return n, fmt.Errorf("lineedit: history, line of more than %d bytes or unreadable: %w", DefaultMaxLine, err)
	}
	return n, nil
}

// WriteTo writes the lines to w, each with a line feed. A line end within a
// line is written as a space.
func (h *History) WriteTo(w io.Writer) (n int64, err error) {
	out := bufio.NewWriter(w)
	for _, line := range h.lines {
		m, _ := out.WriteString(strings.ReplaceAll(line, "\n", " ") + "\n") // Flush returns the error
		n += int64(m)
	}
	return n, out.Flush()
}

// recall is where in the history one is.
type recall struct {
	index  int    // the number of lines is the line that is being typed
	typed  string // that line, while another is shown
	prefix string // what history-search looks for
	arg    int    // how far yank-last-arg has gone back
	argAt  int    // where its word begins
}

// show puts a line of the history in the place of the present one.
func (e *Editor) show(index int) bool {
	n := e.history.Len()
	if index < 0 || index > n || index == e.recall.index {
		return false
	}
	if e.recall.index >= n {
		e.recall.typed = e.text
	}
	line := e.recall.typed
	if index < n {
		line = e.history.lines[index]
	}
	if len(line) > e.max {
		return false
	}
	e.recall.index = index
	e.save()
	e.text, e.at = line, len(line)
	return true
}

func older(e *Editor) bool { return e.show(min(e.recall.index, e.history.Len()) - 1) }
func newer(e *Editor) bool { return e.show(e.recall.index + 1) }

func recalling(name string) Func {
	switch name {
	case "previous-history":
		return func(e *Editor, _ string) { e.repeat(older, newer) }
	case "next-history":
		return func(e *Editor, _ string) { e.repeat(newer, older) }
	case "beginning-of-history":
		return func(e *Editor, _ string) {
			if !e.show(0) {
				e.Bell()
			}
		}
	case "end-of-history":
		return func(e *Editor, _ string) {
			if !e.show(e.history.Len()) {
				e.Bell()
			}
		}
	case "history-search-backward":
		return func(e *Editor, _ string) { e.prefixSearch(-1) }
	case "history-search-forward":
		return func(e *Editor, _ string) { e.prefixSearch(1) }
	case "yank-last-arg":
		return func(e *Editor, _ string) { e.yankLastArg() }
	case "non-incremental-reverse-search-history":
		return func(e *Editor, _ string) { e.startPlain(":", -1) }
	case "non-incremental-forward-search-history":
		return func(e *Editor, _ string) { e.startPlain(":", 1) }
	case "vi-search":
		return func(e *Editor, key string) {
			if key == "?" {
				e.startPlain("?", 1)
				return
			}
			e.startPlain("/", -1)
		}
	case "vi-search-again":
		return func(e *Editor, key string) {
			if isBig(key) {
				e.searchOn(-e.wantedStep)
				return
			}
			e.searchOn(e.wantedStep)
		}
	case "reverse-search-history":
		return func(e *Editor, _ string) { e.startSearch(-1) }
	case "forward-search-history":
		return func(e *Editor, _ string) { e.startSearch(1) }
	}
	return nil
}

// prefixSearch shows the next line that begins as this one does up to the
// cursor.
func (e *Editor) prefixSearch(step int) {
	if e.last != "history-search-backward" && e.last != "history-search-forward" {
		e.recall.prefix = e.text[:e.at]
	}
	n := e.history.Len()
	for i := min(e.recall.index, n) + step; i >= 0 && i <= n; i += step {
		if i == n || strings.HasPrefix(e.history.lines[i], e.recall.prefix) {
			if e.show(i) {
				return
			}
			break
		}
	}
	e.Bell()
}

// yankLastArg inserts the last word of the line before; again, that of an
// earlier one in its place.
func (e *Editor) yankLastArg() {
	r := &e.recall
	from := e.at
	if e.last == "yank-last-arg" {
		from = min(r.argAt, e.at)
	} else {
		r.arg = e.history.Len()
	}
	for r.arg--; r.arg >= 0 && r.arg < e.history.Len(); r.arg-- {
		if words := strings.Fields(e.history.lines[r.arg]); len(words) > 0 {
			from = boundary(e.text, from)
			r.argAt = from
			e.replace(from, e.at, words[len(words)-1])
			return
		}
	}
	r.arg = 0
	e.Bell()
}
