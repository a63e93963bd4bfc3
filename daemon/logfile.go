package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gopoe/poe/kernel"
)

// LogFile is a log that can be reopened after it has been renamed away. It is
// an io.Writer for slog's and log's handlers, safe on any goroutine; every
// Write goes to one file whole.
type LogFile struct {
	path string
	perm fs.FileMode

	mu   sync.Mutex
	file *os.File
	also []*os.File // those that follow the log: standard output and error
}

// OpenLog opens a log file for appending, with perm if it has to be made. The
// path is made absolute, so that a later change of directory does no harm.
func OpenLog(path string, perm fs.FileMode) (*LogFile, error) {
	if path == "" {
		return nil, &kernel.ConfigError{Package: "daemon", Field: "OpenLog path", Err: errors.New("is required")}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("daemon: log file: %w", err)
	}
	l := &LogFile{path: path, perm: perm}
	if l.file, err = l.open(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *LogFile) open() (*os.File, error) {
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, l.perm)
	if err != nil {
		return nil, fmt.Errorf("daemon: log file: %w", err)
	}
	return f, nil
}

// Path returns the absolute path of the log.
func (l *LogFile) Path() string { return l.path }

// Write appends p to the log. After Close the error is fs.ErrClosed.
func (l *LogFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return 0, fmt.Errorf("daemon: log file %s: %w", l.path, fs.ErrClosed)
	}
	return l.file.Write(p)
}

// Reopen opens the path anew and continues there: after a rotation, on the signal
// HUP. If that fails the error is returned and the log continues in the old file.
func (l *LogFile) Reopen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fmt.Errorf("daemon: log file %s: %w", l.path, fs.ErrClosed)
	}
	f, err := l.open()
	if err != nil {
		return err
	}
	for _, to := range l.also {
		if err := redirect(f, to); err != nil {
			f.Close()
			return err
		}
	}
	old := l.file
	l.file = f
	return old.Close()
}

// Capture makes other files, such as os.Stdout and os.Stderr, go to the log,
// now and after every Reopen: what Go prints of a crash goes to standard
// error. It works on Unix; elsewhere the error is errors.ErrUnsupported.
func (l *LogFile) Capture(files ...*os.File) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fmt.Errorf("daemon: log file %s: %w", l.path, fs.ErrClosed)
	}
	for _, to := range files {
		if err := redirect(l.file, to); err != nil {
			return err
		}
		l.also = append(l.also, to)
	}
	return nil
}

// Close closes the log; captured files stay where they are. Closing again is
// fine.
func (l *LogFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return f.Close()
}
