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

// LogFile is a log file that can be reopened after it has been renamed. It is
// an io.Writer for the handlers of packages log/slog and log. Its methods may
// be called on any goroutine; each Write goes to a single file.
type LogFile struct {
	path string
	perm fs.FileMode

	mu   sync.Mutex
	file *os.File
	also []*os.File // those that follow the log: standard output and error
}

// OpenLog opens a log file for appending and creates it with perm if it does
// not exist. It makes the path absolute, so that Reopen works after a change of
// the working directory. An empty path is a *kernel.ConfigError.
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

// Reopen opens the path again and continues in that file; it is for log
// rotation and the signal HUP. If it fails, the log continues in the old file.
// After Close the error is fs.ErrClosed.
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

// Capture redirects other files, such as os.Stdout and os.Stderr, to the log,
// now and after every Reopen: a Go program that crashes writes the reason to
// standard error. On systems other than Unix the error is
// errors.ErrUnsupported.
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

// Close closes the log. Captured files still write to the file that was open
// last. Later calls do nothing.
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
