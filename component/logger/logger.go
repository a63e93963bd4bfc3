// Package logger writes a program's log without blocking its kernel: a handler
// for log/slog whose lines a session writes on another goroutine.
//
//	file, err := daemon.OpenLog("daemon.log", 0o640)
//	log, err := logger.New(logger.Config{Writer: file})
//	k := poe.New(poe.Options{Logger: slog.New(log)})
//	err = log.Attach(k)
//
// A [Logger] may be used on any goroutine, before it is attached, by the kernel
// itself, and after the kernel has ended: earlier lines wait until it is
// attached, and later ones are written at once. Lines are written in the order
// in which they were logged. If the writer is too slow, lines beyond
// Config.MaxPending are dropped, and a line reports how many. While the logger
// is attached, lines that cannot be written go to standard error.
//
// The session does not keep a program running. It has an alias and these events:
//
//   - "reopen": opens the file again, after it was renamed, if the writer has a
//     method Reopen, as a daemon.LogFile does;
//   - "flush": an event of the sender's, which comes when all that was logged
//     before has been written;
//   - "shutdown": writes the lines that wait, and ends the session.
package logger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config.
const (
	DefaultAlias      = "logger"
	DefaultMaxPending = 1 << 20
)

// Config configures a logger. Only Writer is required.
type Config struct {
	// Alias is the session's alias; if empty, it is DefaultAlias.
	Alias string
	// Writer is where whole lines are written, several at a time: a file, a
	// connection to journald or to a syslog server. It is used by one goroutine
	// at a time, and may block. The logger does not close it.
	Writer io.Writer
	// Options are those of the slog handler that formats lines, such as the
	// level.
	Options slog.HandlerOptions
	// JSON selects slog's JSON format instead of its text format.
	JSON bool
	// MaxPending bounds the bytes that wait to be written; lines beyond are
	// dropped. 0 is DefaultMaxPending.
	MaxPending int
}

// ErrAttached indicates that a logger has been attached before.
var ErrAttached = errors.New("logger: the logger is attached already")

// Logger is a slog.Handler whose lines are written by a session.
type Logger struct {
	slog.Handler // formats into buffer
	out          *output
}

// output is where lines wait.
type output struct {
	config Config
	sink   io.Writer

	mu      sync.Mutex
	buffer  bytes.Buffer
	dropped int
	woken   bool           // the session is about to look
	outside kernel.Outside // of the session's kernel
	id      kernel.ID
	state   state

	writing sync.Mutex // one writes at a time
}

type state int

const (
	unattached state = iota
	attached
	ended
)

// New returns a logger, which is not attached. The error is a
// *kernel.ConfigError.
func New(c Config) (*Logger, error) {
	switch {
	case c.Writer == nil:
		return nil, &kernel.ConfigError{Package: "logger", Field: "Writer", Err: configerror.ErrMissing}
	case c.MaxPending < 0:
		return nil, &kernel.ConfigError{Package: "logger", Field: "MaxPending", Err: configerror.ErrNegative}
	}
	if c.Alias == "" {
		c.Alias = DefaultAlias
	}
	if c.MaxPending == 0 {
		c.MaxPending = DefaultMaxPending
	}
	o := &output{config: c, sink: c.Writer}
	l := &Logger{out: o}
	if c.JSON {
		l.Handler = slog.NewJSONHandler(o, &c.Options)
	} else {
		l.Handler = slog.NewTextHandler(o, &c.Options)
	}
	return l, nil
}

// Attach starts the session that writes, as a child of the active session. It
// belongs to the kernel's goroutine. The error of a second call is ErrAttached;
// other errors are that of the alias.
func (l *Logger) Attach(k *kernel.Kernel) error {
	o := l.out
	o.mu.Lock()
	if o.state != unattached {
		o.mu.Unlock()
		return ErrAttached
	}
	o.state, o.outside, o.woken = attached, k.Outside(), true // no event is posted before the session exists
	o.mu.Unlock()
	var failed error
	_, err := session.Create(k, &writer{out: o}, writerStates, &failed)
	return errors.Join(err, failed)
}

// Write is called by slog with one line.
func (o *output) Write(line []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state == ended {
		o.writing.Lock()
		defer o.writing.Unlock()
		return o.sink.Write(line)
	}
	if o.buffer.Len()+len(line) > o.config.MaxPending {
		o.dropped++
		return len(line), nil
	}
	o.buffer.Write(line)
	if o.state == attached && !o.woken {
		o.woken = true
		o.outside.Post(o.id, "write")
	}
	return len(line), nil
}

// take returns the lines that wait.
func (o *output) take() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.woken = false
	if o.dropped > 0 {
		fmt.Fprintf(&o.buffer, "level=WARN msg=\"logger: lines were dropped\" lines=%d\n", o.dropped)
		o.dropped = 0
	}
	lines := bytes.Clone(o.buffer.Bytes())
	o.buffer.Reset()
	return lines
}

// put writes lines to the sink. What cannot be written goes to standard error, with
// the reason.
func (o *output) put(lines []byte) {
	if len(lines) == 0 {
		return
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	if _, err := o.sink.Write(lines); err != nil {
		fmt.Fprintf(os.Stderr, "logger: %v; what was to be written:\n%s", err, lines)
	}
}
