//go:build unix

package readwrite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// TestTimesliceInAHandler runs the kernel in the handler of the first of several
// records. As in POE those that have been read with it come first, then what is read
// meanwhile, of this wheel and of another one.
func TestTimesliceInAHandler(t *testing.T) {
	stack := func() filter.Filter {
		all, err := filter.NewGrep(filter.GrepConfig{Get: func(any) bool { return true }, Put: func(any) bool { return true }})
		require.NoError(t, err)
		f, err := filter.NewStack(lines(t, "\n"), all)
		require.NoError(t, err)
		return f
	}
	for name, test := range map[string]struct {
		filter filter.Filter
		events func(input func(line string)) readwrite.Events
	}{
		"names": {lines(t, "\n"), func(func(string)) readwrite.Events { return readwrite.Names{Input: "input"} }},
		"text": {lines(t, "\n"), func(input func(string)) readwrite.Events {
			return readwrite.Funcs{Text: func(_ *readwrite.Wheel, line string) { input(line) }}
		}},
		"bytes": {lines(t, "\n"), func(input func(string)) readwrite.Events {
			return readwrite.Funcs{Bytes: func(_ *readwrite.Wheel, line []byte) { input(string(line)) }}
		}},
		"steps": {stack(), func(func(string)) readwrite.Events { return readwrite.Names{Input: "input"} }},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			otherNear, otherFar := pair(t)
			k := kernel.New()
			var got []string
			var w, other *readwrite.Wheel
			input := func(line string) {
				got = append(got, line)
				switch line {
				case "first":
					write(t, far, "fourth\nfif")
					write(t, otherFar, strings.Repeat("another wheel uses the buffer\n", 3))
					_, err := k.RunOneTimeslice()
					require.NoError(t, err)
					got = append(got, "after")
					write(t, far, "th\n")
				case "fifth":
					w.Close()
					other.Close()
				}
			}
			_, err := session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					w = newWheel(t, k, readwrite.Config{Handle: near, Filter: test.filter, Events: test.events(input)})
					other = newWheel(t, k, readwrite.Config{Handle: otherNear, Events: readwrite.Funcs{Text: func(*readwrite.Wheel, string) {}}})
					write(t, far, "first\nsecond\nthird\n")
				},
				"input": func(e kernel.Event) { input(kernel.Arg[string](e, 0)) },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, "first second third fourth after fifth", strings.Join(got, " "))
		})
	}
}
