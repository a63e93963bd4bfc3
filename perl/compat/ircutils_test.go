//go:build linux

package compat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/perl/compat"
)

// What IRC::Utils returns for the same arguments.
func TestIRCUtils(t *testing.T) {
	assert.Equal(t, "A[B]~~", compat.UcIRC("a{b}~^"))
	assert.Equal(t, "A{B}", compat.UcIRC("a{b}", "ascii"))
	assert.Equal(t, "a{b}", compat.LcIRC("A[B]"))
	assert.Equal(t, []any{"nick", "u", "h"}, compat.ParseUser("nick!u@h"))
	assert.Equal(t, []any{"server.name", nil, nil}, compat.ParseUser("server.name"))
	assert.Equal(t, "nick!*@*", compat.NormalizeMask("nick"))
	assert.Equal(t, "red", compat.StripColor("\x0304red\x03"))
	for _, c := range []struct {
		got  any
		want bool
	}{
		{compat.MatchesMask("*!*@*.net", "a!b@c.NET"), true},
		{compat.MatchesMask("*!*@*.net", "a!b@c.com"), false},
		{compat.MatchesMask("nick", "nick!a@b"), false},
		{compat.MatchesMask("", "x"), false},
		{compat.EqIRC("a{", "A["), true},
		{compat.EqIRC("a", "b"), false},
		{compat.HasColor("x"), false},
		{compat.HasFormatting("\x02b"), true},
		{compat.IsValidNickName("1a"), false},
		{compat.IsValidNickName("a1"), true},
		{compat.IsValidChanName("#a"), true},
	} {
		if c.want {
			assert.Equal(t, 1, c.got)
		} else {
			assert.Nil(t, c.got)
		}
	}
}
