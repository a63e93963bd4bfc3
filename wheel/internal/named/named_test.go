package named_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/wheel/internal/named"
)

type events interface{ events() }

type names struct{ A, B string }

type funcs struct{ A, B func() int }

func (names) events() {}
func (funcs) events() {}

func TestOver(t *testing.T) {
	one, two := func() int { return 1 }, func() int { return 2 }
	assert.Equal(t, names{"new", "old"}, named.Over[events](names{"old", "old"}, names{A: "new"}))
	assert.Equal(t, names{"old", "old"}, named.Over[events](names{"old", "old"}, nil))
	assert.Equal(t, names{A: "new"}, named.Over[events](nil, names{A: "new"}))
	assert.Nil(t, named.Over[events](nil, nil))
	assert.Equal(t, names{B: "new"}, named.Over[events](funcs{A: one}, names{B: "new"}), "another form replaces all")
	merged := named.Over[events](funcs{A: one, B: one}, funcs{B: two}).(funcs)
	assert.Equal(t, 1, merged.A())
	assert.Equal(t, 2, merged.B())
}
