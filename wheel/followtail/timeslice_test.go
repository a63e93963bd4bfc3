package followtail_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
)

// TestTimesliceInAHandler runs the kernel in the handler of the first of several
// lines, while the file grows. The lines that have been read with it come first.
func TestTimesliceInAHandler(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	write(t, name, "first\nsecond\nthird\n")
	k := kernel.New()
	var got []string
	line := func(w *followtail.Wheel, line string) {
		got = append(got, line)
		switch line {
		case "first":
			write(t, name, "fourth\nfi")
			for range 5 {
				_, err := k.RunOneTimeslice()
				require.NoError(t, err)
			}
			got = append(got, "after")
			write(t, name, "fth\n")
		case "fifth":
			w.Close()
		}
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Delay("tick", time.Millisecond)
			_, err := followtail.New(k, followtail.Config{
				Filename: name, Seek: new(int64), PollInterval: time.Millisecond,
				Events: followtail.Funcs{Text: line, Error: func(_ *followtail.Wheel, err *kernel.OpError) { t.Error(err) }},
			})
			require.NoError(t, err)
		},
		"tick": func(e kernel.Event) { // so that a slice does not wait
			if len(got) < 6 {
				e.Delay("tick", time.Millisecond)
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	lines := strings.Join(got, " ")
	assert.Equal(t, "first second third fourth fifth", strings.Replace(lines, "after ", "", 1))
}
