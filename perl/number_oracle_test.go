//go:build linux

package perl_test

import (
	"testing"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/internal/oracle"
)

// TestNumbersAsPerl compares arithmetic, comparison and conversions.
func TestNumbersAsPerl(t *testing.T) {
	oracle.Compare(t, oracle.Setup{Seed: 21, Runs: 80}, []asPerl{
		{`$_[0] + $_[1]`, "nn", func(a []any) any { return perl.Add(a[0], a[1]) }},
		{`$_[0] - $_[1]`, "nn", func(a []any) any { return perl.Subtract(a[0], a[1]) }},
		{`$_[0] * $_[1]`, "nn", func(a []any) any { return perl.Mul(a[0], a[1]) }},
		{`$_[0] / $_[1]`, "nn", func(a []any) any { return perl.Div(a[0], a[1]) }},
		{`$_[0] % $_[1]`, "nn", func(a []any) any { return perl.Mod(a[0], a[1]) }},
		{`$_[0] ** $_[1]`, "ni", func(a []any) any { return perl.Pow(a[0], a[1]) }},
		{`use integer; $_[0] + $_[1]`, "nn", func(a []any) any { return perl.Integer("+", a[0], a[1]) }},
		{`use integer; $_[0] - $_[1]`, "nn", func(a []any) any { return perl.Integer("-", a[0], a[1]) }},
		{`use integer; $_[0] * $_[1]`, "nn", func(a []any) any { return perl.Integer("*", a[0], a[1]) }},
		{`use integer; $_[0] / $_[1]`, "nn", func(a []any) any { return perl.Integer("/", a[0], a[1]) }},
		{`use integer; $_[0] % $_[1]`, "nn", func(a []any) any { return perl.Integer("%", a[0], a[1]) }},
		{`$_[0] + $_[1]`, "ii", func(a []any) any { return perl.Plus(num(a[0]), num(a[1])) }},
		{`$_[0] - $_[1]`, "ii", func(a []any) any { return perl.Minus(num(a[0]), num(a[1])) }},
		{`-$_[0]`, "v", func(a []any) any { return perl.Neg(a[0]) }},
		{`-$_[0]`, "n", func(a []any) any { return perl.Neg(a[0]) }},
		{`my $x = $_[0]; $x++; $x`, "n", func(a []any) any { return perl.Inc(a[0]) }},
		{`my $x = $_[0]; $x--; $x`, "v", func(a []any) any { return perl.Dec(a[0]) }},
		{`abs $_[0]`, "v", func(a []any) any { return perl.Abs(a[0]) }},
		{`int $_[0]`, "v", func(a []any) any { return perl.IntOf(a[0]) }},
		{`int $_[0]`, "n", func(a []any) any { return perl.Int(a[0]) }},
		{`sqrt $_[0]`, "n", func(a []any) any { return perl.Sqrt(a[0]) }},
		{`log $_[0]`, "n", func(a []any) any { return perl.Log(a[0]) }},
		{`POSIX::floor($_[0])`, "n", func(a []any) any { return perl.Floor(a[0]) }},
		{`POSIX::ceil($_[0])`, "n", func(a []any) any { return perl.Ceil(a[0]) }},
		{`POSIX::fmod($_[0], 7)`, "n", func(a []any) any { return perl.Fmod(a[0], 7) }},
		{`POSIX::strtol($_[0], 10)`, "n", func(a []any) any { return perl.StrtolList(str(a[0]), 10) }},
		{`POSIX::strtol($_[0], 16)`, "w", func(a []any) any { return perl.StrtolList(str(a[0]), 16) }},
		{`scalar POSIX::strtol("0x1f$_[0]", 0)`, "u", func(a []any) any { return perl.Strtol("0x1f"+str(a[0]), 0) }},
		{`$_[0] + 0`, "n", func(a []any) any { return perl.Num(a[0]) }},
		{`$_[0] + 0`, "v", func(a []any) any { return perl.Number(a[0]) }},
		{`"$_[0]"`, "n", func(a []any) any { return perl.Str(a[0]) }},
		{`$_[0] / 8 . ''`, "n", func(a []any) any { return perl.FormatFloat(perl.Num(a[0]) / 8) }},
		{`$_[0] ? 1 : 0`, "v", func(a []any) any { return yes(perl.True(a[0])) }},
		{`defined $_[0] ? 1 : 0`, "v", func(a []any) any { return yes(perl.Defined(a[0])) }},
		{`Scalar::Util::looks_like_number($_[0]) ? 1 : 0`, "v", func(a []any) any { return yes(perl.LooksLikeNumber(a[0])) }},
		{`$_[0] == $_[1] ? 1 : 0`, "nn", func(a []any) any { return yes(perl.Eq(a[0], a[1])) }},
		{`$_[0] <=> $_[1]`, "nn", func(a []any) any { return perl.Compare(a[0], a[1]) }},
		{`'nan' <=> $_[0]`, "n", func(a []any) any { return perl.Compare("nan", a[0]) }},
		{`$_[0] cmp $_[1]`, "vv", func(a []any) any { return perl.Cmp(a[0], a[1]) }},
		{`$_[0] eq $_[1] ? 1 : 0`, "nn", func(a []any) any { return yes(perl.StrEq(a[0], a[1])) }},
		{`map { $_ ? 1 : 0 } $_[0] < $_[1], $_[0] <= $_[1], $_[0] > $_[1], $_[0] >= $_[1], $_[0] != $_[1], $_[0] == $_[1]`, "nn", func(a []any) any {
			var out []any
			for _, op := range []string{"<", "<=", ">", ">=", "!=", "=="} {
				out = append(out, yes(perl.Compared(op, a[0], a[1])))
			}
			return out
		}},
		{`($_[0] . $_[1], $_[0] x 2, map({ $_ ? 1 : 0 } $_[0] lt $_[1], $_[0] le $_[1], $_[0] gt $_[1], $_[0] ge $_[1], $_[0] ne $_[1], $_[0] eq $_[1]), $_[0] cmp $_[1])`, "vv", func(a []any) any {
			out := []any{perl.Operate(".", a[0], a[1]), perl.Operate("x", a[0], 2)}
			for _, op := range []string{"lt", "le", "gt", "ge", "ne", "eq"} {
				out = append(out, yes(perl.True(perl.Operate(op, a[0], a[1]))))
			}
			return append(out, perl.Operate("cmp", a[0], a[1]))
		}},
		{`$_[0] & $_[1]`, "ui", func(a []any) any { return perl.BitAnd(a[0], a[1]) }},
		{`$_[0] | $_[1]`, "ui", func(a []any) any { return perl.BitOr(a[0], a[1]) }},
		{`$_[0] ^ $_[1]`, "ui", func(a []any) any { return perl.BitXor(a[0], a[1]) }},
		{`("$_[0]" & "$_[1]", "$_[0]" | "$_[1]", "$_[0]" ^ "$_[1]")`, "ss", func(a []any) any {
			return []any{perl.BitAnd(a[0], a[1]), perl.BitOr(a[0], a[1]), perl.BitXor(a[0], a[1])}
		}},
		{`$_[0] | 0`, "n", func(a []any) any { return perl.Bits(perl.Uint(a[0])) }},
		{`vec($_[0], $_[1], 8)`, "su", func(a []any) any { return perl.Vec(str(a[0]), num(a[1]), 8) }},
		{`(vec($_[0], $_[1], 1), vec($_[0], $_[1], 2), vec($_[0], $_[1], 4), vec($_[0], $_[1], 16), vec($_[0], $_[1], 32))`, "su", func(a []any) any {
			var out []any
			for _, bits := range []int{1, 2, 4, 16, 32} {
				out = append(out, perl.Vec(str(a[0]), num(a[1]), bits))
			}
			return out
		}},
		{`my $s = "$_[0]"; vec($s, $_[1], 4) = $_[2]; $s`, "suu", func(a []any) any { return perl.SetVec(str(a[0]), num(a[1]), 4, num(a[2])) }},
		{`my $s = "$_[0]"; vec($s, $_[1], 16) = $_[2]; $s`, "suu", func(a []any) any {
			perl.SetVecAt(&a[0], num(a[1]), 16, a[2])
			return a[0]
		}},
		{`$_[0] || $_[1]`, "vv", func(a []any) any { return perl.Or(a[0], a[1]) }},
		{`$_[0] && $_[1]`, "vv", func(a []any) any { return perl.And(a[0], a[1]) }},
		{`$_[0] // $_[1]`, "vv", func(a []any) any { return perl.Default(a[0], a[1]) }},
		{`($_[0] || $_[1], $_[0] && $_[1], $_[0] // $_[1], $_[0] ? $_[1] : 'no')`, "vv", func(a []any) any {
			b := func() any { return a[1] }
			return []any{perl.OrElse(a[0], b), perl.AndThen(a[0], b), perl.DefaultElse(a[0], b), perl.IfElse(perl.True(a[0]), b, func() any { return "no" })}
		}},
		{`my $x = $_[0]; my $old = $x; $x = $_[1]; ($old, $x, $x = 3, $x)`, "vv", func(a []any) any {
			x := a[0]
			old := perl.Post(&x, a[1])
			return []any{old, 3, perl.Set(&x, any(3)), x} // @_ and lists hold aliases
		}},
		{`my @l = $_[0] .. $_[1]; @l`, "ii", func(a []any) any { return perl.Range(a[0], a[1]) }},
		{`('a' .. $_[0])[0 .. 9]`, "w", func(a []any) any { return perl.Pick(perl.Range("a", a[0]), perl.Range(0, 9)...) }},
		{`'x' .. 'ab'`, "", func([]any) any { return perl.Range("x", "ab") }},
		{`'01' .. '12'`, "", func([]any) any { return perl.Range("01", "12") }},
		{`my $d = Scalar::Util::dualvar($_[0], $_[1]); ($d + 0, "$d")`, "is", func(a []any) any {
			d := perl.Dualvar(a[0], str(a[1])).(perl.Dual)
			if d.PerlNumber() != perl.Num(d) || d.PerlString() != str(d) {
				return "differs"
			}
			return two(perl.Add(d, 0), str(d))
		}},
	})
}

// TestOverflowDies: sums of ints that do not fit die, where perl goes on in floating
// point.
func TestOverflowDies(t *testing.T) {
	const most = 1<<63 - 1
	for name, f := range map[string]func() int{
		"sum":        func() int { return perl.Plus(most, 1) },
		"difference": func() int { return perl.Minus(-most, 2) },
	} {
		if perl.Try(func() { f() }) {
			t.Errorf("the %s does not die", name)
		}
	}
}
