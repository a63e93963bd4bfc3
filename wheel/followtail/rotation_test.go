package followtail_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
)

// A file that is written anew and grows beyond its old size between two looks
// is read from its beginning.
func TestRewrittenAndGrown(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "first\n")
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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

// The system's notification comes long before the interval has passed.
// A file that is rotated by a link and another file's name is not read again under
// its new name.
func TestRotatedByLink(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "")
	step := 0
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, PollInterval: 5 * time.Millisecond, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				if got = append(got, line); line == "new" {
					w.Close()
				}
			},
			Idle: func(w *followtail.Wheel) {
				switch step++; {
				case step == 1:
					write(t, name, "old\n")
				case step == 4:
					require.NoError(t, os.Link(name, name+".1"))
					write(t, name+".new", "")
					require.NoError(t, os.Rename(name+".new", name))
				case step == 12:
					write(t, name, "new\n")
				}
			},
			Reset: func(*followtail.Wheel) { got = append(got, "(reset)") },
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"old", "(reset)", "new"}, got)
}

func TestNotification(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
// writer continues as soon as a line of the present file has been seen.
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
		wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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

// A file that is rotated by a link to its second name, with a new file renamed
// over the first, is not read again by that name.
func TestRotationByLink(t *testing.T) {
	for _, pollOnly := range []bool{false, true} {
		t.Run(fmt.Sprint(pollOnly), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "log")
			require.NoError(t, os.WriteFile(path, []byte("before\n"), 0o644))
			k := kernel.New()
			var lines []string
			_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
				_, err := followtail.New(k, followtail.Config{
					Filename: path, PollInterval: 5 * time.Millisecond, PollOnly: pollOnly, Seek: new(int64(0)),
					Events: followtail.Funcs{
						Input: func(w *followtail.Wheel, record any) {
							lines = append(lines, record.(string))
							switch record {
							case "before":
								require.NoError(t, os.Link(path, path+".1"))
								require.NoError(t, os.WriteFile(path+".new", nil, 0o644))
								require.NoError(t, os.Rename(path+".new", path))
							case "last":
								w.Close()
							}
						},
						Reset: func(*followtail.Wheel) {
							require.NoError(t, os.WriteFile(path, []byte("after\nlast\n"), 0o644))
						},
					},
				})
				require.NoError(t, err)
			}})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, []string{"before", "after", "last"}, lines)
		})
	}
}

// What is written to an old file until it is closed is read, though the next
// rotation comes before the wheel has looked again; and as a process still could
// write to it, an event says so.
func TestLateLinesOfTheFileBefore(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	old, err := os.Create(name)
	require.NoError(t, err)
	defer old.Close()
	var got []string
	clock := &poetest.Clock{}
	k := kernel.New(kernel.Options{Clock: clock})
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		_, err := old.WriteString("a1\n")
		require.NoError(t, err)
		_, err = followtail.New(e.Kernel, followtail.Config{Filename: name, Seek: new(int64(0)), PollOnly: true, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				got = append(got, line)
				switch line {
				case "a1":
					require.NoError(t, os.Rename(name, name+".1"))
					write(t, name, "b1\n")
				case "b1": // the old file has been quiet for long enough
					_, err := old.WriteString("a2\n")
					require.NoError(t, err)
					require.NoError(t, os.Rename(name, name+".2"))
					write(t, name, "c1\n")
				case "c1":
					w.Close()
				}
			},
			Lost: func(_ *followtail.Wheel, loss followtail.Loss) { got = append(got, loss.Err.Error()) },
		}})
		require.NoError(t, err)
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	want := []string{"a1", "b1", "a2", followtail.ErrWritten.Error(), "c1"}
	if runtime.GOOS != "linux" {
		want = slices.Delete(want, 3, 4)
	}
	assert.Equal(t, want, got)
}

// A rotated file that the searches have missed is read all the same, and an event
// says that it comes too late.
func TestRotatedFileIsFoundLate(t *testing.T) {
	dir := t.TempDir()
	name, aside := filepath.Join(dir, "log"), filepath.Join(t.TempDir(), "missed")
	write(t, name, "a1\n")
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Seek: new(int64(0)), PollInterval: time.Millisecond, PollOnly: true, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				got = append(got, line)
				switch line {
				case "a1":
					require.NoError(t, os.Rename(name, name+"-20260101"))
					write(t, name, "b1\n")
					require.NoError(t, os.Rename(name, aside))
					write(t, name, "c1\n")
					require.NoError(t, os.Rename(name, name+"-20260103"))
					write(t, name, "d1\n")
				case "c1":
					require.NoError(t, os.Rename(aside, name+"-20260102"))
				case "d1":
					w.Close()
				}
			},
			Lost: func(_ *followtail.Wheel, loss followtail.Loss) { got = append(got, loss.Err.Error()) },
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"a1", "c1", followtail.ErrLate.Error(), "b1", "d1"}, got)
}
