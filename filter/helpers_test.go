package filter_test

import (
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/stretchr/testify/require"
)

// lineOf, blockOf ... are constructors for configurations that are right.
func lineOf(cfg filter.LineConfig) func() filter.Filter {
	return func() filter.Filter { return must(filter.NewLine(cfg)) }
}

func blockOf(cfg filter.BlockConfig) func() filter.Filter {
	return func() filter.Filter { return must(filter.NewBlock(cfg)) }
}

func referenceOf(cfg filter.ReferenceConfig) func() filter.Filter {
	return func() filter.Filter { return must(filter.NewReference(cfg)) }
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// get is one Get of strings that must succeed.
func get(t *testing.T, b *filter.Buffer, chunks ...string) []any {
	t.Helper()
	bytes := make([][]byte, len(chunks))
	for i, c := range chunks {
		bytes[i] = []byte(c)
	}
	recs, err := b.Get(bytes...)
	require.NoError(t, err)
	return recs
}

// put is one Put that must succeed, as strings.
func put(t *testing.T, b *filter.Buffer, recs ...any) []string {
	t.Helper()
	messages, err := b.Put(recs...)
	require.NoError(t, err)
	out := make([]string, len(messages))
	for i, m := range messages {
		out[i] = string(m)
	}
	return out
}

// requireLimit asserts that err is about a limit.
func requireLimit(t *testing.T, err error, name, limit string, value int) {
	t.Helper()
	var e *filter.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, filter.ErrLimit)
	require.Equal(t, name, e.Filter)
	var l *filter.LimitError
	require.ErrorAs(t, err, &l)
	require.Equal(t, limit, l.Limit)
	require.EqualValues(t, value, l.Max)
}

// requireConfig asserts that err is about a field of a configuration.
func requireConfig(t *testing.T, err error, name, field string, cause error) {
	t.Helper()
	var e *filter.ConfigError
	require.ErrorAs(t, err, &e)
	require.Equal(t, "filter", e.Package)
	require.Equal(t, name+"Config."+field, e.Field)
	require.ErrorIs(t, err, cause)
}

func list(recs ...any) []any { return recs }

// fill returns n bytes of text.
func fill(n int) string { return strings.Repeat("x", n) }
