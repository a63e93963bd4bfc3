package readwrite_test

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// A program that handles DIE continues after a record whose handler has
// panicked: the records behind it come with what arrives next, as in POE.
func TestRecordsBehindAPanic(t *testing.T) {
	for _, form := range []string{"names", "text", "bytes"} {
		t.Run(form, func(t *testing.T) {
			k := kernel.New()
			near, far := net.Pipe()
			go func() { _, _ = io.WriteString(far, "one\nbad\ntwo\nhal") }()
			var got []string
			var w *readwrite.Wheel
			take := func(line string) {
				if got = append(got, line); line == "bad" {
					panic("a bug")
				}
				if line == "half" {
					require.NoError(t, w.Close())
				}
			}
			_, err := session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					require.NoError(t, k.Sig("DIE", "died"))
					events := map[string]readwrite.Events{
						"names": readwrite.Names{Input: "input"},
						"text":  readwrite.Funcs{Text: func(_ *readwrite.Wheel, line string) { take(line) }},
						"bytes": readwrite.Funcs{Bytes: func(_ *readwrite.Wheel, line []byte) { take(string(line)) }},
					}[form]
					var err error
					w, err = readwrite.New(k, readwrite.Config{Handle: kernel.Conn(near), Events: events})
					require.NoError(t, err)
				},
				"input": func(e kernel.Event) { take(kernel.Arg[string](e, 0)) },
				"died": func(e kernel.Event) {
					k.SigHandled()
					go func() { _, _ = io.WriteString(far, "f\n") }()
				},
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			require.Equal(t, []string{"one", "bad", "two", "half"}, got)
		})
	}
}
