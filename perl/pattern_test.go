//go:build linux

package perl

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWrongPattern: a pattern that is made at run time dies where it is made, as qr does.
func TestWrongPattern(t *testing.T) {
	require.Nil(t, Eval(func() any { return Pattern("(", "") }))
	require.Contains(t, Str(EvalError), "in regex")
	require.NotNil(t, Eval(func() any { return Pattern("(a)", "") }))
}

// TestFunc: a function of Go that is called by reference has its arguments in its types.
func TestFunc(t *testing.T) {
	f := Func("main::join_them", func(h *Hash, text string, n int, rest ...any) string {
		return Str(h.Get("a")) + text + Str(n) + Str(len(rest))
	})
	require.Equal(t, "1232", Str(First(f.Fn(Scalar, NewHash("a", 1), 2, "03x", " ", " "))))
	require.Same(t, f, Func("main::join_them", nil))
	require.Nil(t, Eval(func() any { return First(f.Fn(Scalar, NewArray())) }))
}

// TestKeep: a field of a struct is a holder.
func TestKeep(t *testing.T) {
	c := &counted{}
	var field any
	Keep(&field, c)
	require.Equal(t, 1, c.held)
	Drop(&field)
	require.Nil(t, field)
	require.True(t, c.gone)
}

type counted struct {
	held int
	gone bool
}

func (c *counted) Retain(n int) int {
	c.held += n
	return c.held
}

func (c *counted) Destroy() { c.gone = true }
