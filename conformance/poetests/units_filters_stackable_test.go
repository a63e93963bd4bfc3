//go:build unix

package poetests_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
)

// bracketed is a Map whose input is put in brackets and whose output are the
// records of a list.
func bracketed() *filter.Map {
	return made(filter.NewMap(filter.MapConfig{
		Get: func(rec any) []any { return []any{fmt.Sprintf("(((%s)))", rec)} },
		Put: func(rec any) []any { return []any{rec} },
	}))
}

// t/10_units/05_filters/50_stackable
func TestUnitsFiltersStackable(t *testing.T) {
	once(t, func(p *proof) {
		stack, err := filter.NewStack(
			made(filter.NewLine(filter.LineConfig{Literal: "!"})),
			bracketed(),
			made(filter.NewGrep(filter.GrepConfig{Put: func(any) bool { return true }, Get: matching("1")})),
			made(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 2})),
		)
		p.must().NoError(err)
		h := p.stack(stack)
		p.is().Empty(h.get("test one (1)!test two (2)!"), "half a block")
		p.is().Equal([]any{"(((test one (1))))"}, h.pending())
		both := []any{"(((test one (1))))", "(((test four (100))))"}
		p.is().Equal([]any{both}, h.get("test three (3)!test four (100)!"))
		p.is().Equal([]any{both[0].(string) + "!", both[1].(string) + "!", both[0].(string) + "!", both[1].(string) + "!"},
			h.put(both, both))
		p.mapOneByOne()
		p.stackChanged(stack)
	})
}

func (p *proof) mapOneByOne() {
	h := p.records(bracketed())
	in := []string{"1", "1", "2", "3", "5"}
	h.start(in...)
	p.is().Equal("11235", strings.Join(strs(h.pending()), ""))
	for _, rec := range in {
		p.is().Equal([]any{"(((" + rec + ")))"}, h.one())
	}
	p.is().Empty(h.one())
}

func (p *proof) stackChanged(stack *filter.Stack) {
	types := []string{"Line", "Map", "Grep", "RecordBlock"}
	p.is().Equal(types, stack.FilterTypes())
	before := stack.Filters()
	popped := stack.Pop()
	p.is().IsType(&filter.RecordBlock{}, popped)
	shifted, err := stack.Shift()
	p.is().NoError(err)
	p.is().IsType(&filter.Line{}, shifted)
	p.is().NoError(stack.Push(popped))
	p.is().NoError(stack.Unshift(shifted))
	p.is().Equal(before, stack.Filters())
	for _, what := range []any{nil, []string{"i am not a filter"}, struct{ text string }{"i am not a filter"}, 123} {
		p.is().Error(stack.Push(what), "%v", what)
	}
	p.is().Error(stack.Push(123, "two not-filter things"))
	p.is().Equal(before, stack.Filters())
	clone, ok := stack.Clone().(*filter.Stack)
	p.must().True(ok)
	p.is().NotSame(stack, clone)
	p.is().Equal(types, clone.FilterTypes())
	for i, part := range clone.Filters() {
		p.is().NotSame(before[i], part)
	}
}
