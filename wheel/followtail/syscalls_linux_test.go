package followtail_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopoe/poe/internal/syscalltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

// A system call that fails costs one file at most, and is reported.
func TestFailingSystemCalls(t *testing.T) {
	if syscalltest.IsChild() {
		syscalltest.Serve(t, &follower{dir: t.TempDir(), bystander: filepath.Join(t.TempDir(), "log")})
	}
	syscalltest.Sweep(t, false, nil)
}

// follower follows files that are rotated; another one, which is followed all the
// time, must not be affected.
type follower struct {
	dir       string
	bystander string // in a directory of its own: a change in one looks at all its files
	files     int
	answered  func(ok bool)
}

func (f *follower) log(name string) string { return filepath.Join(f.dir, name) }

func appendTo(name, text string) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		panic(err)
	}
}

func (f *follower) Start(c *syscalltest.Child) {
	f.answered = func(bool) {}
	syscalltest.Elsewhere(func() { appendTo(f.bystander, "") })
	_, err := followtail.New(c.Kernel, followtail.Config{Filename: f.bystander, PollInterval: time.Hour, Events: followtail.Funcs{
		Text:  func(_ *followtail.Wheel, line string) { f.answered(line == "still here") },
		Error: func(_ *followtail.Wheel, err *kernel.OpError) { c.Report("bystander", err) },
	}})
	if err != nil {
		c.Report(err)
	}
}

func (f *follower) Check(_ *syscalltest.Child, done func(bool)) {
	f.answered = done
	go appendTo(f.bystander, "still here\n")
}

// Operate follows a file through a rotation.
func (f *follower) Operate(c *syscalltest.Child, done func(bool)) {
	f.files++
	name := f.log(fmt.Sprint("log", f.files))
	syscalltest.Elsewhere(func() { appendTo(name, "one\n") })
	lines := map[string]bool{}
	_, err := followtail.New(c.Kernel, followtail.Config{Filename: name, PollInterval: 50 * time.Millisecond, Events: followtail.Funcs{
		Text: func(w *followtail.Wheel, line string) {
			switch lines[line] = true; line {
			case "two":
				go func() {
					appendTo(name, "three\n")
					if err := os.Rename(name, name+".1"); err != nil {
						panic(err)
					}
					appendTo(name, "four\n")
				}()
			case "four":
				w.Close()
				done(lines["three"])
			}
		},
		Error: func(w *followtail.Wheel, err *kernel.OpError) {
			c.Report(err)
			if w.Err() != nil {
				w.Close()
				done(false)
			}
		},
		Lost: func(_ *followtail.Wheel, loss followtail.Loss) { c.Report("lost", loss) },
	}})
	if err != nil {
		c.Report(err)
		done(false)
		return
	}
	go appendTo(name, "two\n")
}
