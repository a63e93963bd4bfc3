//go:build unix

package run_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/run"
)

// hopeless is a filter whose stream cannot be decoded.
type hopeless struct{ filter.Filter }

func (hopeless) Decode([]byte) (any, int, error) { return nil, 0, errors.New("hopeless") }

// Without an Error event it is logged, and the end of a stream is not.
func TestErrorWithoutAnEvent(t *testing.T) {
	for _, f := range []filter.Filter{hopeless{filter.Lines()}, filter.Lines()} {
		log := wheeltest.Logged(t, func(k *kernel.Kernel) {
			_, err := run.New(k, run.Config{Command: "echo text", StdoutFilter: f, Events: run.Funcs{
				Stdout: func(*run.Wheel, any) {},
				Exit:   func(w *run.Wheel, _ kernel.WaitStatus) { w.Close() },
			}})
			require.NoError(t, err)
		})
		if _, ok := f.(hopeless); ok {
			assert.Contains(t, log, "op=filter error=hopeless")
		} else {
			assert.Empty(t, log)
		}
	}
}

// A stream that cannot be decoded still ends, once.
func TestFilterError(t *testing.T) {
	var log []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := run.New(k, run.Config{Command: "echo text", StdoutFilter: hopeless{filter.Lines()}, Events: run.Funcs{
			Stdout: func(*run.Wheel, any) { log = append(log, "record") },
			Error:  func(_ *run.Wheel, err *kernel.OpError, stream string) { log = append(log, stream+" "+err.Op) },
			Close:  func(*run.Wheel) { log = append(log, "close") },
			Exit:   func(w *run.Wheel, _ kernel.WaitStatus) { log = append(log, "exit"); w.Close() },
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"STDOUT filter", "STDOUT read", "close", "exit"}, log)
}
