package followtail_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
)

// The synopsis of POE::Wheel::FollowTail: the lines of a log, across a rotation.
func ExampleNames() {
	dir, err := os.MkdirTemp("", "followtail")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "system.log")
	if err := os.WriteFile(name, []byte("before the rotation\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	k := kernel.New()
	var tailor *followtail.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			tailor, err = followtail.New(e.Kernel, followtail.Config{
				Filename: name,
				Seek:     new(int64), // from the beginning
				Events:   followtail.Names{Input: "got_log_line", Reset: "got_log_rollover"},
			})
			if err != nil {
				fmt.Println(err)
			}
		},
		"got_log_line": func(e kernel.Event) {
			fmt.Println("Log:", e.Arg(0))
			if e.Arg(0) == "after it" {
				tailor.Close()
				return
			}
			if err := os.Rename(name, name+".1"); err != nil {
				fmt.Println(err)
			}
			if err := os.WriteFile(name, []byte("after it\n"), 0o666); err != nil {
				fmt.Println(err)
			}
		},
		"got_log_rollover": func(e kernel.Event) { fmt.Println("Log rolled over.") },
	})
	k.Run()
	// Output:
	// Log: before the rotation
	// Log rolled over.
	// Log: after it
}

// The synopsis of POE::Filter::Stackable: of the lines of a log, those that a
// pattern matches.
func ExampleConfig_filter() {
	dir, err := os.MkdirTemp("", "followtail")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "system.log")
	if err := os.WriteFile(name, []byte("cron[1]: run\nsudo[2]: root\nsshd[3]: in\nsudo[4]: out\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	sudo := regexp.MustCompile(`(?i)sudo\[\d+\]`)
	selectSudo, err := filter.NewGrep(filter.GrepConfig{
		Get: func(rec any) bool { return sudo.MatchString(rec.(string)) },
		Put: func(any) bool { return true },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	stack := filter.Must(filter.NewStack(
		filter.Lines(), // first on get, last on put
		selectSudo,     // first on put, last on get
	))
	k := kernel.New()
	lines := 0
	var tailor *followtail.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			tailor, err = followtail.New(e.Kernel, followtail.Config{
				Filename: name,
				Seek:     new(int64),
				Filter:   stack,
				Events:   followtail.Names{Input: "got_log_line"},
			})
			if err != nil {
				fmt.Println(err)
			}
		},
		"got_log_line": func(e kernel.Event) {
			fmt.Println("Log:", e.Arg(0))
			if lines++; lines == 2 {
				tailor.Close()
			}
		},
	})
	k.Run()
	// Output:
	// Log: sudo[2]: root
	// Log: sudo[4]: out
}
