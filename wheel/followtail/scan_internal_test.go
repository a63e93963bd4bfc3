package followtail

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
		for _, f := range merged(c.searches, false) {
			got = append(got, f.id.Inode)
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

// A file that was opened by its name, and rotated before those were looked for that
// are to be read before it, is found again after them.
func TestOvertakenFileIsFoundAgain(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	s := newScanner(files{system: machine{}}, log)
	require.NoError(t, s.refresh())
	begin := time.Now()
	require.NoError(t, os.WriteFile(log+".2", []byte("first"), 0o666))
	require.NoError(t, os.WriteFile(log+".1", []byte("second"), 0o666))
	second, err := files{system: machine{}}.open(log + ".1")
	require.NoError(t, err)
	defer second.Close()

	require.NoError(t, s.refresh())
	before, copies := s.overtakers(&source{file: second}, begin)
	assert.False(t, copies)
	require.Len(t, before, 1)
	assert.Equal(t, "log.2", before[0].name)

	require.NoError(t, s.open(before[0]))
	defer before[0].close()
	require.NoError(t, s.refresh())
	after, gap := s.successors(&source{file: before[0].file}, begin)
	assert.False(t, gap)
	require.Len(t, after, 1)
	assert.Equal(t, "log.1", after[0].name)
	assert.False(t, after[0].late)
}

// A copy that was put back is returned once more, also if the file was truncated, and
// the search for copies begun, long after the copy was created.
func TestCopyThatWasPutBackIsReturned(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	s := newScanner(files{system: machine{}}, log)
	require.NoError(t, s.refresh())
	begin := time.Now()
	require.NoError(t, os.WriteFile(log+".1", []byte("a copy that grows"), 0o666))
	require.NoError(t, s.refresh())
	list := s.copies(begin)
	require.Len(t, list, 1)
	s.putBack(list[0])
	for range 2 {
		require.NoError(t, s.refresh())
	}
	list = s.copies(begin.Add(time.Hour))
	require.Len(t, list, 1)
	require.NoError(t, s.refresh())
	assert.Empty(t, s.copies(begin))
}
