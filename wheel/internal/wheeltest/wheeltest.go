// Package wheeltest has what the tests of wheels share.
package wheeltest

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// InSession calls start in the _start of a session that has more handlers, and
// runs a kernel until nothing is left that keeps the session alive.
func InSession(t testing.TB, start func(k *kernel.Kernel), more session.Funcs) {
	t.Helper()
	k := kernel.New()
	handlers := session.Funcs{"_start": func(e kernel.Event) { start(e.Kernel) }}
	maps.Copy(handlers, more)
	_, err := session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
}
