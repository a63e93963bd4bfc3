package poe_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/kernel"
)

const (
	add   poe.Name[int]               = "add"
	label poe.Name2[string, int]      = "label"
	span  poe.Name3[int, int, string] = "range"
	total poe.Query[string, int]      = "total"
)

type sum struct {
	total int
	names []string
}

func (s *sum) start(e poe.Event)                     { e.AliasSet("sum") }
func (s *sum) add(e poe.Event, n int)                { s.total += n }
func (s *sum) label(e poe.Event, name string, n int) { s.names = append(s.names, fmt.Sprint(name, n)) }
func (s *sum) ranged(e poe.Event, from, to int, unit string) {
	s.names = append(s.names, fmt.Sprint(from, "-", to, unit))
}
func (s *sum) query(e poe.Event, unit string) int { return s.total }

var sumStates = poe.Table(
	poe.Untyped("_start", (*sum).start),
	poe.On(add, (*sum).add),
	poe.On2(label, (*sum).label),
	poe.On3(span, (*sum).ranged),
	poe.Answer(total, (*sum).query),
)

func TestTypedEventsArriveWithTheirArguments(t *testing.T) {
	k := poe.New()
	s := &sum{}
	adder, err := poe.Create(k, s, sumStates)
	require.NoError(t, err)
	_, err = poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			assert.NoError(t, add.Post(e.Kernel, adder.ID(), 2))
			assert.NoError(t, e.Post(poe.Alias("sum"), "add", 3), "an untyped post is the same event")
			assert.NoError(t, label.Post(e.Kernel, adder.ID(), "n", 7))
			assert.NoError(t, span.Post(e.Kernel, adder.ID(), 1, 2, "m"))
			e.Yield("ask")
		},
		"ask": func(e poe.Event) {
			n, err := total.Call(e.Kernel, adder.ID(), "m")
			assert.NoError(t, err)
			assert.Equal(t, 5, n)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"n7", "1-2m"}, s.names)
}

func TestTypedYieldAndDelay(t *testing.T) {
	k := poe.New()
	var got []int
	states := poe.Table(
		poe.Untyped("_start", func(_ *sum, e poe.Event) {
			add.Yield(e.Kernel, 1)
			assert.NoError(t, add.Delay(e.Kernel, 0, 2))
		}),
		poe.On(add, func(_ *sum, _ poe.Event, n int) { got = append(got, n) }),
	)
	_, err := poe.Create(k, &sum{}, states)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []int{1, 2}, got)
}

func TestTypedHandlerRefusesAnotherArgument(t *testing.T) {
	k := poe.New()
	adder, err := poe.Create(k, &sum{}, sumStates)
	require.NoError(t, err)
	require.NoError(t, k.Post(adder.ID(), "add", "two"))
	var wrong *kernel.ArgError
	require.ErrorAs(t, k.Run(), &wrong)
	assert.Equal(t, "add", wrong.Event)
	assert.Equal(t, "int", wrong.Want)
}

func TestQueryOfNobodyIsAnError(t *testing.T) {
	k := poe.New()
	_, err := poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			_, err := total.Call(e.Kernel, poe.Alias("nobody"), "m")
			assert.ErrorIs(t, err, kernel.ErrNoSession)
			_, err = total.Call(e.Kernel, e.Session, "m")
			assert.ErrorContains(t, err, `call "total" returned nothing, want int`)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// Nil is an argument and an answer like others where the type is an interface, and
// no answer is still an error.
func TestQueryWithNil(t *testing.T) {
	const check poe.Query[error, error] = "check"
	k := poe.New()
	var got []error
	asked, err := poe.Create(k, &sum{}, poe.Table(
		poe.Untyped("_start", func(_ *sum, e poe.Event) { e.AliasSet("asked") }),
		poe.Answer(check, func(_ *sum, _ poe.Event, err error) error { got = append(got, err); return err }),
	))
	require.NoError(t, err)
	_, err = poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			for _, want := range []error{nil, kernel.ErrNoSession} {
				answer, err := check.Call(e.Kernel, asked.ID(), want)
				assert.NoError(t, err)
				assert.Equal(t, want, answer)
			}
			_, err := check.Call(e.Kernel, e.Session, nil)
			assert.ErrorContains(t, err, `call "check" returned nothing, want error`)
			_, err = check.Call(e.Kernel, e.Session, nil)
			assert.ErrorContains(t, err, "returned nothing")
			_, err = poe.Query[error, int]("check").Call(e.Kernel, asked.ID(), nil)
			assert.ErrorContains(t, err, `call "check" returned <nil>, want int`)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []error{nil, kernel.ErrNoSession, nil}, got)
}

func TestTableFindsMistakes(t *testing.T) {
	for _, c := range []struct {
		name, want string
		states     []poe.State[sum]
	}{
		{"doubled", `poe: Table: event "add" is named twice`, []poe.State[sum]{poe.On(add, (*sum).add), poe.On(add, (*sum).add)}},
		{"no handler", `poe: Table: event "add" has no handler`, []poe.State[sum]{poe.On[sum](add, nil)}},
		{"no name", "poe: Table: an entry has no event name", []poe.State[sum]{poe.Untyped("", (*sum).start)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.PanicsWithValue(t, c.want, func() { poe.Table(c.states...) })
		})
	}
}

func ExampleName() {
	k := poe.New()
	s := &sum{}
	session, err := poe.Create(k, s, sumStates)
	if err != nil {
		fmt.Println(err)
	}
	add.Post(k, session.ID(), 40)
	add.Post(k, session.ID(), 2)
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.total)
	// Output:
	// 42
}

// In strict mode the error of a wrong argument names the place that has posted
// it, through the typed names as well.
func TestStrictNamesThePoster(t *testing.T) {
	wrong := poe.Name[string]("add") // of another type than the handler's
	for name, post := range map[string]func(e poe.Event){
		"untyped": func(e poe.Event) { e.Yield("add", "seven") },
		"typed":   func(e poe.Event) { wrong.Yield(e.Kernel, "seven") },
		"delayed": func(e poe.Event) { assert.NoError(t, e.Delay("add", time.Millisecond, "seven")) },
	} {
		t.Run(name, func(t *testing.T) {
			k := poe.New(poe.Options{Strict: true})
			_, err := poe.Create(k, &sum{}, poe.Table(
				poe.Untyped("_start", func(_ *sum, e poe.Event) { post(e) }),
				poe.On(add, (*sum).add),
			))
			require.NoError(t, err)
			var wrong *kernel.ArgError
			require.ErrorAs(t, k.Run(), &wrong)
			assert.Contains(t, wrong.Posted, "typed_test.go:")
			assert.Contains(t, wrong.Error(), "argument 0 is string, want int, posted at "+wrong.Posted)
		})
	}
}

// One post and its dispatch, with and without types.
func BenchmarkPost(b *testing.B) {
	for _, c := range []struct {
		name   string
		post   func(e poe.Event)
		states poe.States[sum]
	}{
		{"untyped", func(e poe.Event) { e.Kernel.Post(e.Session, "add", 7) }, poe.States[sum]{
			"add": func(s *sum, e poe.Event) { s.total += poe.Arg[int](e, 0) },
		}},
		{"typed", func(e poe.Event) { add.Post(e.Kernel, e.Session, 7) }, poe.Table(poe.On(add, (*sum).add))},
	} {
		b.Run(c.name, func(b *testing.B) {
			k := poe.New()
			states := poe.States[sum]{"_start": func(_ *sum, e poe.Event) { e.Yield("next") }}
			left := b.N
			states["add"] = c.states["add"]
			states["next"] = func(_ *sum, e poe.Event) {
				for i := 0; i < 100 && left > 0; i++ {
					c.post(e)
					left--
				}
				if left > 0 {
					e.Yield("next")
				}
			}
			if _, err := poe.Create(k, &sum{}, states); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := k.Run(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
