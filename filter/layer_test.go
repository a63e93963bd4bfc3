package filter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/stretchr/testify/require"
)

// getRecords is one Get that must succeed.
func getRecords(t *testing.T, r *filter.Records, recs ...any) []any {
	t.Helper()
	out, err := r.Get(recs...)
	require.NoError(t, err)
	return out
}

func mapOf(f func(string) []any) *filter.Map {
	return must(filter.NewMap(filter.MapConfig{Code: func(rec any) []any { return f(rec.(string)) }}))
}

func grepOf(f func(string) bool) *filter.Grep {
	return must(filter.NewGrep(filter.GrepConfig{Code: func(rec any) bool { return f(rec.(string)) }}))
}

func recordBlockOf(size int) *filter.RecordBlock {
	return must(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: size}))
}

func splitCommas(s string) (out []any) {
	for part := range strings.SplitSeq(s, ",") {
		out = append(out, part)
	}
	return out
}

func TestGrep(t *testing.T) {
	even := func(rec any) bool { return rec.(int)%2 == 0 }
	big := func(rec any) bool { return rec.(int) > 3 }
	g := must(filter.NewGrep(filter.GrepConfig{Get: even, Put: big}))
	r := filter.NewRecords(g)
	require.Equal(t, list(2, 4), getRecords(t, r, 1, 2, 3, 4, 5))
	require.Nil(t, r.Pending())
	require.Equal(t, list(4, 5), must(r.Put(1, 4, 5)))
	require.Empty(t, must(r.Put(1)))

	require.NoError(t, r.GetOneStart(1, 3, 6, 7, 8))
	require.Equal(t, list(6), must(r.GetOne()), "those that do not pass are passed over")
	require.Equal(t, list(7, 8), r.Pending())
	clone := r.Clone()
	require.Nil(t, clone.Pending())
	require.Equal(t, list(8), must(r.GetOne()))
	require.Empty(t, must(r.GetOne()))
	require.Equal(t, list(2), getRecords(t, clone, 1, 2))

	g.Modify(filter.GrepConfig{Put: even})
	require.Equal(t, list(2), must(r.Put(1, 2)))
	g.Modify(filter.GrepConfig{Code: big})
	require.Equal(t, list(5), getRecords(t, r, 2, 5))
	require.Equal(t, list(5), must(r.Put(2, 5)))
	g.Modify(filter.GrepConfig{Get: even})
	require.Equal(t, list(2), getRecords(t, r, 2, 5))
	require.Equal(t, list(2), getRecords(t, clone, 2, 5), "a clone keeps its functions")
}

func TestMap(t *testing.T) {
	m := mapOf(splitCommas)
	r := filter.NewRecords(m)
	require.Equal(t, list("a", "b", "c"), getRecords(t, r, "a,b", "c"))
	require.Equal(t, list("x", "y", ""), must(r.Put("x,y", "")))
	require.NoError(t, r.GetOneStart("1,2", "3"))
	require.Equal(t, list("1", "2"), must(r.GetOne()))
	require.Equal(t, list("3"), r.Pending())

	m.Modify(filter.MapConfig{Get: filter.Each(func(s string) any { return len(s) })})
	require.Equal(t, list(1, 3, 7), getRecords(t, r, "abc", 7), "another type of record is left alone")
	m.Modify(filter.MapConfig{Put: func(any) []any { return nil }})
	require.Empty(t, must(r.Put("a", "b")))
}

// One record that becomes nothing ends that get; the rest waits.
func TestMapOneToNone(t *testing.T) {
	r := filter.NewRecords(mapOf(func(s string) []any {
		if s == "skip" {
			return nil
		}
		return list(s)
	}))
	require.Equal(t, list("a"), getRecords(t, r, "a", "skip", "b", "c"))
	require.Equal(t, list("b", "c"), r.Pending())
	require.Equal(t, list("b", "c", "d"), getRecords(t, r, "d"))
	require.Nil(t, r.Pending())
	require.Equal(t, list("a", "b"), must(r.Put("a", "skip", "b")))
}

func TestRecordBlock(t *testing.T) {
	rb := recordBlockOf(3)
	r := filter.NewRecords(rb)
	require.Empty(t, getRecords(t, r, 1, 2))
	require.Equal(t, list(1, 2), r.Pending())
	require.Equal(t, list(list(1, 2, 3), list(4, 5, 6)), getRecords(t, r, 3, 4, 5, 6, 7, 8))
	require.Equal(t, list(7, 8), r.Pending())
	clone := r.Clone()
	require.Nil(t, clone.Pending())

	require.Equal(t, 2, rb.SetBlockSize(2))
	require.Equal(t, 2, rb.SetBlockSize(0))
	require.Equal(t, list(list(7, 8)), getRecords(t, r), "what waits may be enough for a smaller block")
	require.Equal(t, list(list(1, 2, 3)), getRecords(t, clone, 1, 2, 3))

	require.Equal(t, list(1, 2, 3), must(r.Put(list(1, 2), list(), list(3))))
	require.Nil(t, rb.PutPending())
	_, err := r.Put(list(1), 2)
	var wrong *filter.RecordError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, list(9), must(r.Put(list(9))), "nothing of a put that failed was kept")
}

func TestRecordBlockCheckPut(t *testing.T) {
	rb := must(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 3, CheckPut: true}))
	r := filter.NewRecords(rb)
	require.Empty(t, must(r.Put(list(1, 2))))
	require.Equal(t, list(1, 2), rb.PutPending())
	require.Equal(t, list(1, 2, 3, 4, 5, 6), must(r.Put(list(3), list(4, 5, 6, 7))))
	require.Equal(t, list(7), rb.PutPending())
	require.True(t, rb.CheckPut())
	require.False(t, rb.SetCheckPut(false))
	require.Nil(t, rb.PutPending(), "POE shows none while it is off")
	require.Equal(t, list(7, 8), must(r.Put(list(8))), "switching it off lets go what was held")
	require.Equal(t, 3, rb.BlockSize())
}

func TestLayerConfigErrors(t *testing.T) {
	_, err := filter.NewRecordBlock(filter.RecordBlockConfig{})
	requireConfig(t, err, "RecordBlock", "BlockSize", filter.ErrMissing)
	_, err = filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: -1})
	requireConfig(t, err, "RecordBlock", "BlockSize", filter.ErrNegative)
	yes := func(any) bool { return true }
	for field, cfg := range map[string]filter.GrepConfig{"Code": {}, "Get": {Put: yes}, "Put": {Get: yes}} {
		_, err := filter.NewGrep(cfg)
		requireConfig(t, err, "Grep", field, filter.ErrMissing)
	}
	none := func(any) []any { return nil }
	for field, cfg := range map[string]filter.MapConfig{"Code": {}, "Get": {Put: none}, "Put": {Get: none}} {
		_, err := filter.NewMap(cfg)
		requireConfig(t, err, "Map", field, filter.ErrMissing)
	}
}

// failing is a layer that fails on the record "bad".
type failing struct{}

var errBad = errors.New("bad record")

func (failing) Get(dst []any, rec any) ([]any, bool, error) {
	if rec == "bad" {
		return dst, true, &filter.Error{Filter: "failing", Op: "decode", Err: errBad, Recoverable: true}
	}
	return append(dst, rec), true, nil
}

func (failing) Put(dst []any, recs []any) ([]any, error) {
	for _, rec := range recs {
		if rec == "bad" {
			return dst, errBad
		}
		dst = append(dst, rec)
	}
	return dst, nil
}

func TestLayerThatFails(t *testing.T) {
	r := filter.NewRecords(failing{})
	recs, err := r.Get("a", "bad", "b")
	require.ErrorIs(t, err, errBad)
	require.Equal(t, list("a"), recs)
	require.Equal(t, list("b"), getRecords(t, r))
	_, err = r.Put("a", "bad")
	require.ErrorIs(t, err, errBad)
	require.Equal(t, list("c"), getRecords(t, r.Clone(), "c"), "a layer that cannot be cloned serves in both")
}
