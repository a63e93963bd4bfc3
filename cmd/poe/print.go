package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// printer shows a comparison in two columns.
type printer struct {
	w       io.Writer
	column  int
	context int
	color   bool
	err     error
}

const (
	red   = "31"
	green = "32"
	faint = "2"
)

func (p *printer) print(names []string, left, right []*Event, rows []row) {
	p.line("%s", p.beside(names[0], names[1], ' ', "1"))
	shown, gap := p.shown(rows), 0
	for i := range rows {
		if !shown[i] {
			gap++
			continue
		}
		p.gap(gap)
		gap = 0
		p.row(&rows[i])
	}
	p.gap(gap)
	p.summary(left, right, rows)
}

// shown tells which rows are near a difference.
func (p *printer) shown(rows []row) []bool {
	shown := make([]bool, len(rows))
	for i := range rows {
		if rows[i].verdict == alike {
			continue
		}
		for j := max(0, i-p.context); j <= min(len(rows)-1, i+p.context); j++ {
			shown[j] = true
		}
	}
	return shown
}

func (p *printer) gap(events int) {
	if events > 0 {
		p.line("%s", p.paint(faint, fmt.Sprintf("… %d alike …", events)))
	}
}

func (p *printer) row(r *row) {
	switch r.verdict {
	case onlyLeft:
		p.line("%s", p.beside(r.left.String(), "", '<', red))
	case onlyRight:
		p.line("%s", p.beside("", r.right.String(), '>', green))
	case changed:
		p.line("%s", p.beside(r.left.String(), r.right.String(), '|', ""))
	case otherArgs:
		p.line("%s", p.beside(r.left.String(), r.right.String(), '≠', ""))
		for _, i := range r.args {
			p.line("    argument %d: %s ≠ %s", i, p.paint(red, argumentAt(r.left, i)), p.paint(green, argumentAt(r.right, i)))
		}
	default:
		p.line("%s", p.beside(r.left.String(), r.right.String(), ' ', faint))
	}
}

func argumentAt(e *Event, i int) string {
	if i >= len(e.Args) {
		return "none"
	}
	return argument(e.Args[i])
}

// beside is one line of two columns. Without a color the left one is red and
// the right one green.
func (p *printer) beside(left, right string, mark rune, color string) string {
	leftColor, rightColor := color, color
	if color == "" {
		leftColor, rightColor = red, green
	}
	left, right = cut(left, p.column), cut(right, p.column)
	pad := strings.Repeat(" ", p.column-uniseg.StringWidth(left))
	return strings.TrimRight(p.paint(leftColor, left)+pad+" "+string(mark)+" "+p.paint(rightColor, right), " ")
}

// cut shortens a text to a width in columns.
func cut(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	var b strings.Builder
	room := width - 1
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if room -= g.Width(); room < 0 {
			break
		}
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}

func (p *printer) summary(left, right []*Event, rows []row) {
	for i := range rows {
		if r := &rows[i]; r.verdict != alike {
			p.line("\nThe programs %s", p.parting(i, r))
			return
		}
	}
	p.line("\nThe programs agree: %d events.", len(left))
}

// parting says where programs part, at a row which has so many before it.
func (p *printer) parting(before int, r *row) string {
	return fmt.Sprintf("part after %d events: %s", before, p.place(r))
}

// both is the two sides of a row, a line each.
func (r *row) both(left, right string) string {
	text := func(e *Event) string {
		if e == nil {
			return "(nothing)"
		}
		return e.String()
	}
	return left + ": " + text(r.left) + "\n" + right + ": " + text(r.right)
}

func (p *printer) place(r *row) string {
	switch r.verdict {
	case onlyLeft:
		return fmt.Sprintf("only the first has %s (line %d).", r.left.Name, r.left.Line)
	case onlyRight:
		return fmt.Sprintf("only the second has %s (line %d).", r.right.Name, r.right.Line)
	case changed:
		return fmt.Sprintf("%s (line %d) against %s (line %d).", r.left.Name, r.left.Line, r.right.Name, r.right.Line)
	}
	return fmt.Sprintf("the arguments of %s (lines %d and %d).", r.left.Name, r.left.Line, r.right.Line)
}

func (p *printer) paint(color, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// difference is a row of the comparison as JSON has it.
type difference struct {
	After int    `json:"after"` // rows before it
	Left  *Event `json:"left"`  // null: only the second program has it
	Right *Event `json:"right"`
	Args  []int  `json:"args,omitempty"` // the arguments that differ, from 0
}

func printJSON(w io.Writer, names []string, left, right []*Event, rows []row) error {
	type side struct {
		Name   string `json:"name"`
		Events int    `json:"events"`
	}
	differences := []difference{}
	for i := range rows {
		if r := &rows[i]; r.verdict != alike {
			differences = append(differences, difference{i, r.left, r.right, r.args})
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(struct {
		Equal       bool         `json:"equal"`
		Left        side         `json:"left"`
		Right       side         `json:"right"`
		Differences []difference `json:"differences"`
	}{len(differences) == 0, side{names[0], len(left)}, side{names[1], len(right)}, differences})
}
