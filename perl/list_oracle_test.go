//go:build linux

package perl_test

import (
	"testing"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/internal/oracle"
)

// TestListsAsPerl compares the functions of lists, of arguments and of List::Util.
func TestListsAsPerl(t *testing.T) {
	long := func(it any) bool { return perl.True(perl.If(len(str(it)) > 2, 1, 0)) }
	sub := func(f func(a, b any) any) perl.Sub {
		return func(perl.Want, ...any) []any { return perl.L(f(perl.SortA, perl.SortB)) }
	}
	oracle.Compare(t, oracle.Setup{Seed: 31, Runs: 40}, []asPerl{
		{`my $x = (@{$_[0]})[$_[1]]; $x`, "li", func(a []any) any { return perl.At(lst(a[0]), num(a[1])) }},
		{`my $x = (@{$_[0]})[0]; $x`, "l", func(a []any) any { return perl.Head(lst(a[0])) }},
		{`@{$_[0]} ? $_[0][-1] : undef`, "l", func(a []any) any { return perl.First(lst(a[0])) }},
		{`my ($x, undef, $y) = @{$_[0]}; ($x, $y)`, "l", func(a []any) any {
			var x, y any
			perl.SetAll(lst(a[0]), &x, nil, &y)
			return two(x, y)
		}},
		{`my @l = @{$_[0]}; @l > $_[1] ? @l[$_[1] .. $#l] : ()`, "lu", func(a []any) any { return perl.From(lst(a[0]), num(a[1])) }},
		{`(@{$_[0]})[0, 2, -1]`, "l", func(a []any) any { return perl.Pick(lst(a[0]), 0, 2, -1) }},
		{`(@{$_[0]}, @{$_[1]}, 1)`, "ll", func(a []any) any { return perl.Cat(lst(a[0]), lst(a[1]), perl.L(1)) }},
		{`(@{$_[0]}) x $_[1]`, "li", func(a []any) any { return perl.Repeat(lst(a[0]), num(a[1])) }},
		{`reverse @{$_[0]}`, "l", func(a []any) any { return perl.Reverse(lst(a[0])) }},
		{`map { ($_, $_) } @{$_[0]}`, "l", func(a []any) any { return perl.Map(lst(a[0]), func(it any) []any { return perl.L(it, it) }) }},
		{`map { "<$_>" } @{$_[0]}`, "l", func(a []any) any { return perl.Map1(lst(a[0]), func(it any) any { return "<" + str(it) + ">" }) }},
		{`grep { length($_ // '') > 2 } @{$_[0]}`, "l", func(a []any) any { return perl.Grep(lst(a[0]), long) }},
		{`my @l = @{$_[0]}; my @m = map { $_ .= 'x'; $_ } @l; (@l, @m)`, "l", func(a []any) any {
			l := lst(a[0])
			m := perl.MapInPlace(l, func(it *any) []any { *it = str(*it) + "x"; return perl.L(*it) })
			return perl.Cat(l, m)
		}},
		{`my @l = @{$_[0]}; my @m = grep { $_ .= 'x'; length > 3 } @l; (@l, @m)`, "l", func(a []any) any {
			l := lst(a[0])
			m := perl.GrepInPlace(l, func(it *any) bool { *it = str(*it) + "x"; return len(str(*it)) > 3 })
			return perl.Cat(l, m)
		}},
		{`sort @{$_[0]}`, "l", func(a []any) any { return perl.Sort(lst(a[0])) }},
		{`sort { $a <=> $b } @{$_[0]}`, "m", func(a []any) any {
			return perl.SortBy(lst(a[0]), func(x, y any) int { return num(perl.Compare(x, y)) })
		}},
		{`sort { $b cmp $a } @{$_[0]}`, "l", func(a []any) any {
			return perl.SortBySub(lst(a[0]), sub(func(x, y any) any { return perl.Cmp(y, x) }))
		}},
		{`sub by($$) { $_[1] cmp $_[0] } sort by @{$_[0]}`, "l", func(a []any) any {
			return perl.SortByArgs(lst(a[0]), func(_ perl.Want, args ...any) []any { return perl.L(perl.Cmp(args[1], args[0])) })
		}},
		{`my @l = @{$_[0]}; my $x = shift @l; my $y = pop @l; ($x, $y, push(@l, 7, 8), unshift(@l, 9), @l)`, "l", func(a []any) any {
			l := lst(a[0])
			x, y := perl.Shift(&l), perl.Pop(&l)
			pushed := perl.PushArgs(&l, 7, 8)
			return append([]any{x, y, pushed, perl.UnshiftArgs(&l, 9)}, l...)
		}},
		{`my @l = (@{$_[0]}, 1 .. 9); my @out = splice(@l, $_[1], $_[2], @{$_[3]}); (@out, 'and', @l)`, "liil", func(a []any) any {
			l := append(lst(a[0]), perl.Range(1, 9)...)
			out := perl.SpliceArgs(&l, num(a[1]), num(a[2]), lst(a[3])...)
			return perl.Cat(out, perl.L("and"), l)
		}},
		{`my @l = @{$_[0]}; $l[$_[1]] = 'x'; @l`, "lu", func(a []any) any {
			l := lst(a[0])
			perl.SetArg(&l, num(a[1]), "x")
			return l
		}},
		{`my @l = @{$_[0]}; for (@l[0 .. $#l]) { $_ = "$_!" } @l`, "l", func(a []any) any {
			array := perl.NewArray(lst(a[0])...)
			perl.Restore(array, perl.Map1(lst(a[0]), func(it any) any { return str(it) + "!" }))
			return array.All()
		}},
		{`List::Util::sum(@{$_[0]})`, "m", func(a []any) any { return perl.Sum(lst(a[0])...) }},
		{`List::Util::sum0(@{$_[0]})`, "m", func(a []any) any { return perl.Sum0(lst(a[0])...) }},
		{`List::Util::product(@{$_[0]})`, "j", func(a []any) any { return perl.Product(lst(a[0])...) }},
		{`List::Util::max(@{$_[0]})`, "m", func(a []any) any { return perl.Max(lst(a[0])...) }},
		{`List::Util::min(@{$_[0]})`, "m", func(a []any) any { return perl.Min(lst(a[0])...) }},
		{`List::Util::maxstr(@{$_[0]})`, "l", func(a []any) any { return perl.MaxStr(lst(a[0])...) }},
		{`List::Util::minstr(@{$_[0]})`, "l", func(a []any) any { return perl.MinStr(lst(a[0])...) }},
		{`List::Util::first(sub { length($_ // '') > 2 }, @{$_[0]})`, "l", func(a []any) any { return perl.FirstOf(long, lst(a[0])...) }},
		{`List::Util::any(sub { length($_ // '') > 2 }, @{$_[0]}) ? 1 : 0`, "l", func(a []any) any { return yes(perl.Any(long, lst(a[0])...)) }},
		{`List::Util::all(sub { length($_ // '') > 2 }, @{$_[0]}) ? 1 : 0`, "l", func(a []any) any { return yes(perl.All(long, lst(a[0])...)) }},
		{`List::Util::reduce(sub { "($::a$::b)" }, @{$_[0]})`, "l", func(a []any) any {
			return perl.Reduce(func(x, y any) any { return "(" + str(x) + str(y) + ")" }, lst(a[0])...)
		}},
		{`sort { $a cmp $b } List::Util::shuffle(@{$_[0]})`, "l", func(a []any) any { return perl.Sort(perl.Shuffle(lst(a[0])...)) }},
		{`List::Util::uniq(@{$_[0]}, @{$_[0]})`, "l", func(a []any) any { return perl.Uniq(perl.Repeat(lst(a[0]), 2)...) }},
		{`List::Util::uniqnum(@{$_[0]}, 3, 3.0, '3', 1)`, "m", func(a []any) any { return perl.UniqNum(append(lst(a[0]), 3, 3.0, "3", 1)...) }},
		{`List::Util::head($_[1], @{$_[0]})`, "li", func(a []any) any { return perl.HeadOf(num(a[1]), lst(a[0])...) }},
		{`List::Util::tail($_[1], @{$_[0]})`, "li", func(a []any) any { return perl.TailOf(num(a[1]), lst(a[0])...) }},
		{`map { [@$_] } List::Util::pairs(@{$_[0]})`, "l", func(a []any) any { return perl.Pairs(lst(a[0])...) }},
		{`List::Util::pairkeys(@{$_[0]})`, "l", func(a []any) any { return perl.PairKeys(lst(a[0])...) }},
		{`List::Util::pairvalues(@{$_[0]})`, "l", func(a []any) any { return perl.PairValues(lst(a[0])...) }},
		{`my @l = List::Util::pairmap(sub { "$::a-$::b" }, @{$_[0]}); (@l, scalar @l)`, "h", func(a []any) any {
			l := perl.PairMap(func(x, y any) []any { return perl.L(str(x) + "-" + str(y)) }, lst(a[0])...)
			return append(l, perl.CountPairs("pairmap", l))
		}},
		{`my @l = List::Util::pairgrep(sub { $::a lt 'kb' }, @{$_[0]}); (@l, @l / 2)`, "h", func(a []any) any {
			l := perl.PairGrep(func(x, _ any) []any { return perl.L(str(x) < "kb") }, lst(a[0])...)
			return append(l, perl.CountPairs("pairgrep", l))
		}},
		{`List::Util::pairfirst(sub { $::a lt 'kb' }, @{$_[0]})`, "h", func(a []any) any {
			return perl.PairFirst(func(x, _ any) []any { return perl.L(str(x) < "kb") }, lst(a[0])...)
		}},
		{`wantarray ? 'list' : 'no'`, "", func([]any) any {
			return perl.If(perl.List.Wantarray() == true && perl.Scalar.Wantarray() == false && perl.Void.Wantarray() == nil, "list", "no")
		}},
		{`srand 3; my $x = rand 5; $x >= 0 && $x < 5 ? 1 : 0`, "", func([]any) any {
			seed := perl.Srand(3)
			x := perl.Rand(5)
			return yes(seed == 3 && x >= 0 && x < 5 && perl.Rand() < 1)
		}},
	})
}
