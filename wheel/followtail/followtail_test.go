package followtail_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
)

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
		wheeltest.InSession(t, func(k *kernel.Kernel) {
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
				wheeltest.InSession(t, func(k *kernel.Kernel) {
					_, err := followtail.New(k, config)
					require.NoError(t, err)
					write(t, name, "end\n")
				}, nil)
				assert.Equal(t, c.want, got)
			})
		}
	}
}

func TestCloseAndAbortInHandler(t *testing.T) {
	for abort, want := range map[bool][]string{false: {"a", "b", "c"}, true: {"a"}} {
		name := filepath.Join(t.TempDir(), "log")
		write(t, name, "a\nb\nc\nd")
		var got []string
		var id kernel.WheelID
		var w *followtail.Wheel
		wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
