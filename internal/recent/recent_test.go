package recent_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/internal/recent"
)

func TestTheOldestGo(t *testing.T) {
	var m recent.Map[int, string]
	_, ok := m.Get(1)
	assert.False(t, ok)
	for i := range 10 {
		m.Add(i, "x", 3)
		for j := range i + 1 {
			value, ok := m.Get(j)
			assert.Equal(t, j > i-3, ok, "%d of %d", j, i)
			assert.Equal(t, ok, value == "x")
		}
	}
}
