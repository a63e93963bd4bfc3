package filter_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/stretchr/testify/require"
)

func stackOf(parts ...func() any) func() filter.Filter {
	return func() filter.Filter {
		var made []any
		for _, p := range parts {
			made = append(made, p())
		}
		return must(filter.NewStack(made...))
	}
}

func lf() any    { return must(filter.NewLine(filter.LineConfig{Literal: "\n"})) }
func upper() any { return mapOf(func(s string) []any { return list(strings.ToUpper(s)) }) }
func noB() any   { return grepOf(func(s string) bool { return s != "B" }) }

func TestStack(t *testing.T) {
	const stream = "a\nb\nA,B\nc\nrest"
	filtertest.Run(t, stackOf(lf), []byte(stream), list("a", "b", "A,B", "c"))
	t.Run("layers", func(t *testing.T) {
		filtertest.Run(t, stackOf(lf, upper, noB), []byte(stream), list("A", "A,B", "C"))
	})
	t.Run("one to many", func(t *testing.T) {
		commas := func() any { return mapOf(splitCommas) }
		filtertest.Decode(t, stackOf(lf, upper, commas, noB), []byte(stream), list("A", "A", "C"))
	})
	t.Run("blocks", func(t *testing.T) {
		pairs := func() any { return recordBlockOf(2) }
		filtertest.Run(t, stackOf(lf, pairs), []byte(stream), list(list("a", "b"), list("A,B", "c")))
	})
	t.Run("filter on filter", func(t *testing.T) {
		outer := func() any { return must(filter.NewLine(filter.LineConfig{Literal: ";"})) }
		filtertest.Run(t, stackOf(outer, lf), []byte("a\nb;;\n\nc\n;"), list("a", "b", "", "c"))
	})
	t.Run("stack in stack", func(t *testing.T) {
		inner := func() any { return stackOf(upper, noB)() }
		filtertest.Run(t, stackOf(lf, inner), []byte(stream), list("A", "A,B", "C"))
	})
	t.Run("empty", func(t *testing.T) {
		b := filter.NewBuffer(stackOf()())
		require.Equal(t, list("as it comes"), get(t, b, "as it ", "comes"))
		require.Equal(t, []string{"a", "b"}, put(t, b, "a", "b"))
		require.Equal(t, []any{}, b.Pending())
	})
	t.Run("layers only", func(t *testing.T) {
		b := filter.NewBuffer(stackOf(upper, noB)())
		require.Equal(t, list("A", "C"), get(t, b, "a", "b", "c"), "each chunk is a record")
		require.Equal(t, []string{"A"}, put(t, b, "a", "B"))
		_, err := b.Put("a", "b")
		require.NoError(t, err)
	})
}

func TestStackLimits(t *testing.T) {
	limited := func() any { return must(filter.NewLine(filter.LineConfig{MaxLength: 5, MaxBuffer: 10})) }
	filtertest.Limit(t, stackOf(limited, upper), []byte("12345678901"), "MaxBuffer")
	filtertest.Limit(t, stackOf(limited, upper), []byte("123456\n"), "MaxLength")
	t.Run("behind a layer", func(t *testing.T) {
		filtertest.Limit(t, stackOf(upper, limited), []byte("12345678901"), "MaxBuffer")
	})

	b := filter.NewBuffer(stackOf(limited, upper)())
	_, err := b.Get([]byte("12345678901"))
	requireLimit(t, err, "Line", "MaxBuffer", 10)
}

// put ends where nothing is left: a Block would make an empty message of it.
func TestStackPut(t *testing.T) {
	fixed := func() any { return must(filter.NewBlock(filter.BlockConfig{BlockSize: 2})) }
	b := filter.NewBuffer(stackOf(fixed, noB)())
	require.Empty(t, put(t, b, "B"))
	require.Equal(t, []string{"AC"}, put(t, b, "A", "B", "C"))
	require.Equal(t, []string{""}, put(t, filter.NewBuffer(stackOf(fixed)())))

	b = filter.NewBuffer(must(filter.NewStack(lf(), failing{})))
	_, err := b.Put("a", "bad")
	require.ErrorIs(t, err, errBad)
	recs, err := b.Get([]byte("a\nbad\nb\n"))
	require.ErrorIs(t, err, errBad)
	require.Equal(t, list("a"), recs)
	require.Equal(t, list("b"), get(t, b))
	_, err = filter.NewBuffer(must(filter.NewStack(lf(), recordBlockOf(2), lf()))).Get([]byte("a\nb\n"))
	var wrong *filter.RecordError
	require.ErrorAs(t, err, &wrong, "a filter behind records that are no text")
}

func TestStackChanges(t *testing.T) {
	s := must(filter.NewStack(must(filter.NewLine(filter.LineConfig{Literal: ";"}))))
	b := filter.NewBuffer(s)
	up, grep := upper(), noB()
	require.NoError(t, s.Push(up, grep))
	require.Equal(t, []string{"Line", "Map", "Grep"}, s.FilterTypes())
	require.Equal(t, list("A", "C"), get(t, b, "a;b;c;re"))

	rev := mapOf(func(s string) []any {
		b := []byte(s)
		slices.Reverse(b)
		return list(string(b))
	})
	require.Equal(t, list("REST"), get(t, b, "st;"))
	require.NoError(t, s.Unshift(rev))
	require.Equal(t, list("DC", "BA"), get(t, b, ";ab;cd"))
	require.Equal(t, []string{";YX"}, put(t, b, "xy"))
	first, err := s.Shift()
	require.NoError(t, err)
	require.Same(t, rev, first)
	require.Same(t, grep, s.Pop())
	require.Len(t, s.Filters(), 2)
	require.Same(t, up, s.Filters()[1])

	for _, part := range list("text", nil, []any{}, 1) {
		err := s.Push(upper(), part)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "Stack parts", wrong.Field)
		require.Error(t, s.Unshift(part))
	}
	require.Equal(t, []string{"Line", "Map"}, s.FilterTypes(), "all or nothing is added")
	_, err = filter.NewStack(7)
	require.EqualError(t, err, "filter: Stack parts: is neither a Filter nor a Layer")

	for range 2 {
		s.Pop()
	}
	require.Nil(t, s.Pop())
	none, err := s.Shift()
	require.NoError(t, err)
	require.Nil(t, none)
}

// What waits for the first part goes to the next when the first is shifted
// off, as POE's manual has it; what waits for the last is lost when it is
// popped.
func TestStackShiftAndPopWithInputWaiting(t *testing.T) {
	s := must(filter.NewStack(lf(), recordBlockOf(3), recordBlockOf(2)))
	b := filter.NewBuffer(s)
	require.Empty(t, get(t, b, "1\n2\n3\n4\n5\nrest"))
	require.Equal(t, list(list("1", "2", "3")), b.Pending(), "what the last part holds")
	require.Equal(t, "rest", string(b.Bytes()))
	s.Pop()
	require.Equal(t, list("4", "5"), b.Pending())
	require.Equal(t, list(list("4", "5", "rest")), get(t, b, "\n"))

	r := must(filter.NewStack(recordBlockOf(3), mapOf(splitCommas))).Records()
	require.Empty(t, must(r.Get("a,b", "c")))
	s = must(filter.NewStack(recordBlockOf(3), mapOf(splitCommas)))
	r = s.Records()
	require.Empty(t, must(r.Get("a,b", "c")))
	_, err := s.Shift()
	require.NoError(t, err)
	require.Equal(t, list("a", "b", "c"), must(r.Get()))
}

func TestStackPending(t *testing.T) {
	b := filter.NewBuffer(stackOf(lf, upper)())
	require.Empty(t, get(t, b, "part"))
	require.Equal(t, []any{}, b.Pending(), "the last part holds nothing")
	require.Equal(t, "part", string(b.Bytes()))
	require.Equal(t, list("part"), func() []any {
		b := filter.NewBuffer(stackOf(lf)())
		get(t, b, "part")
		return b.Pending()
	}())
	clone := must(b.Clone())
	require.Equal(t, list("X"), get(t, clone, "x\n"))
	require.Equal(t, list("PARTIAL"), get(t, b, "ial\n"))
}

// What a stack holds goes to the next filter as bytes that would make it
// again.
func TestStackIsReplacedWithInputWaiting(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewStack(lf(), recordBlockOf(3))))
	require.Empty(t, get(t, b, "a\nb\nrest"))
	b.SetFilter(filter.NewStream())
	require.Equal(t, list("a\nb\nrest"), get(t, b))
}

func TestStackRecords(t *testing.T) {
	s := must(filter.NewStack(mapOf(splitCommas), noB()))
	r := s.Records()
	require.Equal(t, list("A", "C"), getRecords(t, r, "A,B", "C"))
	require.NoError(t, r.GetOneStart("A,B,C", "D"))
	require.Equal(t, list("A"), must(r.GetOne()))
	require.Equal(t, list("B", "C"), r.Pending(), "what waits for the last part")
	require.Equal(t, []any{}, r.Clone().Pending())
	require.Equal(t, list("C", "D"), getRecords(t, r))
	require.Equal(t, list("A", "C"), must(r.Put("A", "B", "C")))
	empty := must(filter.NewStack()).Records()
	require.Equal(t, list(1, "a"), getRecords(t, empty, 1, "a"))
}

func ExampleStack() {
	sudo := regexp.MustCompile(`(?i)sudo\[\d+\]`)
	selectSudo, err := filter.NewGrep(filter.GrepConfig{
		Get: func(rec any) bool { return sudo.MatchString(rec.(string)) },
		Put: func(rec any) bool { return true },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	stack, err := filter.NewStack(
		filter.Lines(), // first on get, last on put
		selectSudo,     // first on put, last on get
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	recs, _ := filter.NewBuffer(stack).Get([]byte("cron[1]: run\nsudo[2]: root\nsshd[3]: in\nsudo[4]: out\n"))
	for _, rec := range recs {
		fmt.Println("Log:", rec)
	}
	fmt.Println(stack.FilterTypes())
	// Output:
	// Log: sudo[2]: root
	// Log: sudo[4]: out
	// [Line Grep]
}
