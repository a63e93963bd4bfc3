package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func TestInspectAndTop(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "unix:" + t.TempDir() + "/socket"} {
		k := kernel.New(kernel.Options{Name: "shown", Logger: slog.New(slog.DiscardHandler)})
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { _, _ = e.Kernel.RefcountIncrement(e.Session, "test"); e.Kernel.Yield("work") },
			"work":   func(kernel.Event) {},
		})
		require.NoError(t, err)
		i, err := inspect.Listen(k, addr, inspect.Config{})
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- k.Run() }()
		for _, args := range [][]string{{"inspect", "-print", i.URL()}, {"top", "-n", "1", i.URL()}} {
			var out, errs bytes.Buffer
			require.Zero(t, run(args, &out, &errs), errs.String())
			require.Contains(t, out.String(), "shown")
			require.Contains(t, out.String(), "sessions 1")
		}
		var out, errs bytes.Buffer
		require.Equal(t, 2, run([]string{"inspect", "-print", i.URL() + "x"}, &out, &errs))
		require.Contains(t, errs.String(), "401")
		require.NoError(t, i.Close())
		k.Outside().Stop()
		require.NoError(t, <-ended)
	}
	var out, errs bytes.Buffer
	require.Equal(t, 2, run([]string{"inspect"}, &out, &errs))
	require.Equal(t, 2, run([]string{"top"}, &out, &errs))
	errs.Reset()
	require.Equal(t, 2, run([]string{"inspect", "missing.json"}, &out, &errs))
	require.Contains(t, errs.String(), "no such file")
}

// A dump is opened without the program, and what is none is refused.
func TestInspectDump(t *testing.T) {
	path := filepath.Join(t.TempDir(), "crash.json")
	k := kernel.New(kernel.Options{Name: "shown", Logger: slog.New(slog.DiscardHandler)})
	i := inspect.New(k, inspect.Config{CrashDump: path})
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("fails") },
		"fails":  func(kernel.Event) { panic("on purpose") },
	})
	require.NoError(t, err)
	require.ErrorContains(t, k.Run(), "on purpose")
	require.NoError(t, i.Close())
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"inspect", "-print", path}, &out, &errs), errs.String())
	require.Contains(t, out.String(), "on purpose")
	require.Contains(t, out.String(), "shown")
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))
	require.Equal(t, 2, run([]string{"inspect", "-print", path}, &out, &errs))
	require.Contains(t, errs.String(), "format")
}
