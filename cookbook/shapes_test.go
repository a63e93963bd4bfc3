package cookbook_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A bot with state, that joins again, comes back, identifies itself and has three
// commands is a page of code; so is no more than a few lines the ordered part of a
// daemon with a database.
func TestShapes(t *testing.T) {
	bot, err := os.ReadFile("ircstate/go/main.go")
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(string(bot), "\n"), 80)
	meters, err := os.ReadFile("../component/dbi/databases/cookbook/meters/go/main.go")
	require.NoError(t, err)
	_, ordered, found := strings.Cut(string(meters), "// store adds a reading")
	require.True(t, found)
	assert.LessOrEqual(t, strings.Count(ordered, "\n"), 25)
}
