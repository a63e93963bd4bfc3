package poe_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe"
)

type closer struct {
	closed int
	err    error
}

func (c *closer) Close() error {
	c.closed++
	return c.err
}

func TestReplaceClosesTheFormer(t *testing.T) {
	first, second := &closer{}, &closer{err: errors.New("no")}
	var wheel *closer
	require.NoError(t, poe.Replace(&wheel, first))
	require.NoError(t, poe.Replace(&wheel, first), "with itself")
	assert.Zero(t, first.closed)
	require.NoError(t, poe.Replace(&wheel, second))
	assert.Equal(t, 1, first.closed)
	assert.EqualError(t, poe.Replace(&wheel, nil), "no")
	assert.Nil(t, wheel)
}
