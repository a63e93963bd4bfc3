package port

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sort"

	"github.com/gopoe/poe/cmd/poe/internal/edits"
	"github.com/gopoe/poe/cmd/poe/internal/evidence"
)

// Report is what became of a program.
type Report struct {
	File       string `json:"file"`
	Lines      int    `json:"lines"`
	Statements int    `json:"statements"`
	// Files are the modules and other files of the program beside the first.
	Files   []string `json:"files,omitempty"`
	Subs    int      `json:"subs"`
	TODO    []Todo   `json:"todo"`
	Notes   []Note   `json:"notes"`
	Modules []Module `json:"modules"`
	Parts   []Part   `json:"parts"`
	// Traced reports that recordings with types were used.
	Traced bool `json:"traced,omitempty"`
	// Kept are the declarations that somebody has changed and that were not
	// replaced.
	Kept []edits.Kept `json:"kept,omitempty"`
	// Check is what running both programs has shown; nil if they were not run.
	Check *Check `json:"check,omitempty"`
	// Hints say what is to do before the program builds.
	Hints []string `json:"hints,omitempty"`
}

// Check is a comparison of the Perl program with its translation.
type Check struct {
	Script string `json:"script"`
	// Equal reports whether everything that was compared is equal.
	Equal bool `json:"equal"`
	// Events is how many events both programs have alike from the beginning.
	Events int `json:"events"`
	// Of is how many events the Perl program has.
	Of int `json:"of"`
	// BySession reports that the order of all events is not the same. If Equal is
	// set, each session has its own in the same order all the same.
	BySession   bool     `json:"by_session,omitempty"`
	Differences []string `json:"differences,omitempty"`
}

// String is the check in one sentence.
func (c *Check) String() string {
	switch {
	case c.Equal && c.BySession:
		return fmt.Sprintf("%s: both programs behave alike: equal up to event %d of %d, and to the end within each session", c.Script, c.Events, c.Of)
	case c.Equal:
		return fmt.Sprintf("%s: both programs behave alike: equal up to event %d, the last one", c.Script, c.Events)
	case c.Of > 0 || c.Events > 0:
		return fmt.Sprintf("%s: equal up to event %d of %d", c.Script, c.Events, c.Of)
	}
	return c.Script + ": the programs differ"
}

// Todo is a statement without a translation.
type Todo struct {
	Code   string `json:"code"`
	Line   int    `json:"line"`
	Sub    string `json:"sub,omitempty"`
	Why    string `json:"why"`
	Source string `json:"source"`
}

// Note is a place where Go may differ from Perl.
type Note struct {
	Code string `json:"code"`
	Line int    `json:"line"`
	Sub  string `json:"sub,omitempty"`
	Text string `json:"text"`
}

// Module is one of CPAN's modules that the program uses.
type Module struct {
	Name  string `json:"name"`
	Line  int    `json:"line"`
	Place string `json:"place,omitempty"` // what takes its place in Go, after docs/cpan.md
	// Translated reports that poe port knows the module: its calls are translated.
	Translated bool `json:"translated"`
}

// finish adds what the syntax tree and recordings tell.
func (r *Report) finish(prog *program, seen *evidence.Evidence) {
	r.Parts = parts(prog)
	assign(r.Parts, r.TODO)
	traps(prog, r, r.Parts)
	sort.SliceStable(r.Notes, func(i, j int) bool { return r.Notes[i].Line < r.Notes[j].Line })
	for _, name := range slices.Sorted(maps.Keys(prog.modules)) {
		if moduleKnown(name) {
			if p := placeOf(name); p != "" {
				r.Modules = append(r.Modules, Module{Name: name, Line: prog.modules[name], Place: p, Translated: true})
			}
		}
	}
	r.Observe(seen)
	if seen.HasValues() {
		r.byRecording(prog)
	}
}

// Observe adds what recordings tell of each part; nil tells nothing. Of closures
// that are no handlers recordings tell nothing.
func (r *Report) Observe(seen *evidence.Evidence) {
	if !seen.HasValues() {
		return
	}
	r.Traced = true
	for i := range r.Parts {
		p := &r.Parts[i]
		s := seen.Sub(p.Name, filepath.Base(r.File), p.first)
		if p.Kind == "main" || p.Kind == "closure" && s == nil || !seen.Observes(p.Name) {
			continue // a recording does not tell
		}
		p.observe(s)
	}
}

// observe adds what recordings tell of a sub; nil is one that was not called.
func (p *Part) observe(s *evidence.Sub) {
	calls := 0
	p.Exercised, p.Seen = &calls, nil
	if s == nil {
		return
	}
	calls = s.Calls
	p.Seen = map[string]string{}
	for i, t := range s.Args {
		name := fmt.Sprintf("$_[%d]", i)
		if s.Handler {
			name = fmt.Sprintf("ARG%d", i)
		}
		p.Seen[name] = t.String()
	}
	for name, t := range s.Heap {
		p.Seen["heap."+name] = t.String()
	}
}

func (r *Report) todo(code string, line int, sub, why, source string) {
	r.TODO = append(r.TODO, Todo{code, line, sub, why, oneLine(source)})
}

func (r *Report) note(code string, line int, sub, text string) {
	for _, n := range r.Notes {
		if n.Code == code && n.Line == line {
			return
		}
	}
	r.Notes = append(r.Notes, Note{code, line, sub, text})
}

func (r *Report) module(name string, line int, place string) {
	for _, m := range r.Modules {
		if m.Name == name {
			return
		}
	}
	r.Modules = append(r.Modules, Module{Name: name, Line: line, Place: place})
}

// Translated returns how many statements have a translation.
func (r *Report) Translated() int { return r.Statements - min(len(r.TODO), r.Statements) }

// JSON returns the report for tools.
func (r *Report) JSON() []byte {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		panic(err) // strings and numbers only
	}
	return append(text, '\n')
}
