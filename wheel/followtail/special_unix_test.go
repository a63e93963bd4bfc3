//go:build unix

package followtail_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
)

func TestNamedPipeDoesNotEnd(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(name, 0o666))
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := followtail.New(k, followtail.Config{Filename: name, Events: followtail.Funcs{
			Text: func(w *followtail.Wheel, line string) {
				if got = append(got, line); line == "two" {
					w.Close()
					return
				}
				write(t, name, "two\n")
			},
			Error: func(*followtail.Wheel, *kernel.OpError) { t.Error("error") },
		}})
		require.NoError(t, err)
		write(t, name, "one\n")
	}, nil)
	assert.Equal(t, []string{"one", "two"}, got)
}
