package evidence_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/cmd/poe/internal/evidence"
)

const trace = `{"msg":"dispatching","event":"_start","from":{"session":0},"to":{"session":1},"args":[]}
{"msg":"called","sub":"main::__ANON__","file":"dir/t.pl","first":4,"handler":true,"args":[],"heap":{}}
{"msg":"dispatching","event":"tick","from":{"session":1},"to":{"session":1},"args":["3"]}
{"msg":"called","sub":"main::tick","file":"dir/t.pl","first":3,"handler":true,"args":["integer"],"heap":{}}
{"msg":"dispatching","event":"tick","from":{"session":1},"to":{"session":1},"args":["2","x"]}
{"msg":"called","sub":"main::tick","file":"dir/t.pl","first":3,"handler":true,"args":["integer","text"],"heap":{"sum":"number"}}
{"msg":"called","sub":"main::tick","file":"dir/t.pl","first":3,"handler":true,"args":["integer","text"],"heap":{"sum":"number"}}
{"msg":"called","sub":"main::cut`

func TestEvidence(t *testing.T) {
	e := evidence.New()
	require.NoError(t, e.Add("t.trace", strings.NewReader(trace)))
	require.True(t, e.HasValues())
	require.Equal(t, map[string]int{"_start": 1, "tick": 2}, e.Events)

	tick := e.Sub("main::tick", "t.pl", 3)
	require.Equal(t, 3, tick.Calls)
	kind, ok := tick.Args[0].Always()
	require.True(t, ok)
	require.EqualValues(t, "integer", kind)
	_, ok = tick.Args[1].Always()
	require.False(t, ok)
	require.Equal(t, "text or undef", tick.Args[1].String())
	require.Equal(t, "number or undef", tick.Heap["sum"].String())
	require.Equal(t, "number or undef", e.HeapKinds("sum").String())
	require.Nil(t, e.HeapKinds("nothing"))

	require.Equal(t, 1, e.Sub("", "t.pl", 4).Calls)
	require.Nil(t, e.Sub("main::never", "t.pl", 9))
	require.NoError(t, e.Add("t.trace", strings.NewReader(`{"msg":"unobserved","sub":"main::by_key"}`+"\n")))
	require.False(t, e.Observes("main::by_key"))
	require.True(t, e.Observes("main::tick"))
	var none *evidence.Evidence
	require.Nil(t, none.Sub("main::tick", "t.pl", 3))
	require.False(t, none.HasValues())
}

func TestNoTrace(t *testing.T) {
	require.ErrorContains(t, evidence.New().Add("x", strings.NewReader("use POE;\n")), "x:1: this is no trace")
	require.ErrorContains(t, evidence.New().Add("x", strings.NewReader(`{"msg":"called","sub":"a","args":[{}]}`+"\n")), "x:1: argument 0 of a")
	_, err := evidence.Read("nowhere.trace")
	require.Error(t, err)
}

func FuzzAdd(f *testing.F) {
	f.Add(trace)
	f.Fuzz(func(_ *testing.T, text string) { _ = evidence.New().Add("x", strings.NewReader(text)) })
}
