//go:build unix

package readwrite_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// TestEagerOutput shows the order of the flushed event: behind what the handlers of
// the records have posted, as in POE, or before it, with EagerOutput.
func TestEagerOutput(t *testing.T) {
	for name, test := range map[string]struct {
		eager bool
		want  string
	}{
		"as in POE": {false, "one two posted posted flushed"},
		"eager":     {true, "one two flushed posted posted"},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			k := kernel.New()
			var got []string
			var w *readwrite.Wheel
			states := session.Funcs{
				"_start": func(e kernel.Event) {
					w = newWheel(t, k, readwrite.Config{Handle: near, Filter: lines(t, "\n"), EagerOutput: test.eager, Events: readwrite.Names{Input: "input", Flushed: "flushed"}})
					write(t, far, "one\ntwo\n")
				},
				"input": func(e kernel.Event) {
					got = append(got, kernel.Arg[string](e, 0))
					w.Put(e.Args[0])
					e.Kernel.Yield("posted")
				},
				"posted":  func(kernel.Event) { got = append(got, "posted") },
				"flushed": func(kernel.Event) { got = append(got, "flushed"); w.Close() },
			}
			_, err := session.Inline(k, states)
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, test.want, strings.Join(got, " "))
			assert.Equal(t, "one\ntwo\n", drain(far), "in one piece")
		})
	}
}

// TestEagerOutputBehindAPanic shows that what was put before a handler panicked is
// written nevertheless.
func TestEagerOutputBehindAPanic(t *testing.T) {
	near, far := pair(t)
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	var w *readwrite.Wheel
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, k.Sig("DIE", "died"))
			w = newWheel(t, k, readwrite.Config{Handle: near, Filter: lines(t, "\n"), EagerOutput: true, Events: readwrite.Names{Input: "input", Flushed: "flushed"}})
			write(t, far, "one\n")
		},
		"died": func(e kernel.Event) { k.SigHandled() },
		"input": func(e kernel.Event) {
			w.Put(e.Args[0])
			panic("in a handler")
		},
		"flushed": func(kernel.Event) { w.Close(); k.SigClear("DIE") },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, "one\n", drain(far))
}

// TestLongLines echoes lines on both sides of the length from which on they are not
// copied, to a peer that reads a little at a time.
func TestLongLines(t *testing.T) {
	var sent strings.Builder
	for i := range 300 {
		sent.WriteString(strings.Repeat(string(rune('a'+i%26)), 1+i*i%10_000) + "\n")
	}
	for _, eager := range []bool{false, true} {
		near, far := pair(t)
		k := kernel.New()
		small, err := driver.New(driver.Config{BlockSize: 1000})
		require.NoError(t, err)
		var got strings.Builder
		_, err = session.Inline(k, session.Funcs{"_start": func(kernel.Event) {
			newWheel(t, k, readwrite.Config{Handle: near, Filter: lines(t, "\n"), EagerOutput: eager, Events: readwrite.Funcs{
				Text:  func(w *readwrite.Wheel, line string) { w.PutText(line) },
				Error: func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() },
			}})
			peer := newWheel(t, k, readwrite.Config{Handle: far, Filter: mustStream(t), Driver: small, Events: readwrite.Funcs{
				Text: func(w *readwrite.Wheel, piece string) {
					if got.WriteString(piece); got.Len() == sent.Len() {
						w.Close()
					}
				},
			}})
			peer.PutText(sent.String())
		}})
		require.NoError(t, err)
		require.NoError(t, k.Run())
		assert.True(t, sent.String() == got.String(), "the same bytes, eager: %v", eager)
	}
}
