// Package wheeltest has what the tests of wheels share.
package wheeltest

import (
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// InSession calls start in the _start of a session that has more handlers, and
// runs a kernel until nothing is left that keeps the session alive.
func InSession(t testing.TB, start func(k *kernel.Kernel), more session.Funcs) {
	t.Helper()
	inSession(t, kernel.New(), start, more)
}

// Logged is InSession, and returns what the kernel has logged.
func Logged(t testing.TB, start func(k *kernel.Kernel)) string {
	t.Helper()
	var log strings.Builder
	inSession(t, kernel.New(kernel.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}), start, nil)
	return log.String()
}

func inSession(t testing.TB, k *kernel.Kernel, start func(k *kernel.Kernel), more session.Funcs) {
	t.Helper()
	handlers := session.Funcs{"_start": func(e kernel.Event) { start(e.Kernel) }}
	maps.Copy(handlers, more)
	_, err := session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
}
