package base_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/base"
)

type events interface{ events() }

type names struct{ Input, End string }

type funcs struct {
	Input func(w *wheel, record any)
	Text  func(w *wheel, record string)
	End   func(w *wheel)
}

func (names) events() {}
func (funcs) events() {}

type wheel struct {
	base  base.Base
	table base.Events[names, funcs]
}

func (w *wheel) core() *base.Base { return &w.base }
func (w *wheel) Close() error     { w.base.Close(); return nil }

func (n names) funcs() funcs {
	return funcs{Input: base.RecordFunc(n.Input, (*wheel).core), End: base.IDFunc(n.End, (*wheel).core)}
}

// All forms of the tables are equal, pointers included.
func TestReplace(t *testing.T) {
	ended := 0
	f := funcs{End: func(*wheel) { ended++ }}
	for name, c := range map[string]struct {
		table   events
		current any
		called  bool
	}{
		"names":         {names{End: "end"}, names{End: "end"}, true},
		"*names":        {&names{End: "end"}, names{End: "end"}, true},
		"funcs":         {f, nil, true},
		"*funcs":        {&f, nil, true},
		"no events":     {nil, funcs{}, false},
		"a nil *names":  {(*names)(nil), funcs{}, false},
		"a nil *funcs":  {(*funcs)(nil), funcs{}, false},
		"without names": {names{}, names{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			ended = 0
			k := kernel.New()
			_, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					w := &wheel{}
					require.NoError(t, w.base.Init(k, base.NewKind("test"), w))
					w.table.Replace(c.table, names.funcs)
					if c.current != nil {
						assert.Equal(t, c.current, w.table.Current())
					}
					if f := w.table.Funcs.End; assert.Equal(t, c.called, f != nil) && f != nil {
						f(w)
					}
				},
				"end": func(e kernel.Event) { ended++ },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, c.called, ended == 1)
		})
	}
}

// A table of names does not change with the names that it was made of.
func TestNamesAreCopied(t *testing.T) {
	n := &names{End: "end"}
	var table base.Events[names, funcs]
	table.Replace(n, names.funcs)
	n.End = "other"
	assert.Equal(t, names{End: "end"}, table.Current())
}

func TestMerge(t *testing.T) {
	one, two := func(*wheel) {}, func(*wheel) { panic("two") }
	text := func(*wheel, string) {}
	input := func(*wheel, any) {}
	assert.Equal(t, names{"new", "old"}, base.Merge[events](names{"old", "old"}, names{Input: "new"}))
	assert.Equal(t, names{"new", "old"}, base.Merge[events](&names{"old", "old"}, &names{Input: "new"}))
	assert.Equal(t, names{"old", "old"}, base.Merge[events](names{"old", "old"}, nil))
	assert.Equal(t, names{"old", "old"}, base.Merge[events](names{"old", "old"}, (*names)(nil)))
	assert.Equal(t, names{Input: "new"}, base.Merge[events](nil, &names{Input: "new"}))
	assert.Nil(t, base.Merge[events](nil, nil))
	assert.Equal(t, names{End: "new"}, base.Merge[events](funcs{End: one}, names{End: "new"}), "another form replaces all")
	merged := base.Merge[events](funcs{Input: input, End: one}, funcs{Text: text, End: two}).(funcs)
	assert.Panics(t, func() { merged.End(nil) })
	assert.NotNil(t, merged.Text)
	assert.Nil(t, merged.Input, "one form of input replaces another")
	merged = base.Merge[events](merged, funcs{End: one}).(funcs)
	assert.NotNil(t, merged.Text)
}

// Input is used before Bytes, and Bytes before Text; text comes as either.
func TestDeliver(t *testing.T) {
	var got []any
	input := func(_ *wheel, record any) { got = append(got, record) }
	bytes := func(_ *wheel, record []byte) { got = append(got, record) }
	text := func(_ *wheel, record string) { got = append(got, record) }
	for _, c := range []struct {
		record any
		input  func(*wheel, any)
		bytes  func(*wheel, []byte)
		text   func(*wheel, string)
		want   []any
		fits   bool
	}{
		{1, input, bytes, text, []any{1}, true},
		{"a", nil, bytes, text, []any{[]byte("a")}, true},
		{"a", nil, nil, text, []any{"a"}, true},
		{[]byte("a"), nil, nil, text, []any{"a"}, true},
		{[]byte("a"), nil, bytes, nil, []any{[]byte("a")}, true},
		{1, nil, bytes, text, nil, false},
		{nil, nil, nil, text, nil, false},
		{1, nil, nil, nil, nil, true},
	} {
		got = nil
		assert.Equal(t, c.fits, base.Deliver(nil, c.record, c.input, c.bytes, c.text))
		assert.Equal(t, c.want, got)
	}
}
