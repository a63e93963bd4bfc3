package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// traceOf writes a trace of these events to session 1, which all have the same
// argument.
func traceOf(t *testing.T, alias, arg string, events []string) (file string) {
	t.Helper()
	var text strings.Builder
	for _, name := range events {
		fmt.Fprintf(&text, `{"msg":"dispatching","event":%q,"from":{},"to":{"session":1,"aliases":[%q]},"args":[%q]}`+"\n", name, alias, arg)
	}
	file = filepath.Join(t.TempDir(), "trace")
	require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o644))
	return file
}

// Programs that have little in common part in each event if no argument is
// equal, also where the search for what they have in common gave up.
func TestNothingAlike(t *testing.T) {
	const events = 200
	random := rand.New(rand.NewSource(1))
	some := func() (names []string) {
		for range events {
			names = append(names, string(rune('a'+random.Intn(5))))
		}
		return names
	}
	status, out, errs := poe("diff", "-json", traceOf(t, "x", "left", some()), traceOf(t, "x", "right", some()))
	require.Equal(t, 1, status, errs)
	var got struct{ Differences []difference }
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	left, right := 0, 0
	for i, d := range got.Differences {
		require.Equal(t, i, d.After, "the row before is no difference")
		if d.Left != nil {
			left++
		}
		if d.Right != nil {
			right++
		}
		if d.Left != nil && d.Right != nil && d.Left.Name == d.Right.Name {
			require.Equal(t, []int{0}, d.Args)
		} else {
			require.Nil(t, d.Args)
		}
	}
	require.Equal(t, []int{events, events}, []int{left, right})
}

// An alias may be any text.
func TestOddAliases(t *testing.T) {
	one, two := "two\nlines", "two"
	for _, c := range []struct {
		left, right string
		status      int
	}{{one, one, 0}, {one, two, 1}, {two, one, 1}} {
		left, right := traceOf(t, c.left, "x", []string{"a", "b"}), traceOf(t, c.right, "x", []string{"a", "b"})
		status, out, errs := poe("diff", left, right)
		require.Equal(t, c.status, status, out+errs)
	}
}
