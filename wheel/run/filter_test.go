//go:build unix

package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// finalFilter fails for good at its second record.
type finalFilter struct{ filter.Filter }

func (f finalFilter) Decode(buf []byte) (any, int, error) {
	record, n, err := f.Filter.Decode(buf)
	if record == "bad" {
		return nil, n, fmt.Errorf("bad record")
	}
	return record, n, err
}

// An error of the filter, final or not, does not hide the end of the stream.
func TestFilterErrors(t *testing.T) {
	short, err := filter.NewLine(filter.LineConfig{Literal: "\n", MaxLength: 5})
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		filter filter.Filter
		out    []string
	}{
		{"recoverable", short, []string{"one", "bad", "three"}},
		{"final", finalFilter{lines(t, "\n")}, []string{"one", "much too long"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := collect(t, run.Config{Command: "echo one; echo much too long; echo bad; echo three; exit 3", StdoutFilter: c.filter}, nil)
			assert.Equal(t, c.out, r.out)
			assert.Contains(t, r.log, "STDOUT read 0")
			failed := slices.IndexFunc(r.log, func(entry string) bool { return strings.HasPrefix(entry, "STDOUT filter") })
			assert.GreaterOrEqual(t, failed, 0, r.log) // the other stream may have ended before
			assert.Less(t, failed, slices.Index(r.log, "STDOUT read 0"))
			assert.Equal(t, []string{"close", "exit"}, r.log[len(r.log)-2:])
			assert.Equal(t, 3, r.status.ExitCode())
		})
	}
}

// The manual page's synopsis: a program's output, its errors and its end.
func ExampleNames() {
	k := kernel.New()
	var child *run.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			child, err = run.New(e.Kernel, run.Config{
				Program: []string{"/bin/sh", "-c", "echo some output; exit 2"},
				Events:  run.Names{Stdout: "got_child_stdout", Stderr: "got_child_stderr", Close: "got_child_close"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			e.Kernel.SigChild(child.PID(), "got_child_signal")
		},
		"got_child_stdout": func(e kernel.Event) { fmt.Println("STDOUT:", e.Arg(0)) },
		"got_child_stderr": func(e kernel.Event) { fmt.Println("STDERR:", e.Arg(0)) },
		"got_child_close":  func(e kernel.Event) { child.Close() },
		"got_child_signal": func(e kernel.Event) { fmt.Println("exited with", kernel.Arg[kernel.WaitStatus](e, 2).ExitCode()) },
	})
	k.Run()
	// Unordered output:
	// STDOUT: some output
	// exited with 2
}
