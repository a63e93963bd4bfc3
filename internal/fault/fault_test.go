package fault_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/fault"
)

func TestPlansAreReadAsTheyAreWritten(t *testing.T) {
	for _, p := range []fault.Plan{{}, {Call: "read", Nth: 3, Error: syscall.ECONNRESET}} {
		again, err := fault.Parse(p.String())
		require.NoError(t, err)
		assert.Equal(t, p, again)
	}
	for _, text := range []string{"read", "read:0:EIO", "read:x:EIO", ":1:EIO", "read:1:EVERYTHING", "read:1:EIO:more"} {
		_, err := fault.Parse(text)
		assert.ErrorContains(t, err, "fault", text)
	}
}

func TestPlacesAreSpreadEvenly(t *testing.T) {
	assert.Equal(t, []int{1, 2, 3}, fault.Places(3, 8))
	assert.Equal(t, []int{1, 4, 7, 10}, fault.Places(10, 4))
	assert.Equal(t, []int{1}, fault.Places(10, 1))
	assert.Empty(t, fault.Places(0, 4))
}

func TestOneCallFails(t *testing.T) {
	c := fault.NewCounter(fault.Plan{Call: "read", Nth: 2, Error: syscall.EIO}, nil)
	require.NoError(t, c.Next("read", "a"))
	_, met := c.Met()
	require.False(t, met)
	require.NoError(t, c.Next("write", "a"))
	require.Equal(t, syscall.EIO, c.Next("read", "b"))
	require.NoError(t, c.Next("read", "b"))
	of, met := c.Met()
	require.True(t, met)
	require.Equal(t, "b", of)
	require.Equal(t, []fault.Call{{Name: "read", N: 3}, {Name: "write", N: 1}}, c.Calls())
}
