//go:build unix

package run_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/run"
)

// Relative entries of PATH are searched, and a directory with the program's name
// there is EACCES, as with execvp.
func TestPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.MkdirAll("bin/folder", 0o777))
	require.NoError(t, os.WriteFile("bin/prog", []byte("#!/bin/sh\necho found\n"), 0o755))
	for _, c := range []struct {
		path, program string
		out           []string
		code          int
	}{
		{"bin:/usr/bin", "prog", []string{"found"}, 0},
		{":/usr/bin", "bin/prog", []string{"found"}, 0},
		{"/usr/bin:bin", "folder", nil, int(syscall.EACCES)},
		{"/usr/bin", "prog", nil, int(syscall.ENOENT)},
	} {
		t.Setenv("PATH", c.path)
		r := collect(t, run.Config{Program: []string{c.program}}, nil)
		assert.Equal(t, c.out, r.out, c)
		assert.Equal(t, c.code, r.status.ExitCode(), c)
	}
	assert.NotEmpty(t, filepath.Base(dir))
}

// A stream whose event is taken away is read on, so that the child does not wait
// forever; an event that comes later gets what comes later.
func TestDisabledEventDiscards(t *testing.T) {
	var w *run.Wheel
	lines := 0
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		var err error
		w, err = run.New(k, run.Config{Command: "echo first; i=0; while [ $i -lt 20000 ]; do echo a line that fills the pipe; i=$((i+1)); done; exit 4",
			Events: &run.Funcs{
				Stdout: func(w *run.Wheel, _ any) {
					lines++
					w.ReplaceEvents(run.Funcs{Exit: func(w *run.Wheel, s kernel.WaitStatus) {
						assert.Equal(t, 4, s.ExitCode())
						w.Close()
					}})
				},
			}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, 1, lines)
	assert.True(t, w.Closed())
}

// Pointers to tables of events report like the tables.
func TestPointersToEvents(t *testing.T) {
	var got []any
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := run.New(k, run.Config{Command: "echo hello", Events: &run.Funcs{
			Stdout: func(_ *run.Wheel, record any) { got = append(got, record) },
			Exit:   func(w *run.Wheel, _ kernel.WaitStatus) { w.Close() },
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []any{"hello"}, got)
}

// A record that the filter refuses is an error event and no panic.
func TestRefusedRecord(t *testing.T) {
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w, err := run.New(k, run.Config{Command: "cat", Events: run.Funcs{
			Stdout: func(w *run.Wheel, record any) { got = append(got, record.(string)); w.Close() },
			Error:  func(_ *run.Wheel, err *kernel.OpError, stream string) { got = append(got, stream+" "+err.Op) },
		}})
		require.NoError(t, err)
		w.Put(struct{}{})
		w.Put("fine")
	}, nil)
	assert.Equal(t, []string{"STDIN put", "fine"}, got)
}

func TestKeepPartial(t *testing.T) {
	for _, conduit := range []run.Conduit{run.Pipe, run.SocketPair, run.PtyPipe} {
		r := collect(t, run.Config{Command: "printf 'a\\nb'; printf 'c\\nd' >&2", Conduit: conduit, KeepPartial: true}, nil)
		assert.Equal(t, []string{"a", "b"}, r.out)
		assert.Equal(t, []string{"c", "d"}, r.err)
	}
}

// KillGroup reaches a grandchild that holds the output open after the child has
// ended.
func TestKillGroup(t *testing.T) {
	r := collect(t, run.Config{Command: "sleep 1000 & echo ready; exit 7"}, func(w *run.Wheel) {
		events := w.Events().(run.Funcs)
		events.Stdout = func(w *run.Wheel, _ any) {
			assert.NoError(t, w.KillGroup(syscall.SIGTERM))
		}
		w.SetEvents(events)
	})
	assert.Contains(t, r.log, "close")
	collect(t, run.Config{Command: "true", NoSetPgrp: true}, func(w *run.Wheel) {
		assert.ErrorIs(t, w.KillGroup(syscall.SIGTERM), syscall.EINVAL)
	})
}

func TestTimeout(t *testing.T) {
	signal.Ignore(syscall.SIGTERM) // the child inherits that: a trap might come too late
	t.Cleanup(func() {             // Reset alone would let later children ignore it as well
		caught := make(chan os.Signal, 1)
		signal.Notify(caught, syscall.SIGTERM)
		signal.Stop(caught)
	})
	var w *run.Wheel
	r := collect(t, run.Config{Command: "sleep 1000 & while :; do sleep 1000; done",
		Timeout: 50 * time.Millisecond, KillAfter: 50 * time.Millisecond}, func(made *run.Wheel) { w = made })
	require.NotEmpty(t, r.log)
	assert.True(t, strings.HasPrefix(r.log[0], " timeout "), r.log)
	assert.Equal(t, int(syscall.SIGKILL), r.status.Signal())
	assert.ErrorIs(t, run.ErrTimeout, syscall.ETIMEDOUT)
	assert.True(t, w.Closed())
}
