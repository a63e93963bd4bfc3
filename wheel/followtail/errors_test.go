package followtail_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// A directory in the file's place ends the wheel, which reports it once, with
// and without notifications.
func TestDirectoryInTheFilesPlace(t *testing.T) {
	for _, pollOnly := range []bool{false, true} {
		name := filepath.Join(t.TempDir(), "log")
		var w *followtail.Wheel
		failures := 0
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			var err error
			w, err = followtail.New(k, followtail.Config{Filename: name, PollInterval: time.Millisecond, PollOnly: pollOnly, Events: &followtail.Funcs{
				Text: func(*followtail.Wheel, string) { t.Error("a line") },
				Error: func(w *followtail.Wheel, err *kernel.OpError) {
					failures++
					assert.Equal(t, syscall.EISDIR, err.Errno())
					assert.ErrorIs(t, w.Err(), syscall.EISDIR)
					require.NoError(t, os.Remove(name))
					write(t, name, "nothing more is read\n")
					k.Delay("later", 20*time.Millisecond)
				},
			}})
			require.NoError(t, err)
			require.NoError(t, os.Mkdir(name, 0o777))
		}, session.Funcs{"later": func(kernel.Event) { write(t, name, "and nothing more\n") }})
		assert.Equal(t, 1, failures)
		assert.True(t, w.Closed(), "the session ends when nothing is followed any more")
	}
}

// What has no event is logged: errors, and lines that may have been lost.
func TestErrorsWithoutAnEvent(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "one\nhalf of a line")
	log := wheeltest.Logged(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, PollInterval: time.Millisecond, PollOnly: true, Seek: new(int64(0)), Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				require.NoError(t, os.Rename(name, name+"."+line))
				if line == "one" {
					write(t, name, "two\n")
				} else {
					require.NoError(t, os.Mkdir(name, 0o777))
				}
			},
		}})
		require.NoError(t, err)
	})
	assert.Contains(t, log, "lines may have been lost")
	assert.Contains(t, log, "an error, and no event for it")
}

// A file that cannot be opened is reported once and tried again.
func TestOpenIsTriedAgain(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.Symlink(name, name))
	var got []string
	idle := 0
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, PollInterval: time.Millisecond, PollOnly: true, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) { got = append(got, line); w.Close() },
			Idle: func(*followtail.Wheel) {
				if idle++; idle == 3 {
					require.NoError(t, os.Remove(name))
					write(t, name, "line\n")
				}
			},
			Error: func(w *followtail.Wheel, err *kernel.OpError) {
				got = append(got, err.Op)
				assert.ErrorIs(t, err, syscall.ELOOP)
				assert.NoError(t, w.Err())
			},
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"open", "line"}, got)
}

// A record that the filter can pass over does not end the wheel.
func TestBadRecord(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "short\nmuch too long a line\nend\n")
	f, err := filter.NewLine(filter.LineConfig{MaxLength: 10})
	require.NoError(t, err)
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Filter: f, Seek: new(int64(0)), Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				if got = append(got, line); line == "end" {
					w.Close()
				}
			},
			Error: func(w *followtail.Wheel, err *kernel.OpError) {
				got = append(got, err.Op)
				assert.True(t, filter.Recoverable(err))
			},
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"short", "filter", "end"}, got)
}

// What a writer still writes to a file that was renamed is read before the new
// one, and a last line without line feed is not joined to the new one's first.
func TestLateWriterAndPartialLine(t *testing.T) {
	for _, keep := range []bool{false, true} {
		for _, pollOnly := range []bool{false, true} {
			name := filepath.Join(t.TempDir(), "log")
			writer, err := os.Create(name)
			require.NoError(t, err)
			var got []string
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				_, err := followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), PollInterval: time.Millisecond, PollOnly: pollOnly, KeepPartial: keep, Events: followtail.Funcs{
					Text: func(w *followtail.Wheel, line string) {
						switch got = append(got, line); line {
						case "before":
							require.NoError(t, os.Rename(name, name+".1"))
							write(t, name, "new\n")
							k.Delay("late", 20*time.Millisecond)
						case "new":
							w.Close()
						}
					},
					Lost: func(_ *followtail.Wheel, loss followtail.Loss) {
						assert.ErrorIs(t, loss.Err, followtail.ErrPartial)
						assert.EqualValues(t, 7, loss.Bytes)
						got = append(got, "(lost)")
					},
				}})
				require.NoError(t, err)
				_, err = writer.WriteString("before\n")
				require.NoError(t, err)
			}, session.Funcs{"late": func(kernel.Event) {
				_, err := writer.WriteString("late\npartial")
				require.NoError(t, errors.Join(err, writer.Close()))
			}})
			want := []string{"before", "late", "(lost)", "new"}
			if keep {
				want[2] = "partial"
			}
			assert.Equal(t, want, got)
		}
	}
}

// A truncation without a copy is reported as a possible loss.
func TestTruncationIsReported(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "one\n")
	var got []any
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), PollInterval: time.Millisecond,
			Events: &followtail.Names{Input: "line", Reset: "reset", Lost: "lost"}})
		require.NoError(t, err)
	}, session.Funcs{
		"line": func(e kernel.Event) {
			if got = append(got, e.Arg(0)); len(got) == 1 {
				require.NoError(t, os.WriteFile(name, []byte("2\n"), 0o666))
				return
			}
			e.Kernel.Signal(e.Session, "KILL")
		},
		"reset": func(kernel.Event) { got = append(got, "(reset)") },
		"lost":  func(e kernel.Event) { got = append(got, kernel.Arg[followtail.Loss](e, 0).Err) },
	})
	assert.Equal(t, []any{"one", followtail.ErrTruncated, "(reset)", "2"}, got)
}

func ExampleFuncs() {
	dir, err := os.MkdirTemp("", "followtail")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "system.log")
	os.WriteFile(name, []byte("first line\n"), 0o666)
	k := kernel.New()
	session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				fmt.Println(line)
				w.Close()
			},
			Reset: func(*followtail.Wheel) { fmt.Println("Log rolled over.") },
			Lost:  func(_ *followtail.Wheel, loss followtail.Loss) { fmt.Println("lost:", loss.String()) },
		}})
	}})
	k.Run()
	// Output: first line
}

// failing follows a log of the machine while call number nth of a kind fails, and
// returns what was said until a line comes that is the last.
func failing(t *testing.T, c followtail.Config, call string, nth int, err error, line func(line string), last string) (said []string) {
	t.Helper()
	calls := 0
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{Ring: 1 << 16, Fail: func(name, _ string) error {
		if name == call {
			if calls++; calls == nth {
				return err
			}
		}
		return nil
	}}})
	c.PollInterval = time.Millisecond
	c.Events = followtail.Funcs{
		Text: func(w *followtail.Wheel, text string) {
			said = append(said, text)
			if line(text); text == last {
				require.NoError(t, w.Close())
			}
		},
		Lost: func(_ *followtail.Wheel, l followtail.Loss) { said = append(said, "lost: "+l.Err.Error()) },
		Error: func(w *followtail.Wheel, err *kernel.OpError) {
			if said = append(said, err.Error()); w.Err() != nil {
				require.NoError(t, w.Close())
			}
		},
		Idle: func(*followtail.Wheel) { line("idle") },
	}
	_, failed := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		if _, err := followtail.New(e.Kernel, c); err != nil {
			said = append(said, err.Error())
		}
	}})
	require.NoError(t, failed)
	require.NoError(t, k.Run())
	return said
}

// A rotated file that cannot be described is not passed over in silence.
func TestARotatedFileThatCannotBeDescribed(t *testing.T) {
	for _, pollOnly := range []bool{false, true} {
		for nth := 1; nth <= 12; nth++ {
			name := filepath.Join(t.TempDir(), "log")
			write(t, name, "one\n")
			rotate := func(line string) {
				if line == "one" {
					require.NoError(t, os.Rename(name, name+".2"))
					write(t, name, "two\n")
					require.NoError(t, os.Rename(name, name+".1"))
					write(t, name, "three\n")
				}
			}
			said := failing(t, followtail.Config{Filename: name, Seek: new(int64(0)), PollOnly: pollOnly}, "fstat", nth, syscall.ENOMEM, rotate, "three")
			if !slices.Equal(said, []string{"one", "two", "three"}) {
				require.Contains(t, fmt.Sprint(said), syscall.ENOMEM.Error(), nth)
			}
		}
	}
}

// A log that was copied and truncated is still the one that has the name when that
// cannot be found out: its copy is not read as another log.
func TestATruncatedFileThatCannotBeDescribed(t *testing.T) {
	for _, pollOnly := range []bool{false, true} {
		for nth := 1; nth <= 4; nth++ {
			name := filepath.Join(t.TempDir(), "log")
			write(t, name, "one\n")
			rotate := func(line string) {
				if line == "one" {
					write(t, name+".1", "one\n")
					write(t, name, "two\n") // truncates it
				}
			}
			said := failing(t, followtail.Config{Filename: name, Seek: new(int64(0)), PollOnly: pollOnly}, "stat", nth, syscall.ESTALE, rotate, "two")
			if !slices.Equal(said, []string{"one", "two"}) {
				require.Len(t, said, 2, said)
				require.Contains(t, said[1], syscall.ESTALE.Error(), nth)
			}
		}
	}
}

// Of two copies that were made between two looks the older one is read first, though the
// system could not say how long it is.
func TestCopiesOneOfWhichCannotBeDescribed(t *testing.T) {
	for _, pollOnly := range []bool{false, true} {
		for nth := 1; nth <= 20; nth++ {
			name := filepath.Join(t.TempDir(), "log")
			rotations := 0
			rotate := func() { // what was there, and then it is empty
				rotations++
				text, err := os.ReadFile(name)
				require.NoError(t, err)
				for n := rotations - 1; n > 0; n-- {
					require.NoError(t, os.Rename(fmt.Sprint(name, ".", n), fmt.Sprint(name, ".", n+1)))
				}
				write(t, name+".1", string(text))
				require.NoError(t, os.Truncate(name, 0))
			}
			write(t, name, "one\n")
			said := failing(t, followtail.Config{Filename: name, Seek: new(int64(0)), PollOnly: pollOnly}, "fstat", nth, syscall.ENOMEM, func(line string) {
				switch {
				case line == "one":
					rotate()
				case line == "idle" && rotations == 1:
					for _, next := range []string{"two\n", "three\n"} {
						write(t, name, next)
						rotate()
					}
					write(t, name, "four\n")
				}
			}, "four")
			if two, three := slices.Index(said, "two"), slices.Index(said, "three"); two >= 0 && three >= 0 {
				require.Less(t, two, three, "%d: %q", nth, said)
			}
			if !slices.Equal(said, []string{"one", "two", "three", "four"}) {
				require.Contains(t, fmt.Sprint(said), syscall.ENOMEM.Error(), nth)
			}
		}
	}
}

// Seek and SeekBack apply to a file that could not be opened at first.
func TestSeekWhenTheFileCannotBeOpenedAtFirst(t *testing.T) {
	for _, pollOnly := range []bool{false, true} {
		for _, c := range []followtail.Config{{Seek: new(int64(4))}, {SeekBack: new(int64(4))}} {
			c.Filename, c.PollOnly = filepath.Join(t.TempDir(), "log"), pollOnly
			write(t, c.Filename, "one\ntwo\n")
			said := failing(t, c, "open", 1, syscall.EMFILE, func(string) {}, "two")
			require.Equal(t, "two", said[len(said)-1])
			require.NotContains(t, said, "one")
		}
	}
}

// A file that cannot be opened at first and loses its name before it can be is read where
// Seek says if a search finds it, and reported otherwise. Seek does not apply to the file
// that has the name then, nor to what has been written since the file was truncated; it
// does to a copy that was made before that.
func TestAFileThatIsGoneBeforeItCanBeOpened(t *testing.T) {
	for _, c := range []struct {
		pollOnly bool
		mark     string
		want     []string
	}{
		{false, ".1", []string{followtail.ErrDeleted.Error(), "three"}},
		{true, ".1", []string{"two", "three"}},
		{true, ".away", []string{followtail.ErrDeleted.Error(), "three"}},
		{false, "", []string{followtail.ErrTruncated.Error(), "three"}},
		{true, "", []string{followtail.ErrTruncated.Error(), "three"}},
		{false, ".copy", []string{"two", "three"}},
		{true, ".copy", []string{"two", "three"}},
	} {
		name := filepath.Join(t.TempDir(), "log")
		write(t, name, "one\ntwo\n")
		rotate := func(line string) {
			switch {
			case line != "open":
				return
			case c.mark == ".copy":
				write(t, name+".1", "one\ntwo\n")
				require.NoError(t, os.Truncate(name, 0))
			case c.mark == "":
				require.NoError(t, os.Truncate(name, 0))
			default:
				require.NoError(t, os.Rename(name, name+c.mark))
			}
			write(t, name, "three\n")
		}
		calls, said := 0, []string(nil)
		k := kernel.New(kernel.Options{Recording: &kernel.Recording{Ring: 1 << 16, Fail: func(call, _ string) error {
			if call == "open" {
				if calls++; calls <= 2 {
					return syscall.EACCES
				}
			}
			return nil
		}}})
		_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
			_, err := followtail.New(e.Kernel, followtail.Config{Filename: name, Seek: new(int64(4)), PollOnly: c.pollOnly, PollInterval: time.Millisecond, Events: followtail.Funcs{
				Text: func(w *followtail.Wheel, line string) {
					if said = append(said, line); strings.HasSuffix("three", line) {
						require.NoError(t, w.Close())
					}
				},
				Lost:  func(_ *followtail.Wheel, l followtail.Loss) { said = append(said, l.Err.Error()) },
				Error: func(_ *followtail.Wheel, err *kernel.OpError) { rotate(err.Op) },
			}})
			require.NoError(t, err)
		}})
		require.NoError(t, err)
		require.NoError(t, k.Run())
		require.Equal(t, c.want, said)
	}
}
