package editdistance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/internal/editdistance"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0},
		{"got_line", "got_lien", 1}, {"got_line", "got_lines", 1}, {"got_line", "gt_line", 1}, {"got_line", "got_lime", 1},
		{"kitten", "sitting", 3},
	} {
		assert.Equal(t, c.want, editdistance.Of(c.a, c.b), "%q, %q", c.a, c.b)
		assert.Equal(t, c.want, editdistance.Of(c.b, c.a), "%q, %q", c.b, c.a)
	}
}
