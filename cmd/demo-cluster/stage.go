package main

import (
	"fmt"
	"io"
	"os"
)

// stage shows what happens to people.
type stage struct {
	w      io.Writer
	colour bool
}

// newStage makes one, in colour on a terminal.
func newStage(w io.Writer) *stage {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return &stage{w, false}
	}
	info, err := f.Stat()
	return &stage{w, err == nil && info.Mode()&os.ModeCharDevice != 0}
}

const (
	bold  = "1"
	dim   = "2"
	green = "32"
	blue  = "34"
)

func (s *stage) paint(code, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s *stage) title(format string, args ...any) {
	fmt.Fprintf(s.w, "\n%s\n", s.paint(bold, fmt.Sprintf(format, args...)))
}

func (s *stage) note(format string, args ...any) {
	fmt.Fprintf(s.w, "  %s\n", s.paint(dim, fmt.Sprintf(format, args...)))
}

func (s *stage) room(room, node, inside string) {
	fmt.Fprintf(s.w, "  %-6s is on %-6s %s inside\n", room, node, inside)
}

func (s *stage) moved(room, from, to string) {
	fmt.Fprintf(s.w, "  %-6s %s -> %s\n", room, from, s.paint(green, to))
}

func (s *stage) said(who, node, room, text string) {
	fmt.Fprintf(s.w, "  %s@%-6s %s %s: %s\n", who, node, s.paint(green, ">"), room, text)
}

func (s *stage) heard(who, node, room, from, text string) {
	fmt.Fprintf(s.w, "  %s@%-6s %s %s: %s says %q\n", who, node, s.paint(blue, "<"), room, from, text)
}
