package port

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// MarkdownHeader begins PORTING.md.
const MarkdownHeader = "# Port of "

// Markdown returns the report as PORTING.md.
func (r *Report) Markdown() string {
	m := &markdown{}
	m.line("%s%s", MarkdownHeader, r.File)
	m.line("")
	percent := 100.0
	if r.Statements > 0 {
		percent = 100 * float64(r.Translated()) / float64(r.Statements)
	}
	m.line("%d of %d statements are translated (%.1f %%), in %d subs and the main part.", r.Translated(), r.Statements, percent, r.Subs)
	for _, h := range r.Hints {
		m.line("\n%s", h)
	}
	m.check(r.Check)
	m.todo(r.TODO)
	m.notes(r.Notes)
	m.modules(r.Modules)
	m.kept(r)
	m.parts(r)
	m.seen(r.Parts)
	return m.b.String()
}

type markdown struct{ b strings.Builder }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

func (m *markdown) check(c *Check) {
	if c == nil {
		return
	}
	m.line("\n## Compared with the Perl program\n\n%s.", c)
	if len(c.Differences) > 0 {
		m.line("")
	}
	for _, d := range c.Differences {
		m.line("- %s", strings.ReplaceAll(d, "\n", "\n  "))
	}
}

func (m *markdown) todo(list []Todo) {
	if len(list) == 0 {
		return
	}
	m.line("\n## Not translated\n\nEach of these panics when it is reached. `poe port explain CODE` says what to do.\n")
	m.line("| line | sub | code | why | Perl |\n|---|---|---|---|---|")
	for _, t := range list {
		m.line("| %d | %s | %s | %s | `%s` |", t.Line, t.Sub, t.Code, cell(t.Why), cell(t.Source))
	}
}

func (m *markdown) notes(list []Note) {
	if len(list) == 0 {
		return
	}
	m.line("\n## To look at\n\nHere Go may differ from Perl, or the port needs a decision.\n")
	m.line("| line | sub | code | what |\n|---|---|---|---|")
	for _, n := range list {
		m.line("| %d | %s | %s | %s |", n.Line, n.Sub, n.Code, cell(n.Text))
	}
}

func (m *markdown) modules(list []Module) {
	if len(list) == 0 {
		return
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Module) int { return strings.Compare(a.Name, b.Name) })
	m.line("\n## Modules of CPAN\n\n| module | line | calls | in its place |\n|---|---|---|---|")
	for _, mod := range list {
		calls, place := "left to do", mod.Place
		if mod.Translated {
			calls = "translated"
		}
		if place == "" {
			place = "nothing is known"
		}
		m.line("| %s | %d | %s | %s |", mod.Name, mod.Line, calls, cell(place))
	}
}

func (m *markdown) kept(r *Report) {
	if len(r.Kept) == 0 {
		return
	}
	m.line("\n## Edited by hand\n\nThese were left as they are.\n")
	for _, k := range r.Kept {
		switch {
		case k.Gone:
			m.line("- %s: the Perl program no longer has it", k.Name)
		case k.Changed:
			m.line("- %s: its Perl has changed since; the translation is now\n\n```go\n%s```\n", k.Name, k.Fresh)
		default:
			m.line("- %s", k.Name)
		}
	}
}

func (m *markdown) parts(r *Report) {
	if len(r.Parts) == 0 {
		return
	}
	m.line("\n## Subs and handlers\n")
	head, rule := "| line | what | kind | statements | not translated |", "|---|---|---|---|---|"
	if r.Traced {
		head, rule = head+" exercised by the trace | typed by evidence |", rule+"---|---|"
	}
	m.line("%s\n%s", head, rule)
	for _, p := range r.Parts {
		row := fmt.Sprintf("| %d | %s | %s | %d | %s |", p.Line, cell(p.Name), p.Kind, p.Statements, orEmpty(p.TODO))
		if r.Traced {
			row += fmt.Sprintf(" %s | %s |", p.exercised(), cell(strings.Join(p.Typed, ", ")))
		}
		m.line("%s", row)
	}
}

func (p *Part) exercised() string {
	switch {
	case p.Exercised == nil:
		return ""
	case *p.Exercised == 0:
		return "**not exercised**"
	}
	return fmt.Sprintf("%d calls", *p.Exercised)
}

func orEmpty(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// seen lists the types that recordings show.
func (m *markdown) seen(list []Part) {
	first := true
	for _, p := range list {
		if len(p.Seen) == 0 {
			continue
		}
		if first {
			m.line("\n## Types that the trace shows\n")
			first = false
		}
		var all []string
		for _, name := range slices.Sorted(maps.Keys(p.Seen)) {
			all = append(all, name+" "+p.Seen[name])
		}
		m.line("- %s: %s", p.Name, strings.Join(all, ", "))
	}
}

func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "`", "'").Replace(s)
}
