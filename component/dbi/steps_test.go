package dbi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
)

func transaction(steps ...dbi.Query) dbi.Query {
	return dbi.Query{Kind: dbi.Transaction, Steps: steps}
}

// A transaction in one query: all of it or nothing, and once more from its beginning
// when the connection is lost.
func TestSteps(t *testing.T) {
	all := dbi.Step(dbi.Array, "ALL")
	for name, c := range map[string]struct {
		query   dbi.Query
		config  dbi.Config
		err     error
		steps   int
		numbers []int64
		log     []string
	}{
		"done": {
			query: transaction(add(1), dbi.Step(dbi.Do, "ADD ?", 2), all), steps: 3, numbers: []int64{1, 2},
			log: []string{"begin", "add 1", "add 2", "commit"},
		},
		"fails": {
			query: transaction(add(1), dbi.Step(dbi.Do, "FAIL"), add(2)), err: errStore, steps: 2,
			log: []string{"begin", "add 1", "rollback"},
		},
		"lost": {
			query: transaction(add(1), dbi.Step(dbi.Do, "LOSE 1"), add(2)), steps: 3, numbers: []int64{1, 2},
			config: dbi.Config{Retry: dbi.Retry{Attempts: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &store{}
			r := ask(t, s, c.config, c.query, add(9))
			require.Len(t, r, 2)
			assert.ErrorIs(t, r[0].Err, c.err)
			require.Len(t, r[0].Steps, c.steps)
			assert.ErrorIs(t, r[0].Steps[c.steps-1].Err, c.err)
			if c.err == nil && name == "done" {
				assert.Equal(t, []any{int64(1), int64(2)}, r[0].Steps[2].Values)
			}
			assert.NoError(t, r[1].Err, "the lane continues")
			assert.Equal(t, append(c.numbers, 9), s.numbers)
			if c.log != nil {
				assert.Equal(t, append(c.log, "add 9"), s.log)
			}
		})
	}
}

// A transaction inside another one fails and leaves that as it was.
func TestStepsInTransaction(t *testing.T) {
	s := &store{}
	r := ask(t, s, dbi.Config{}, dbi.Query{Kind: dbi.Begin}, transaction(add(1)), add(2), dbi.Query{Kind: dbi.Commit})
	require.Len(t, r, 4)
	assert.ErrorIs(t, r[1].Err, dbi.ErrTransaction)
	assert.NoError(t, r[3].Err)
	assert.Equal(t, []int64{2}, s.numbers)
}

func TestStepsRefused(t *testing.T) {
	for want, q := range map[string]dbi.Query{
		"Steps is empty":            transaction(),
		`Kind "begin" cannot be`:    transaction(add(1), dbi.Query{Kind: dbi.Begin}),
		`Kind "transaction" cannot`: transaction(transaction(add(1))),
		"a step has no Chunk":       transaction(dbi.Query{Kind: dbi.Rows, SQL: "ALL", Chunk: 2}),
		"SQL is empty":              transaction(dbi.Step(dbi.Do, "")),
	} {
		s := &store{}
		r := ask(t, s, dbi.Config{}, q)
		require.Len(t, r, 1)
		assert.ErrorIs(t, r[0].Err, dbi.ErrQuery)
		assert.ErrorContains(t, r[0].Err, want)
		assert.Empty(t, s.log)
	}
}
