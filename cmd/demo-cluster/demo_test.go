package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain lets this binary be one of the demo's other processes.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == childMark {
		os.Exit(child(os.Args[2], os.Args[3], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestPlayEndsByItself(t *testing.T) {
	var out, errs bytes.Buffer
	require.Equal(t, 0, run(nil, &out, &errs), "%s%s", out.String(), errs.String())
	for _, want := range []string{"hello from the north", "the actor is told", "kill -9", "open elsewhere", "what did I miss?", "all nodes have ended in order"} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "\x1b", "colour only on a terminal")
	require.Empty(t, errs.String())
}

func TestUsage(t *testing.T) {
	var out, errs bytes.Buffer
	require.Equal(t, 0, run([]string{"-h"}, &out, &errs))
	require.Equal(t, usage, errs.String())
	require.Equal(t, 2, run([]string{"-x"}, &out, &errs))
	require.Equal(t, 2, run([]string{"more"}, &out, &errs))
	require.Empty(t, out.String())
}
