package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// printer shows what happens: to people, or to machines.
type printer interface {
	title(d *demonstration)
	say(format string, args ...any)
	note(server, text string)
	said(server, who, line string)
	heard(server, who, line string)
	event(server, what, about string)
}

func newPrinter(w io.Writer, asJSON bool) printer {
	if asJSON {
		return machine{json.NewEncoder(w)}
	}
	return people{w, isTerminal(w)}
}

// isTerminal tells whether colour would be seen.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// people is the form for people.
type people struct {
	w      io.Writer
	colour bool
}

const (
	bold  = "1"
	dim   = "2"
	green = "32"
	blue  = "34"
)

func (p people) paint(code, text string) string {
	if !p.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p people) title(d *demonstration) {
	fmt.Fprintf(p.w, "\n%s  %s\n", p.paint(bold, d.name), p.paint(dim, d.about))
}

func (p people) say(format string, args ...any) {
	fmt.Fprintf(p.w, "\n%s\n", p.paint(bold, fmt.Sprintf(format, args...)))
}

func (p people) note(_, text string) { fmt.Fprintf(p.w, "  %s\n", text) }

func (p people) said(_, who, line string) {
	fmt.Fprintf(p.w, "  %10s %s %s\n", who, p.paint(green, ">"), line)
}

func (p people) heard(_, who, line string) {
	fmt.Fprintf(p.w, "  %10s %s %s\n", who, p.paint(blue, "<"), line)
}

func (p people) event(server, what, about string) {
	fmt.Fprintf(p.w, "  %10s %s\n", "", p.paint(dim, fmt.Sprintf("· %s %s %s", server, what, about)))
}

// machine is the form for machines: one object a line.
type machine struct{ to *json.Encoder }

type record struct {
	Kind   string `json:"kind"`
	Server string `json:"server,omitempty"`
	Who    string `json:"who,omitempty"`
	Text   string `json:"text"`
}

func (m machine) put(r record) {
	// Standard output that is closed is nobody's to be told of.
	_ = m.to.Encode(r)
}

func (m machine) title(d *demonstration) { m.put(record{"title", d.name, "", d.about}) }
func (m machine) say(format string, args ...any) {
	m.put(record{"say", "", "", fmt.Sprintf(format, args...)})
}
func (m machine) note(server, text string)       { m.put(record{"note", server, "", text}) }
func (m machine) said(server, who, line string)  { m.put(record{"said", server, who, line}) }
func (m machine) heard(server, who, line string) { m.put(record{"heard", server, who, line}) }
func (m machine) event(server, what, about string) {
	m.put(record{"event", server, "", what + " " + about})
}
