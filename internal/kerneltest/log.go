package kerneltest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// Log collects lines, from handlers and from other goroutines. It is a
// slog.Handler as well.
type Log struct {
	mu    sync.Mutex
	lines []string
}

// Add adds a line made of args as by fmt.Sprintln.
func (l *Log) Add(args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
}

// All returns the lines.
func (l *Log) All() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// Contains reports whether a line contains the text.
func (l *Log) Contains(text string) bool {
	for _, line := range l.All() {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// Handle adds a record: its message and then its attributes.
func (l *Log) Handle(_ context.Context, r slog.Record) error {
	line := []any{r.Message}
	r.Attrs(func(a slog.Attr) bool {
		line = append(line, a.Key+"="+fmt.Sprint(a.Value.Any()))
		return true
	})
	l.Add(line...)
	return nil
}

// Enabled reports true for all levels.
func (l *Log) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs returns l.
func (l *Log) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup returns l.
func (l *Log) WithGroup(string) slog.Handler { return l }
