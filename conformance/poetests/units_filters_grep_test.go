//go:build unix

package poetests_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
)

// matching makes a Grep's function of an expression.
func matching(expr string) func(any) bool {
	re := regexp.MustCompile(expr)
	return func(rec any) bool { return re.MatchString(rec.(string)) }
}

// t/10_units/05_filters/02_grep. What is no code does not compile.
func TestUnitsFiltersGrep(t *testing.T) {
	once(t, func(p *proof) {
		yes := func(any) bool { return true }
		for _, c := range []filter.GrepConfig{{}, {Get: yes}, {Put: yes}} {
			_, err := filter.NewGrep(c)
			p.refused(err, "Grep")
		}
		two := p.records(made(filter.NewGrep(filter.GrepConfig{Get: matching(`\d`), Put: matching(`[a-zA-Z]`)})))
		p.is().Equal(words("A B C"), two.put(words("A B C 1 2 3")...))
		p.is().Equal(words("1 2 3"), two.get("a", "b", "c", "1", "2", "3"))
		p.standard(two, strings.Fields("a b c 1 2 3"), words("1 2 3"), words(""))

		one := p.records(made(filter.NewGrep(filter.GrepConfig{Code: matching(`\w`)})))
		mixed := "a b c 1 2 3 ! @"
		p.is().Equal(words("a b c 1 2 3"), one.put(words(mixed)...))
		p.is().Equal(words("a b c 1 2 3"), one.get(strings.Fields(mixed)...))
		p.standard(one, strings.Fields(mixed), words("a b c 1 2 3"), words("a b c 1 2 3"))
		p.grepModified()
		p.grepOneByOne()
	})
}

func (p *proof) grepModified() {
	grep := made(filter.NewGrep(filter.GrepConfig{Get: matching("1"), Put: matching("1")}))
	h := p.records(grep)
	grep.Modify(filter.GrepConfig{})
	p.is().Equal(words("1"), h.get("a", "1", "2"), "nothing changes")
	p.is().Equal(words("1"), h.put("a", "1", "2"))
	grep.Modify(filter.GrepConfig{Get: matching(`\d`)})
	p.is().Equal(words("1 2 3"), h.get(strings.Fields("a b c 1 2 3")...))
	p.is().Equal(words("1"), h.put("a", "1", "2"), "the other direction stays")
	grep.Modify(filter.GrepConfig{Put: matching(`[a-zA-Z]`)})
	p.is().Equal(words("A B C"), h.put(words("A B C 1 2 3")...))
	grep.Modify(filter.GrepConfig{Code: matching(`\w`)})
	p.is().Equal(words("a b 1"), h.put(words("a b 1 ! @")...))
	p.is().Equal(words("a b 1"), h.get(strings.Fields("a b 1 ! @")...))
}

func (p *proof) grepOneByOne() {
	h := p.records(made(filter.NewGrep(filter.GrepConfig{Code: matching(`[135]`)})))
	h.start("1", "1", "2", "3", "5")
	p.is().Equal("11235", strings.Join(strs(h.pending()), ""))
	for _, want := range []string{"1", "1", "3", "5"} {
		p.is().Equal([]any{want}, h.one())
	}
	p.is().Empty(h.one())
}
