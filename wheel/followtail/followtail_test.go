package followtail_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
)

func inSession(t testing.TB, start func(k *kernel.Kernel), more session.Funcs) {
	t.Helper()
	k := kernel.New()
	handlers := session.Funcs{"_start": func(e kernel.Event) { start(e.Kernel) }}
	for name, h := range more {
		handlers[name] = h
	}
	_, err := session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

func write(t testing.TB, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestConfigErrors(t *testing.T) {
	input := followtail.Names{Input: "i"}
	dir := t.TempDir()
	read, _, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	for _, c := range []struct {
		field  string
		config followtail.Config
	}{
		{"Filename", followtail.Config{Events: input}},
		{"Filename", followtail.Config{Filename: "x", Handle: read, Events: input}},
		{"Filename", followtail.Config{Filename: dir, Events: input}},
		{"Events", followtail.Config{Filename: "x"}},
		{"Events", followtail.Config{Filename: "x", Events: followtail.Funcs{}}},
		{"Seek", followtail.Config{Filename: "x", Events: input, Seek: new(int64(1)), SeekBack: new(int64(1))}},
		{"Handle", followtail.Config{Handle: read, Events: input, SeekBack: new(int64(1))}},
		{"PollInterval", followtail.Config{Filename: "x", Events: input, PollInterval: -1}},
		{"BlockSize", followtail.Config{Filename: "x", Events: input, BlockSize: -1}},
	} {
		inSession(t, func(k *kernel.Kernel) {
			_, err := followtail.New(k, c.config)
			var wrong *kernel.ConfigError
			require.ErrorAs(t, err, &wrong, c.field)
			assert.Equal(t, "followtail", wrong.Package)
			assert.Equal(t, c.field, wrong.Field)
		}, nil)
	}
	_, err = followtail.New(kernel.New(), followtail.Config{Filename: "x", Events: input})
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
	_, err = read.Stat()
	assert.NoError(t, err, "a wheel that was not made does not own its handle")
}

func TestSeek(t *testing.T) {
	for _, c := range []struct {
		name           string
		seek, seekBack *int64
		want           []string
	}{
		{"nothing", nil, nil, []string{"end"}},
		{"seek 0", new(int64(0)), nil, []string{"one", "two", "three", "end"}},
		{"seek 4", new(int64(4)), nil, []string{"two", "three", "end"}},
		{"seek -6", new(int64(-6)), nil, []string{"three", "end"}},
		{"seek -999", new(int64(-999)), nil, []string{"one", "two", "three", "end"}},
		{"seek 999", new(int64(999)), nil, []string{"end"}},
		{"seek back 0", nil, new(int64(0)), []string{"end"}},
		{"seek back 6", nil, new(int64(6)), []string{"three", "end"}},
		{"seek back -4", nil, new(int64(-4)), []string{"two", "three", "end"}},
	} {
		for _, byName := range []bool{true, false} {
			t.Run(fmt.Sprint(c.name, byName), func(t *testing.T) {
				name := filepath.Join(t.TempDir(), "log")
				write(t, name, "one\ntwo\nthree\n")
				var got []string
				config := followtail.Config{Filename: name, Seek: c.seek, SeekBack: c.seekBack, PollInterval: time.Millisecond}
				if !byName {
					f, err := os.Open(name)
					require.NoError(t, err)
					config.Filename, config.Handle = "", f
				}
				config.Events = followtail.Funcs{Text: func(w *followtail.Wheel, line string) {
					if got = append(got, line); line == "end" {
						assert.EqualValues(t, 18, w.Tell())
						assert.Zero(t, w.Pending())
						require.NoError(t, w.Close())
						require.NoError(t, w.Close())
					}
				}}
				inSession(t, func(k *kernel.Kernel) {
					_, err := followtail.New(k, config)
					require.NoError(t, err)
					write(t, name, "end\n")
				}, nil)
				assert.Equal(t, c.want, got)
			})
		}
	}
}

// A file that is written anew and grows beyond its old size between two looks
// is read from its beginning.
func TestRewrittenAndGrown(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "first\n")
	var got []string
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), PollInterval: 5 * time.Millisecond, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				if got = append(got, line); line == "last" {
					w.Close()
				}
			},
			Idle: func(w *followtail.Wheel) {
				if len(got) == 1 {
					require.NoError(t, os.WriteFile(name, []byte("much longer than before\nlast\n"), 0o666))
				}
			},
			Reset: func(*followtail.Wheel) { got = append(got, "(reset)") },
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"first", "(reset)", "much longer than before", "last"}, got)
}

func TestLinkIsNoReset(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "")
	linked := false
	var got []string
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, PollInterval: time.Millisecond, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) { got = append(got, line) },
			Idle: func(w *followtail.Wheel) {
				switch {
				case !linked:
					linked = true
					require.NoError(t, os.Link(name, name+".link"))
					write(t, name, "line\n")
				case len(got) > 0:
					w.Close()
				}
			},
			Reset: func(*followtail.Wheel) { t.Error("reset") },
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"line"}, got)
}

func TestCloseAndAbortInHandler(t *testing.T) {
	for abort, want := range map[bool][]string{false: {"a", "b", "c"}, true: {"a"}} {
		name := filepath.Join(t.TempDir(), "log")
		write(t, name, "a\nb\nc\nd")
		var got []string
		var id kernel.WheelID
		var w *followtail.Wheel
		inSession(t, func(k *kernel.Kernel) {
			var err error
			w, err = followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), Events: followtail.Names{Input: "line", Idle: "never", Error: "never"}})
			require.NoError(t, err)
			id = w.ID()
		}, session.Funcs{
			"line": func(e kernel.Event) {
				assert.Equal(t, id, e.Arg(1))
				got = append(got, kernel.Arg[string](e, 0))
				if abort {
					w.Abort()
				} else {
					w.Close()
				}
				write(t, name, "e\n")
			},
			"never": func(e kernel.Event) { t.Error(e.Name, e.Args) },
		})
		assert.Equal(t, want, got)
	}
}

func TestFilterErrorEndsIt(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "short\nmuch too long a line\n")
	f, err := filter.NewLine(filter.LineConfig{MaxLength: 10})
	require.NoError(t, err)
	var got []string
	var failure *kernel.OpError
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Filter: f, Seek: new(int64(0)), Events: followtail.Funcs{
			Text:  func(_ *followtail.Wheel, line string) { got = append(got, line) },
			Error: func(w *followtail.Wheel, err *kernel.OpError) { failure = err; w.Close() },
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"short"}, got)
	require.NotNil(t, failure)
	assert.Equal(t, "filter", failure.Op)
	assert.NotZero(t, failure.Errno())
}

func TestStatErrorEndsIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	require.NoError(t, os.Mkdir(dir, 0o777))
	name := filepath.Join(dir, "log")
	write(t, name, "x\n")
	var failure *kernel.OpError
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, PollInterval: time.Millisecond, Events: followtail.Funcs{
			Text:  func(*followtail.Wheel, string) {},
			Idle:  func(*followtail.Wheel) { os.Rename(dir, dir+".old"); os.WriteFile(dir, nil, 0o666) },
			Error: func(w *followtail.Wheel, err *kernel.OpError) { failure = err; w.Close() },
		}})
		require.NoError(t, err)
	}, nil)
	require.NotNil(t, failure)
	assert.Equal(t, "stat", failure.Op)
	assert.Equal(t, syscall.ENOTDIR, failure.Errno())
}

func TestPipe(t *testing.T) {
	read, w, err := os.Pipe()
	require.NoError(t, err)
	var got []string
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Handle: read, Events: followtail.Funcs{
			Input: func(_ *followtail.Wheel, rec any) {
				got = append(got, rec.(string))
				w.Close()
			},
			Idle:  func(f *followtail.Wheel) { got = append(got, "(idle)"); f.Close() },
			Error: func(*followtail.Wheel, *kernel.OpError) { t.Error("error") },
		}})
		require.NoError(t, err)
		_, err = w.WriteString("one\ntwo\n")
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"one", "two", "(idle)"}, got)
}

func TestNamedPipeDoesNotEnd(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(name, 0o666))
	var got []string
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				if got = append(got, line); line == "two" {
					w.Close()
					return
				}
				write(t, name, "two\n")
			},
			Error: func(*followtail.Wheel, *kernel.OpError) { t.Error("error") },
		}})
		require.NoError(t, err)
		write(t, name, "one\n")
	}, nil)
	assert.Equal(t, []string{"one", "two"}, got)
}

// The system's notification comes long before the interval has passed.
func TestNotification(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	var got []string
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, PollInterval: time.Hour, Events: followtail.Names{Input: "line", Idle: "idle", Reset: "reset"}})
		require.NoError(t, err)
	}, session.Funcs{
		"idle":  func(e kernel.Event) { got = append(got, "idle"); e.Kernel.Yield("create") },
		"reset": func(kernel.Event) { got = append(got, "reset") },
		"create": func(kernel.Event) {
			if len(got) == 1 {
				write(t, name, "line\n")
			}
		},
		"line": func(e kernel.Event) { got = append(got, kernel.Arg[string](e, 0)); e.Kernel.Signal(e.Session, "KILL") },
	})
	assert.Equal(t, []string{"idle", "reset", "line"}, got)
}

// rotations of a file that is being written: lines are numbered, and the
// writer goes on as soon as a line of the present file has been seen.
func TestThousandRotations(t *testing.T) {
	const rotations, perFile = 1000, 7
	for _, pollOnly := range []bool{false, true} {
		name := filepath.Join(t.TempDir(), "log")
		next, rotated, resets := 0, 0, 0
		burst := func(n int) {
			var b strings.Builder
			for range n {
				fmt.Fprintf(&b, "line %d of the log\n", next)
				next++
			}
			write(t, name, b.String())
		}
		rotate := func() {
			switch rotated % 3 {
			case 0: // a last line is written when the follower has read all
				burst(1)
				require.NoError(t, os.Rename(name, name+".1"))
			case 1:
				require.NoError(t, os.Truncate(name, 0))
			case 2:
				burst(1)
				require.NoError(t, os.Remove(name))
			}
			rotated++
			burst(perFile + rotated%5)
		}
		seen := 0
		inSession(t, func(k *kernel.Kernel) {
			interval := time.Hour
			if pollOnly {
				interval = time.Millisecond / 10
			}
			_, err := followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), PollInterval: interval, PollOnly: pollOnly, BlockSize: 100, Events: followtail.Funcs{
				Text: func(w *followtail.Wheel, line string) {
					if want := fmt.Sprintf("line %d of the log", seen); line != want {
						t.Errorf("got %q, want %q", line, want)
						w.Abort()
						return
					}
					if seen++; seen < next {
						return
					}
					if rotated == rotations {
						w.Close()
						return
					}
					rotate()
				},
				Reset: func(*followtail.Wheel) { resets++ },
				Error: func(w *followtail.Wheel, err *kernel.OpError) { t.Error(err); w.Close() },
			}})
			require.NoError(t, err)
			burst(perFile)
		}, nil)
		assert.Equal(t, next, seen)
		assert.Equal(t, rotations+1, resets, "the first is the file's appearance")
	}
}

// progress is how many lines have been seen.
type progress struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    int
}

func newProgress() *progress {
	p := &progress{}
	p.cond = sync.NewCond(&p.mu)
	return p
}

func (p *progress) set(n int) {
	p.mu.Lock()
	p.n = n
	p.mu.Unlock()
	p.cond.Broadcast()
}

func (p *progress) wait(n int) {
	p.mu.Lock()
	for p.n < n {
		p.cond.Wait()
	}
	p.mu.Unlock()
}

// rotator writes numbered lines to a file and rotates it all the while: by
// renaming and deleting as soon as the first line of the present file has been
// seen, by truncating once all have.
func rotator(name string, rotations int, seen *progress) (lines int, err error) {
	for r := range rotations {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			return lines, err
		}
		first := lines
		for range 20 + r%7 {
			if _, err := fmt.Fprintf(f, "line %d\n", lines); err != nil {
				return lines, err
			}
			lines++
		}
		if r%3 != 2 {
			seen.wait(first + 1)
		}
		for range 20 {
			fmt.Fprintf(f, "line %d\n", lines)
			lines++
		}
		f.Close()
		switch r % 3 {
		case 0:
			err = os.Rename(name, name+".1")
		case 1:
			err = os.Remove(name)
		case 2:
			seen.wait(lines)
			err = os.Truncate(name, 0)
		}
		if err != nil {
			return lines, err
		}
	}
	return lines, os.WriteFile(name, []byte("end\n"), 0o666)
}

func TestRotationsUnderLoad(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	progress, seen, lines := newProgress(), 0, 0
	written := make(chan error, 1)
	go func() {
		var err error
		lines, err = rotator(name, 1000, progress)
		written <- err
	}()
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), PollInterval: time.Millisecond, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				if line == "end" {
					w.Close()
					return
				}
				if line != fmt.Sprint("line ", seen) {
					t.Errorf("got %q, want line %d", line, seen)
				}
				seen++
				progress.set(seen)
			},
			Error: func(w *followtail.Wheel, err *kernel.OpError) { t.Error(err); w.Close() },
		}})
		require.NoError(t, err)
	}, nil)
	require.NoError(t, <-written)
	assert.Equal(t, lines, seen)
}

func TestWriterOnAnotherGoroutine(t *testing.T) {
	const lines = 20000
	name := filepath.Join(t.TempDir(), "log")
	failed := make(chan error, 1)
	go func() {
		f, err := os.Create(name)
		for i := 0; i < lines && err == nil; i++ {
			_, err = fmt.Fprintf(f, "%d\n", i)
		}
		failed <- errors.Join(err, f.Close())
	}()
	seen := 0
	inSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), PollInterval: time.Millisecond, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				if line != fmt.Sprint(seen) {
					t.Errorf("got %q, want %d", line, seen)
					w.Abort()
				}
				if seen++; seen == lines {
					w.Close()
				}
			},
		}})
		require.NoError(t, err)
	}, nil)
	require.NoError(t, <-failed)
}

func ExampleNew() {
	dir, err := os.MkdirTemp("", "followtail")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "log")
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := followtail.New(k, followtail.Config{Filename: name, Events: followtail.Funcs{
				Reset: func(*followtail.Wheel) { fmt.Println("the file has appeared") },
				Text: func(w *followtail.Wheel, line string) {
					if fmt.Println(line); line == "goodbye" {
						w.Close()
					}
				},
			}})
			if err != nil {
				fmt.Println(err)
				return
			}
			if err := os.WriteFile(name, []byte("hello\ngoodbye\n"), 0o666); err != nil {
				fmt.Println(err)
			}
		},
	})
	k.Run()
	// Output:
	// the file has appeared
	// hello
	// goodbye
}
