package port

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// Report is what became of a program.
type Report struct {
	File       string   `json:"file"`
	Lines      int      `json:"lines"`
	Statements int      `json:"statements"`
	Subs       int      `json:"subs"`
	TODO       []Todo   `json:"todo"`
	Notes      []Note   `json:"notes"`
	Modules    []Module `json:"modules"`
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

// Module is one of CPAN's modules that the program uses and poe port does not
// know.
type Module struct {
	Name  string `json:"name"`
	Line  int    `json:"line"`
	Place string `json:"place,omitempty"` // what takes its place in Go
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
	r.Modules = append(r.Modules, Module{name, line, place})
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

// Markdown returns the report as PORTING.md.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Port of %s\n\n", r.File)
	percent := 100.0
	if r.Statements > 0 {
		percent = 100 * float64(r.Translated()) / float64(r.Statements)
	}
	fmt.Fprintf(&b, "%d of %d statements are translated (%.1f %%), in %d subs and the main part.\n", r.Translated(), r.Statements, percent, r.Subs)
	if len(r.TODO) > 0 {
		b.WriteString("\n## Not translated\n\nEach of these panics when it is reached. `poe port explain CODE` says what to do.\n\n| line | sub | code | why | Perl |\n|---|---|---|---|---|\n")
		for _, t := range r.TODO {
			fmt.Fprintf(&b, "| %d | %s | %s | %s | `%s` |\n", t.Line, t.Sub, t.Code, cell(t.Why), cell(t.Source))
		}
	}
	if len(r.Notes) > 0 {
		b.WriteString("\n## To look at\n\nHere Go may differ from Perl.\n\n| line | sub | code | what |\n|---|---|---|---|\n")
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", n.Line, n.Sub, n.Code, cell(n.Text))
		}
	}
	if len(r.Modules) > 0 {
		b.WriteString("\n## Modules of CPAN\n\n| module | line | in its place |\n|---|---|---|\n")
		sort.Slice(r.Modules, func(i, j int) bool { return r.Modules[i].Name < r.Modules[j].Name })
		for _, m := range r.Modules {
			fmt.Fprintf(&b, "| %s | %d | %s |\n", m.Name, m.Line, m.Place)
		}
	}
	return b.String()
}

func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "`", "'").Replace(s)
}
