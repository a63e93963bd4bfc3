package followtail

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Files that were created at the same time, as far as the system's clock shows, are
// in the order of their names in a search that has found both: a name of an earlier
// search says nothing.
func TestMergedSearches(t *testing.T) {
	file := func(inode uint64, mark string) *candidate {
		return &candidate{arrival: arrival{name: "log" + mark, id: identity{Inode: inode, Born: 1}}, mark: mark, modified: 1}
	}
	for _, c := range []struct {
		name     string
		searches [][]*candidate
		want     []uint64
	}{
		{"both in the last", [][]*candidate{{file(5, ".1")}, {file(5, ".2"), file(6, ".1")}}, []uint64{5, 6}},
		{"one in the last", [][]*candidate{{file(5, ".2"), file(6, ".1")}, {file(6, ".3")}}, []uint64{5, 6}},
		{"renamed between two", [][]*candidate{{file(5, ".1")}, {file(5, ".2"), file(6, ".1")}, {file(5, ".4"), file(6, ".3")}, {file(6, ".5")}}, []uint64{5, 6}},
	} {
		var got []uint64
		for _, f := range merged(c.searches) {
			got = append(got, f.id.Inode)
		}
		assert.Equal(t, c.want, got, c.name)
	}
}
