package followtail_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
)

// logWriter writes numbered lines as fast as it can, and rotates its file as
// logrotate does.
type logWriter struct {
	name string
	file *os.File
	next int // number of the next line
	kept int // how many rotated files there are
}

func (l *logWriter) open() (err error) {
	l.file, err = os.OpenFile(l.name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	return err
}

// write writes lines in several pieces, which do not end where lines do.
func (l *logWriter) write(lines int) error {
	var b bytes.Buffer
	for range lines {
		fmt.Fprintf(&b, "line %d of the log\n", l.next)
		l.next++
	}
	for p := b.Bytes(); len(p) > 0; {
		n := min(len(p), 777)
		if _, err := l.file.Write(p[:n]); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// shift renames log.1 to log.2 and so on.
func (l *logWriter) shift() error {
	for i := l.kept; i > 0; i-- {
		if err := os.Rename(fmt.Sprint(l.name, ".", i), fmt.Sprint(l.name, ".", i+1)); err != nil {
			return err
		}
	}
	l.kept++
	return nil
}

// create is logrotate's default: the file is renamed, and what is written before
// the writer opens the new one goes to the old one.
func (l *logWriter) create() error {
	if err := l.shift(); err != nil {
		return err
	}
	if err := os.Rename(l.name, l.name+".1"); err != nil {
		return err
	}
	return l.reopen()
}

// reopen is what a daemon does when logrotate has renamed its file.
func (l *logWriter) reopen() error {
	old := l.file
	if err := l.open(); err != nil { // logrotate creates it
		return err
	}
	fresh := l.file
	l.file = old
	if err := l.write(5); err != nil {
		return err
	}
	if err := old.Close(); err != nil {
		return err
	}
	l.file = fresh
	return nil
}

// dated is create with names that are not renamed any more.
func (l *logWriter) dated() error {
	l.kept++
	if err := os.Rename(l.name, fmt.Sprintf("%s-%08d", l.name, 20260000+l.kept)); err != nil {
		return err
	}
	return l.reopen()
}

// copyTruncate copies the file and truncates it.
func (l *logWriter) copyTruncate() error {
	if err := l.shift(); err != nil {
		return err
	}
	content, err := os.ReadFile(l.name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(l.name+".1", content, 0o666); err != nil {
		return err
	}
	return os.Truncate(l.name, 0)
}

// rotate writes so many lines between rotations, and a last line "end".
func (l *logWriter) rotate(rotations, lines int, style func(*logWriter) error) error {
	if err := l.open(); err != nil {
		return err
	}
	for r := range rotations {
		if err := l.write(lines + r%7); err != nil {
			return err
		}
		if err := style(l); err != nil {
			return fmt.Errorf("rotation %d: %w", r, err)
		}
	}
	if err := l.write(1); err != nil {
		return err
	}
	if _, err := l.file.WriteString("end\n"); err != nil {
		return err
	}
	return l.file.Close()
}

// No line is lost or repeated in up to a thousand rotations at full
// speed of the writer, two hundred without notifications of the system, and
// nothing says that any might be. A search may be too slow on a busy machine, but
// then an event says so before a line is missing.
func TestRotationsAtFullSpeed(t *testing.T) {
	for _, style := range []struct {
		name      string
		rotations int
		lines     int // between two rotations
		rotate    func(*logWriter) error
	}{
		{"create", 60, 1000, (*logWriter).create},
		{"dateext", 1000, 100, (*logWriter).dated},
		{"copytruncate", 60, 1000, (*logWriter).copyTruncate},
	} {
		for _, pollOnly := range []bool{false, true} {
			t.Run(fmt.Sprint(style.name, " poll only ", pollOnly), func(t *testing.T) {
				l := &logWriter{name: filepath.Join(t.TempDir(), "app.log")}
				rotations := style.rotations
				if os.Getenv("POE_ROTATIONS") != "" {
					rotations = 1000
				} else if pollOnly {
					// Each poll searches all files in the directory. With a thousand of
					// them a search takes longer than several rotations at this speed.
					rotations = min(rotations, 200)
				}
				written := make(chan error, 1)
				seen, next, lost := 0, 0, false
				wheeltest.InSession(t, func(k *kernel.Kernel) {
					_, err := followtail.New(k, followtail.Config{Filename: l.name, Seek: new(int64(0)), PollInterval: 20 * time.Millisecond, PollOnly: pollOnly, Events: followtail.Funcs{
						Text: func(w *followtail.Wheel, line string) {
							if line == "end" {
								w.Close()
								return
							}
							var n int
							_, err := fmt.Sscanf(line, "line %d of the log", &n)
							assert.NoError(t, err)
							if n != next && !lost {
								t.Errorf("got line %d, want %d", n, next) // swapped if the others come later
							}
							next = n + 1
							seen++
						},
						Lost: func(_ *followtail.Wheel, loss followtail.Loss) {
							t.Log(loss)
							if lost = true; !pollOnly {
								t.Error(loss)
							}
						},
						Error: func(w *followtail.Wheel, err *kernel.OpError) { t.Error(err); w.Abort() },
					}})
					require.NoError(t, err)
					go func() { written <- l.rotate(rotations, style.lines, style.rotate) }()
				}, nil)
				require.NoError(t, <-written)
				if !t.Failed() && !lost {
					assert.Equal(t, l.next, seen)
				}
			})
		}
	}
}
