package logger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/logger"
	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// plain drops the time.
var plain = slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

func newLogger(t *testing.T, w io.Writer) *logger.Logger {
	t.Helper()
	l, err := logger.New(logger.Config{Writer: w, Options: plain})
	require.NoError(t, err)
	return l
}

// Lines come in order, from before the kernel to after its end.
func TestOrder(t *testing.T) {
	var out bytes.Buffer
	l := newLogger(t, &out)
	log := slog.New(l).With("program", "test")
	log.Info("before")
	k := kernel.New(kernel.Options{Logger: slog.New(l)})
	require.NoError(t, l.Attach(k))
	assert.ErrorIs(t, l.Attach(k), logger.ErrAttached)
	flushed := ""
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range 3 {
				log.Info("line", "n", i)
			}
			require.NoError(t, e.Kernel.Post(kernel.Alias("logger"), "flush", "flushed"))
			e.Kernel.Yield("next")
		},
		"next":    func(kernel.Event) { log.Info("next") },
		"flushed": func(kernel.Event) { flushed = out.String(); log.Info("last") },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	log.Info("after")
	assert.Contains(t, flushed, "n=2\n")
	var want strings.Builder
	for _, line := range []string{"before", "line program=test n=0", "line program=test n=1", "line program=test n=2", "next", "last", "after"} {
		name, rest, _ := strings.Cut(line, " ")
		if rest == "" {
			rest = "program=test"
		}
		fmt.Fprintf(&want, "level=INFO msg=%s %s\n", name, rest)
	}
	assert.Equal(t, want.String(), out.String())
}

// slow is a writer that waits until it is released.
type slow struct {
	mu      sync.Mutex
	out     bytes.Buffer
	entered chan struct{}
	release chan struct{}
}

func (s *slow) Write(p []byte) (int, error) {
	select {
	case s.entered <- struct{}{}:
	default:
	}
	<-s.release
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

// A writer that blocks holds up neither the kernel nor those who log; what does not
// fit is counted.
func TestSlowWriter(t *testing.T) {
	w := &slow{entered: make(chan struct{}, 1), release: make(chan struct{})}
	l, err := logger.New(logger.Config{Writer: w, MaxPending: 1000, Options: plain})
	require.NoError(t, err)
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, l.Attach(k))
	log := slog.New(l)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			log.Info("first")
			e.Kernel.Yield("wait")
		},
		"wait": func(e kernel.Event) {
			_, err := e.Kernel.Offload("blocked", func(context.Context) (any, error) { <-w.entered; return nil, nil })
			require.NoError(t, err)
		},
		"blocked": func(e kernel.Event) {
			for i := range 100 {
				log.Info("line", "n", i)
			}
			e.Kernel.Yield("more")
		},
		"more": func(kernel.Event) { close(w.release) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	lines := strings.Split(strings.TrimSpace(w.out.String()), "\n")
	assert.Equal(t, "level=INFO msg=first", lines[0])
	last := lines[len(lines)-1]
	var dropped int
	_, err = fmt.Sscanf(last, `level=WARN msg="logger: lines were dropped" lines=%d`, &dropped)
	require.NoError(t, err, last)
	assert.Equal(t, 100, dropped+len(lines)-2)
	assert.Positive(t, dropped)
}

func TestManyGoroutines(t *testing.T) {
	var out bytes.Buffer
	l := newLogger(t, &out)
	k := kernel.New()
	require.NoError(t, l.Attach(k))
	log := slog.New(l)
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range 8 {
				_, err := e.Kernel.Offload("done", func(context.Context) (any, error) {
					for j := range 100 {
						log.Info("line", "from", i, "n", j)
					}
					return nil, nil
				})
				require.NoError(t, err)
			}
		},
		"done": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	next := map[int]int{}
	for line := range strings.Lines(out.String()) {
		var from, n int
		_, err := fmt.Sscanf(line, "level=INFO msg=line from=%d n=%d", &from, &n)
		require.NoError(t, err, line)
		assert.Equal(t, next[from], n)
		next[from]++
	}
	assert.Len(t, next, 8)
	assert.Equal(t, 100, next[7])
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	file, err := daemon.OpenLog(path, 0o600)
	require.NoError(t, err)
	l := newLogger(t, file)
	k := kernel.New()
	require.NoError(t, l.Attach(k))
	log := slog.New(l)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			log.Info("old")
			require.NoError(t, e.Kernel.Post(kernel.Alias("logger"), "flush", "rename"))
		},
		"rename": func(e kernel.Event) {
			require.NoError(t, os.Rename(path, path+".1"))
			require.NoError(t, e.Kernel.Post(kernel.Alias("logger"), "reopen"))
			e.Kernel.Yield("wait")
		},
		"wait": func(e kernel.Event) {
			if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
				e.Kernel.Yield("wait")
				return
			}
			log.Info("new")
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	for name, want := range map[string]string{path + ".1": "level=INFO msg=old\n", path: "level=INFO msg=new\n"} {
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}

func TestShutdown(t *testing.T) {
	var out bytes.Buffer
	l := newLogger(t, &out)
	k := kernel.New()
	require.NoError(t, l.Attach(k))
	slog.New(l).Info("one")
	require.NoError(t, k.Post(kernel.Alias("logger"), "shutdown"))
	require.NoError(t, k.Run())
	slog.New(l).Info("two")
	assert.Equal(t, "level=INFO msg=one\nlevel=INFO msg=two\n", out.String())
}

func TestConfigErrors(t *testing.T) {
	for field, c := range map[string]logger.Config{"Writer": {}, "MaxPending": {Writer: io.Discard, MaxPending: -1}} {
		_, err := logger.New(c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

// The log of a kernel, written by one of its sessions.
func Example() {
	log, err := logger.New(logger.Config{Writer: os.Stdout, Options: plain})
	if err != nil {
		fmt.Println(err)
		return
	}
	k := kernel.New(kernel.Options{Logger: slog.New(log)})
	if err := log.Attach(k); err != nil {
		fmt.Println(err)
		return
	}
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		e.Kernel.Host().Logger().Info("started", "session", e.Session.Number())
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(k.Run())
	// Output:
	// level=INFO msg=started session=2
	// <nil>
}
