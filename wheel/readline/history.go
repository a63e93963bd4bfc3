package readline

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gopoe/poe/wheel/readline/lineedit"
)

// AddHistory adds lines to the history. POE: add_history, addhistory.
func (w *Wheel) AddHistory(lines ...string) { w.editor.History().Add(lines...) }

// History returns a copy of the history, the oldest line first.
// POE: get_history.
func (w *Wheel) History() []string { return w.editor.History().Lines() }

// historyFile is the file that a name means.
func historyFile(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("readline: history file: %w", err)
	}
	return filepath.Join(home, ".history"), nil
}

// WriteHistory writes the history to a file, one entry a line; "" means
// .history in the user's home directory. A file that it creates has mode 0600,
// because lines may contain secrets. POE: write_history.
func (w *Wheel) WriteHistory(name string) error {
	var all bytes.Buffer
	if _, err := w.editor.History().WriteTo(&all); err != nil {
		return fmt.Errorf("readline: WriteHistory: %w", err)
	}
	return replaceFile("WriteHistory", name, all.Bytes())
}

func replaceFile(method, name string, content []byte) error {
	name, err := historyFile(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, content, 0o600); err != nil {
		return fmt.Errorf("readline: %s: %w", method, err)
	}
	return nil
}

// ReadHistory adds the lines of a file to the history, from line first to line
// last, counted from 0; if last is less than first, to the end of the file, so
// that (name, 0, -1) adds all lines. "" means .history in the user's home
// directory. POE: read_history.
func (w *Wheel) ReadHistory(name string, first, last int) error {
	lines, err := historyLines("ReadHistory", name)
	if err != nil {
		return err
	}
	first = min(max(first, 0), len(lines))
	if last < first || last >= len(lines) {
		last = len(lines) - 1
	}
	w.AddHistory(lines[first : last+1]...)
	return nil
}

func historyLines(method, name string) ([]string, error) {
	name, err := historyFile(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("readline: %s: %w", method, err)
	}
	defer f.Close()
	var h lineedit.History
	if _, err := h.ReadFrom(f); err != nil {
		return nil, fmt.Errorf("readline: %s: %s: %w", method, name, err)
	}
	return h.Lines(), nil
}

// TruncateHistoryFile removes all but the last n lines from a file, and keeps
// at most lineedit.DefaultMaxHistory. "" means .history in the user's home
// directory. POE: history_truncate_file.
func (w *Wheel) TruncateHistoryFile(name string, n int) error {
	lines, err := historyLines("TruncateHistoryFile", name)
	if err != nil {
		return err
	}
	n = min(max(n, 0), len(lines))
	var h lineedit.History
	h.Add(lines[len(lines)-n:]...)
	var left bytes.Buffer
	if _, err := h.WriteTo(&left); err != nil {
		return fmt.Errorf("readline: TruncateHistoryFile: %w", err)
	}
	return replaceFile("TruncateHistoryFile", name, left.Bytes())
}
