//go:build linux

package perl_test

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/internal/oracle"
)

// arraySteps are operations on an array @a; x, i and l are random arguments. Loops that
// modify elements which do not exist are left out: perl 5.36 crashes on some.
var arraySteps = []struct {
	perl string
	run  func(a *perl.Array, i int, x any, list []any) any
}{
	{`push @a, $x, @l`, func(a *perl.Array, _ int, x any, l []any) any { return a.Push(append([]any{x}, l...)...) }},
	{`unshift @a, $x, @l`, func(a *perl.Array, _ int, x any, l []any) any { return a.Unshift(append([]any{x}, l...)...) }},
	{`pop @a`, func(a *perl.Array, _ int, _ any, _ []any) any { return a.Pop() }},
	{`shift @a`, func(a *perl.Array, _ int, _ any, _ []any) any { return a.Shift() }},
	{`$a[$i]`, func(a *perl.Array, i int, _ any, _ []any) any { return a.Get(i) }},
	{`$a[$i] = $x`, func(a *perl.Array, i int, x any, _ []any) any { return a.Set(i, x) }},
	{`$#a`, func(a *perl.Array, _ int, _ any, _ []any) any { return a.Last() }},
	{`scalar @a`, func(a *perl.Array, _ int, _ any, _ []any) any { return a.Len() }},
	{`$#a = $i - 1; 0`, func(a *perl.Array, i int, _ any, _ []any) any { a.Resize(max(i, 0)); return 0 }},
	{`join ',', map { $_ // 'u' } splice @a, $i, 2, @l`, func(a *perl.Array, i int, _ any, l []any) any { return joined(a.Splice(i, 2, l...)) }},
	{`join ',', map { $_ // 'u' } splice @a, $i`, func(a *perl.Array, i int, _ any, _ []any) any { return joined(a.Splice(i, perl.Rest)) }},
	{`join ',', map { $_ // 'u' } splice @a, 0, $i`, func(a *perl.Array, i int, _ any, _ []any) any { return joined(a.Splice(0, i)) }},
	{`my @s = @a[$i, 0, -1]; join ',', map { $_ // 'u' } @s`, func(a *perl.Array, i int, _ any, _ []any) any { return joined(a.Slice(i, 0, -1)) }},
	{`exists $a[$i] ? 1 : 0`, func(a *perl.Array, i int, _ any, _ []any) any { return yes(a.Exists(i)) }},
	{`delete $a[$i]`, func(a *perl.Array, i int, _ any, _ []any) any { return a.Delete(i) }},
	{`@a = ($x, @l); 0`, func(a *perl.Array, _ int, x any, l []any) any { return a.Assign(append([]any{x}, l...)).Len() * 0 }},
	{`@a = ($x, $x); 0`, func(a *perl.Array, _ int, x any, _ []any) any { a.Init(x, x); return 0 }},
	{`@a[0, 2] = @l; 0`, func(a *perl.Array, _ int, _ any, l []any) any { a.SetSlice([]any{0, 2}, l); return 0 }},
	{`my @c = @a; my $s = ''; while (my ($k, $v) = each @c) { $s .= "$k=" . ($v // 'u') . ';' } $s`, func(a *perl.Array, _ int, _ any, _ []any) any {
		var b strings.Builder
		c := perl.Copy(a.All())
		for pair := c.Each(); pair != nil; pair = c.Each() {
			b.WriteString(str(pair[0]) + "=" + str(perl.Default(pair[1], "u")) + ";")
		}
		return b.String()
	}},
	{`my @b = @a; push @b, 1; scalar @b`, func(a *perl.Array, _ int, _ any, _ []any) any { return perl.Copy(a.All()).Push(1) }},
}

func joined(list []any) any {
	return perl.Join(",", perl.Map1(list, func(it any) any { return perl.Default(it, "u") })...)
}

// TestArraysAsPerl does random operations on arrays, here and in perl.
func TestArraysAsPerl(t *testing.T) {
	var cases []asPerl
	r := rand.New(rand.NewSource(41))
	for range 60 {
		body := "my @a; my @out; my ($x, $i, @l) = ($_[0], $_[1], @{$_[2]});\n"
		var run []func(a *perl.Array, i int, x any, list []any) any
		for range 12 {
			step := arraySteps[r.Intn(len(arraySteps))]
			body += "push @out, scalar(eval { " + step.perl + " } // 'undef');\n"
			run = append(run, step.run)
		}
		cases = append(cases, asPerl{body + "(@out, 'is', map { $_ // 'u' } @a)", "wul", func(a []any) any {
			array := new(perl.Array)
			var out []any
			for _, f := range run {
				out = append(out, perl.Default(perl.Eval(func() any { return f(array, num(a[1]), a[0], lst(a[2])) }), "undef"))
			}
			return perl.Cat(out, perl.L("is"), perl.Map1(array.All(), func(it any) any { return perl.Default(it, "u") }))
		}})
	}
	oracle.Compare(t, oracle.Setup{Seed: 42, Runs: 4}, cases)
}

// hashSteps are operations on a hash %h; k and x are a random key and value.
var hashSteps = []struct {
	perl string
	run  func(h *perl.Hash, k string, x any, pairs []any) any
}{
	{`$h{$k} = $x`, func(h *perl.Hash, k string, x any, _ []any) any { return h.Set(k, x) }},
	{`$h{"$k$k"} = 2`, func(h *perl.Hash, k string, _ any, _ []any) any { return h.Set(k+k, 2) }},
	{`$h{$k}`, func(h *perl.Hash, k string, _ any, _ []any) any { return h.Get(k) }},
	{`exists $h{$k} ? 1 : 0`, func(h *perl.Hash, k string, _ any, _ []any) any { return yes(h.Exists(k)) }},
	{`delete $h{$k}`, func(h *perl.Hash, k string, _ any, _ []any) any { return h.Delete(k) }},
	{`delete $h{$k}; 0`, func(h *perl.Hash, k string, _ any, _ []any) any { h.Remove(k); return 0 }},
	{`scalar keys %h`, func(h *perl.Hash, _ string, _ any, _ []any) any { return h.Len() }},
	{`join ',', sort keys %h`, func(h *perl.Hash, _ string, _ any, _ []any) any {
		if len(h.Keys()) != len(h.SortedKeys()) {
			return "differs"
		}
		return strings.Join(h.SortedKeys(), ",")
	}},
	{`join ',', sort map { $_ // 'u' } values %h`, func(h *perl.Hash, _ string, _ any, _ []any) any {
		return perl.Join(",", perl.Sort(perl.Map1(h.Values(), func(it any) any { return perl.Default(it, "u") }))...)
	}},
	{`%h = @l; 0`, func(h *perl.Hash, _ string, _ any, l []any) any { h.Assign(l); return 0 }},
	{`%h = ($k, $x, b => 1); 0`, func(h *perl.Hash, k string, x any, _ []any) any { h.Init(k, x, "b", 1); return 0 }},
	{`@h{$k, 'b'} = @l; 0`, func(h *perl.Hash, k string, _ any, l []any) any { h.SetSlice([]any{k, "b"}, l); return 0 }},
	{`my @s = @h{$k, 'b'}; join ',', map { $_ // 'u' } @s`, func(h *perl.Hash, k string, _ any, _ []any) any { return joined(h.Slice(k, "b")) }},
	{`my @s = %h{$k, 'b'}; join ',', map { $_ // 'u' } @s`, func(h *perl.Hash, k string, _ any, _ []any) any { return joined(h.KeyValues(k, "b")) }},
	{`join ',', map { $_ // 'u' } delete @h{$k, 'b'}`, func(h *perl.Hash, k string, _ any, _ []any) any { return joined(h.DeleteSlice(k, "b")) }},
	{`my @p = %h; scalar @p`, func(h *perl.Hash, _ string, _ any, _ []any) any {
		if len(h.All()) != len(h.Pairs()) {
			return "differs"
		}
		return len(h.Pairs())
	}},
	{`my $n = 0; while (my ($k, $v) = each %h) { $n += length $k } $n`, func(h *perl.Hash, _ string, _ any, _ []any) any {
		n := 0
		for pair := h.Each(); pair != nil; pair = h.Each() {
			n += len(str(pair[0]))
		}
		return n
	}},
	{`$_ .= 'q' for values %h; 0`, func(h *perl.Hash, _ string, _ any, _ []any) any {
		for _, r := range h.Refs() {
			r.Set(str(r.Get()) + "q")
		}
		return 0
	}},
	{`$_ = 'q' for @h{$k, 'c'}; 0`, func(h *perl.Hash, k string, _ any, _ []any) any {
		for _, r := range perl.JoinRefs(h.RefsAt(k), h.RefsAt("c")) {
			r.Set("q")
		}
		return 0
	}},
}

// TestHashesAsPerl does random operations on hashes, here and in perl.
func TestHashesAsPerl(t *testing.T) {
	var cases []asPerl
	r := rand.New(rand.NewSource(51))
	for range 60 {
		body := "my %h; my @out; my ($x, $k, @l) = ($_[0], $_[1], @{$_[2]});\n"
		var run []func(h *perl.Hash, k string, x any, pairs []any) any
		for range 12 {
			step := hashSteps[r.Intn(len(hashSteps))]
			body += "push @out, scalar(eval { " + step.perl + " } // 'undef');\n"
			run = append(run, step.run)
		}
		cases = append(cases, asPerl{body + "(@out, {%h})", "vwh", func(a []any) any {
			h := new(perl.Hash)
			var out []any
			for _, f := range run {
				out = append(out, perl.Default(perl.Eval(func() any { return f(h, str(a[1]), a[0], lst(a[2])) }), "undef"))
			}
			return append(out, h)
		}})
	}
	oracle.Compare(t, oracle.Setup{Seed: 52, Runs: 4}, cases)
}

// TestStructuresAsPerl compares references, what they autovivify and the errors of
// those that are none.
func TestStructuresAsPerl(t *testing.T) {
	oracle.Compare(t, oracle.Setup{Seed: 61, Runs: 20, Prelude: "use Storable; use JSON::PP (); use Data::Dumper;\n"}, []asPerl{
		{`my %h; $h{a}{$_[0]} = $_[1]; push @{$h{b}}, $_[1]; \%h`, "wv", func(a []any) any {
			h := perl.NewHash()
			h.Hash("a").Set(str(a[0]), a[1])
			h.Array("b").Push(a[1])
			return h
		}},
		{`my @a; $a[1]{$_[0]} = $_[1]; push @{$a[0]}, $_[1]; \@a`, "wv", func(a []any) any {
			list := perl.NewArray()
			list.Hash(1).Set(str(a[0]), a[1])
			list.Array(0).Push(a[1])
			return list
		}},
		{`my @a = @{$_[0]}; $_ .= 'r' for @a; $_ .= 'q' for @a[0, 1]; \@a`, "l", func(a []any) any {
			list := perl.NewArray(lst(a[0])...)
			for _, r := range perl.JoinRefs(list.Refs(), nil) {
				r.Set(str(r.Get()) + "r")
			}
			for _, r := range list.RefsAt(0, 1) {
				r.Set(str(r.Get()) + "q")
			}
			return list
		}},
		{`my ($x, $y); $x->{$_[0]} = $_[1]; push @$y, $_[1]; [$x, $y]`, "wv", func(a []any) any {
			var x, y any
			perl.HashAt(&x).Set(str(a[0]), a[1])
			perl.ArrayAt(&y).Push(a[1])
			return perl.NewArray(x, y)
		}},
		{`scalar @{$_[0]}`, "v", func(a []any) any { return perl.Strict(a[0]).Len() }},
		{`my %h = %{$_[0]}; 0`, "v", func(a []any) any { perl.StrictHash(a[0]); return 0 }},
		{`my %h = @{$_[0]}; $h{$_[1]}`, "hv", func(a []any) any { return perl.H(perl.NewHash(lst(a[0])...)).Get(str(a[1])) }},
		{`$_[0][1]`, "l", func(a []any) any { return perl.A(lst(a[0])).Get(1) }},
		{`my $x = $_[0]; my $r = \$x; $$r = $_[1]; ($x, ref $r, ref \$r)`, "vv", func(a []any) any {
			x := a[0]
			r := perl.RefTo(&x)
			perl.S(r).Set(a[1])
			outer := perl.RefValue(r)
			if perl.Deref(outer) != any(r) || r.CellOf() != &x || !strings.HasPrefix(outer.String(), "REF(0x") || !strings.HasPrefix(r.String(), "SCALAR(0x") {
				return "differs"
			}
			return []any{x, perl.RefType(r), perl.RefType(outer)}
		}},
		{`${$_[0]}`, "s", func(a []any) any { return perl.Deref(a[0]) }},
		{`my $x = $_[0]; $x .= 'x'; $x`, "s", func(a []any) any {
			r := perl.TempRefs(a[0])[0]
			r.Set(str(r.Get()) + "x")
			return r.Get()
		}},
		{`(ref [], ref {}, ref \1, ref sub {}, ref qr/x/, ref \\1, ref bless([], 'C'), ref 1)`, "", func([]any) any {
			var one any = 1
			return []any{perl.RefType(perl.NewArray()), perl.RefType(perl.NewHash()), perl.RefType(perl.RefTo(&one)), perl.RefType(perl.NewCode("", nil)), perl.RefType(perl.RE("x", "")),
				perl.RefType(perl.RefValue(perl.RefTo(&one))), perl.RefType(perl.Bless(perl.NewArray(), "C")), perl.RefType(1)}
		}},
		{`my $o = bless {}, 'C'; (Scalar::Util::reftype($o), Scalar::Util::blessed($o), Scalar::Util::reftype(1), Scalar::Util::blessed([]), Scalar::Util::refaddr($o) == $o ? 1 : 0, Scalar::Util::refaddr(3))`, "", func([]any) any {
			o := perl.Bless(perl.NewHash(), "C")
			return []any{perl.Reftype(o), perl.Blessed(o), perl.Reftype(1), perl.Blessed(perl.NewArray()), yes(perl.Eq(perl.Refaddr(o), int(perl.Address(o)))), perl.Refaddr(3)}
		}},
		{`my $d = Storable::dclone({a => $_[0], b => [@{$_[1]}]}); $d`, "vl", func(a []any) any {
			return perl.Dclone(perl.NewHash("a", a[0], "b", perl.NewArray(lst(a[1])...)))
		}},
		{`Storable::thaw(Storable::nfreeze({a => $_[0], b => [@{$_[1]}]}))`, "vl", func(a []any) any {
			return perl.Thaw(perl.Freeze(perl.NewHash("a", a[0], "b", perl.NewArray(lst(a[1])...))))
		}},
		{`JSON::PP->new->canonical->encode({a => "$_[0]", b => [1, undef, 2.5], c => {}})`, "w", func(a []any) any {
			return perl.EncodeJSON(perl.NewHash("a", a[0], "b", perl.NewArray(1, nil, 2.5), "c", perl.NewHash()))
		}},
		{`JSON::PP->new->decode('{"a":[1,"' . $_[0] . '",null,{"b":-2.5}]}')`, "w", func(a []any) any {
			return perl.DecodeJSON(`{"a":[1,"` + str(a[0]) + `",null,{"b":-2.5}]}`)
		}},
		{`local $Data::Dumper::Sortkeys = 1; scalar Dumper({@{$_[0]}}, [@{$_[1]}], $_[2])`, "hlv", func(a []any) any {
			defer perl.Local(&perl.DumperSortkeys, any(1))()
			return perl.Dumper(perl.NewHash(textual(lst(a[0]))...), perl.NewArray(textual(lst(a[1]))...), textual(a[2:])[0])
		}},
		{`local $Data::Dumper::Useqq = 1; local $Data::Dumper::Terse = 1; local $Data::Dumper::Indent = $_[1] % 4; scalar Dumper([@{$_[0]}], bless([\$_[2], undef], 'C'))`, "lus", func(a []any) any {
			defer perl.Local(&perl.DumperUseqq, any(1))()
			defer perl.Local(&perl.DumperTerse, any(1))()
			defer perl.Local(&perl.DumperIndent, any(num(a[1])%4))()
			return perl.Dumper(perl.NewArray(textual(lst(a[0]))...), perl.Bless(perl.NewArray(perl.RefValue(a[2]), nil), "C"))
		}},
	})
}

// textual returns numbers with a fraction as text and others as integers: the program
// in Perl has them so, and Dumper shows which they are.
func textual(list []any) []any {
	return perl.Map1(list, func(it any) any {
		f, ok := it.(float64)
		switch {
		case !ok:
			return it
		case f == float64(int(f)):
			return int(f)
		}
		return str(f)
	})
}
