package lineedit

import "strings"

// search is an incremental search through the history.
type search struct {
	wanted string
	step   int // -1 is back, 1 forward
	index  int // the line that is shown
	failed bool
	plain  string // the prompt of a search that begins when its text is complete
	before snapshot
	recall recall
}

func (s *search) prompt() string {
	if s.plain != "" {
		return s.plain + echo(s.wanted)
	}
	p := "i-search)`"
	if s.step < 0 {
		p = "reverse-" + p
	}
	if s.failed {
		p = "failed " + p
	}
	return "(" + p + echo(s.wanted) + "': "
}

func (e *Editor) startSearch(step int) {
	e.search = &search{step: step, index: e.recall.index, before: snapshot{e.text, e.at}, recall: e.recall}
}

// searchKey gives a key to the search, and reports whether it was for it. Any
// other ends it, and does what it does on what was found.
func (e *Editor) searchKey(name, key string) bool {
	s := e.search
	switch {
	case key == "\b" || key == "\x7f":
		name = "backward-delete-char"
	case e.keymap == viCommand && len(key) == 1 && key >= " ":
		name = "self-insert"
	}
	if s.plain != "" {
		e.plainKey(name, key)
		return true
	}
	switch name {
	case "reverse-search-history", "forward-search-history":
		s.step = 1
		if name[0] == 'r' {
			s.step = -1
		}
		e.find(s.index + s.step)
	case "backward-delete-char":
		s.wanted = s.wanted[:before(s.wanted, len(s.wanted))]
		s.index = s.recall.index
		e.find(s.index)
	case "self-insert":
		if len(s.wanted)+len(key) > e.max {
			e.Bell()
			return true
		}
		s.wanted += key
		e.find(s.index)
	case "abort":
		e.search = nil
		e.text, e.at, e.recall = s.before.text, s.before.at, s.recall
	default:
		e.search = nil
		return false
	}
	e.now, e.last = name, name
	return true
}

// find shows the nearest line from i on that has what is searched for in it.
func (e *Editor) find(i int) {
	s := e.search
	if s.failed = s.wanted == ""; s.failed {
		s.failed = false
		return
	}
	n := e.history.Len()
	for i = max(-1, min(i, n)); i >= 0 && i <= n; i += s.step {
		line := s.before.text
		if i < n {
			line = e.history.lines[i]
		}
		if at := strings.LastIndex(line, s.wanted); at >= 0 && len(line) <= e.max {
			e.found(i, line, at)
			return
		}
	}
	s.failed = true
	e.Bell()
}

func (e *Editor) found(i int, line string, at int) {
	e.search.index = i
	if e.recall.index >= e.history.Len() {
		e.recall.typed = e.search.before.text
	}
	e.recall.index = i
	e.save()
	e.text, e.at = line, boundary(line, at)
}

// startPlain begins a search whose text is typed first.
func (e *Editor) startPlain(prompt string, step int) {
	e.startSearch(step)
	e.search.plain = prompt
}

// plainKey is a key of the text that is to be searched for.
func (e *Editor) plainKey(name, key string) {
	s := e.search
	switch {
	case name == "accept-line":
		e.search = nil
		if s.wanted != "" {
			e.wanted = s.wanted
		}
		e.wantedStep = s.step
		e.searchOn(s.step)
	case name == "backward-delete-char" && s.wanted != "":
		s.wanted = s.wanted[:before(s.wanted, len(s.wanted))]
	case name == "self-insert" && len(s.wanted)+len(key) <= e.max:
		s.wanted += key
	case name == "self-insert":
		e.Bell()
	default:
		e.search = nil
	}
}

// searchOn shows the next line that has in it what was last searched for.
func (e *Editor) searchOn(step int) {
	n := e.history.Len()
	for i := min(e.recall.index, n) + step; e.wanted != "" && i >= 0 && i < n; i += step {
		if strings.Contains(e.history.lines[i], e.wanted) && e.show(i) {
			e.at = 0
			return
		}
	}
	e.Bell()
}
