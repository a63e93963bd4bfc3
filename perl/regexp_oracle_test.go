//go:build linux

package perl_test

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/internal/oracle"
)

// patterns are put together at random of these.
var (
	patternAtoms = []string{"a", "b", "X", "1", ".", `\d`, `\w`, `\s`, `\S`, `\W`, `\D`, `\.`, "[ab]", "[^a]", "[a-cX-Z0-9_]", `[\d\s]`, `[^\w]`, `[[:alpha:]]`, `[[:^digit:]]`, `[]a]`, `[\]-]`,
		"(a|b)", "(?:ab|a)", "(a)?", "(.)", `(\w+)`, "(?i:x)", `\x41`, `\t`, `\b`, `\B`, "^", "$", `\A`, `\z`, `\Z`, "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", `(?<n>[ab]+)`, `\h`, `\v`, `\H`, `\V`, `\N`, `\R`, `\e`, `\0`, `\01`, `\cA`, "\xe9", `\xe9`, "}", "(?#c)", `(?>a+)`}
	quantifiers = []string{"", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{1,}", "{0,2}?"}
)

func randomPattern(r *rand.Rand) string {
	var b strings.Builder
	if r.Intn(20) == 0 {
		b.WriteByte('{') // elsewhere perl takes it for a quantifier without an end
	}
	for range 1 + r.Intn(4) {
		atom := patternAtoms[r.Intn(len(patternAtoms))]
		b.WriteString(atom)
		if c := atom[len(atom)-1]; !strings.Contains(`^$`, atom) && !strings.HasPrefix(atom, "(?=") && !strings.HasPrefix(atom, "(?!") && !strings.HasPrefix(atom, "(?<=") && !strings.HasPrefix(atom, "(?<!") &&
			!strings.HasPrefix(atom, "(?#") && atom != `\b` && atom != `\B` && atom != `\A` && atom != `\z` && atom != `\Z` && c != '?' && atom != "{" && atom != "}" {
			b.WriteString(quantifiers[r.Intn(len(quantifiers))])
		}
	}
	if r.Intn(6) == 0 && strings.Contains(b.String(), "(.)") {
		b.WriteString(`\1`)
	}
	return b.String()
}

// TestPatternsAsPerl compares matches of random patterns, with all that they capture.
func TestPatternsAsPerl(t *testing.T) {
	r := rand.New(rand.NewSource(71))
	var cases []asPerl
	for range 500 {
		pattern := randomPattern(r)
		flags := []string{"", "i", "m", "s", "x", "n", "im", "sx"}[r.Intn(8)]
		code := "my $s = \"$_[0]\"; my $p = " + oracle.Quoted(pattern) + "; my $r = eval { qr/$p/" + flags + " } or return 'wrong'; $s =~ $r" +
			" or return 'no'; ($&, $1, $2, $+, $`, $', $-[0], $+[0], $+{n}, scalar(@-), scalar(@+))"
		cases = append(cases, asPerl{code, "s", func(a []any) any {
			var m perl.Captures
			re, isRE := perl.Eval(func() any { return perl.Pattern(pattern, flags) }).(*perl.Regexp)
			if !isRE {
				return "wrong"
			}
			if !m.Match(re, str(a[0])) {
				return perl.If(re.Match(str(a[0])), "differs", "no")
			}
			return []any{m.Group(0), m.Group(1), m.Group(2), m.LastParen(), m.Prematch(), m.Postmatch(), m.Start(0), m.End(0), m.NamedHash().Get("n"), m.Starts().Len(), m.Ends().Len()}
		}})
	}
	oracle.Compare(t, oracle.Setup{Seed: 72, Runs: 8}, cases)
}

// TestMatchingAsPerl compares what is done with patterns.
func TestMatchingAsPerl(t *testing.T) {
	word := perl.RE(`([a-zA-Z])(\d)?`, "")
	oracle.Compare(t, oracle.Setup{Seed: 73, Runs: 60}, []asPerl{
		{`my @l = $_[0] =~ /([a-zA-Z])(\d)?/; @l`, "s", func(a []any) any { return new(perl.Captures).List(word, str(a[0])) }},
		{`my @l = $_[0] =~ /[a-z]/; @l`, "s", func(a []any) any { return new(perl.Captures).List(perl.RE("[a-z]", ""), str(a[0])) }},
		{`my @l = $_[0] =~ /([a-zA-Z])(\d)?/g; @l`, "s", func(a []any) any { return new(perl.Captures).All(word, str(a[0])) }},
		{`my @l = $_[0] =~ /a*/g; @l`, "s", func(a []any) any { return new(perl.Captures).All(perl.RE("a*", ""), str(a[0])) }},
		{`my $s = "$_[0]"; my @l; while ($s =~ /([a-zA-Z])/g) { push @l, $1, pos $s } (@l, pos $s)`, "s", func(a []any) any {
			var m perl.Captures
			var pos perl.Pos
			var out []any
			for m.Next(perl.RE("([a-zA-Z])", ""), str(a[0]), &pos, false) {
				out = append(out, m.Group(1), pos.Get())
			}
			return append(out, pos.Get())
		}},
		{`my $s = "$_[0]"; pos($s) = $_[1] % (1 + length $s); my $ok = $s =~ /\G[a-z]/gc; ($ok ? 1 : 0, pos $s)`, "su", func(a []any) any {
			var m perl.Captures
			var pos perl.Pos
			pos.Set(str(a[0]), num(a[1])%(1+len(str(a[0]))))
			ok := m.Next(perl.RE(`\G[a-z]`, ""), str(a[0]), &pos, true)
			return two(yes(ok), pos.Get())
		}},
		{`my $s = "$_[0]"; my $n = $s =~ s/([a-z])/<$1>/; ($s, $n)`, "s", func(a []any) any {
			var m perl.Captures
			s, n := m.Replace(perl.RE("([a-z])", ""), str(a[0]), false, func() string { return "<" + m.Text(1) + ">" })
			return two(s, perl.Replacements(n))
		}},
		{`my $s = "$_[0]"; my $n = $s =~ s/([a-z])|X/'<' . ($1 || '') . '>'/ge; ($s, $n)`, "s", func(a []any) any {
			var m perl.Captures
			n := m.Subst(&a[0], perl.RE("([a-z])|X", ""), true, func() string { return "<" + m.Text(1) + ">" })
			return two(a[0], perl.Replacements(n))
		}},
		{`my $s = "$_[0]"; my $n = $s =~ s/x*/-/g; ($s, $n)`, "s", func(a []any) any {
			var m perl.Captures
			s := str(a[0])
			n := m.SubstText(&s, perl.RE("x*", ""), true, func() string { return "-" })
			return two(s, n)
		}},
		{`my $p = "$_[1]"; "$_[0]" =~ /$p/ ? 1 : 0`, "sw", func(a []any) any { return yes(perl.Pattern(a[1], "").Match(str(a[0]))) }},
		{`my $p = "\Q$_[1]\E"; "$_[0]$_[1]" =~ /$p/ ? 1 : 0`, "ss", func(a []any) any {
			return yes(perl.Pattern(perl.QuoteMeta(str(a[1])), "").Match(str(a[0]) + str(a[1])))
		}},
		{`my $r = qr/a.b/is; ("$r", ref $r, "xA\nBx" =~ /x${r}x/ ? 1 : 0)`, "", func([]any) any {
			r := perl.RE("a.b", "is")
			_, err := r.Go()
			return []any{r.PerlString(), r.PerlClass(), yes(perl.RE("x"+r.PerlString()+"x", "").Match("xA\nBx") && err == nil)}
		}},
		{`my %h = (k => $_[0]); my @l; while ($h{k} =~ /([a-z])/g) { push @l, pos $h{k} } @l`, "s", func(a []any) any {
			h := perl.NewHash("k", a[0])
			var m perl.Captures
			var out []any
			for m.Next(perl.RE("([a-z])", ""), str(h.Get("k")), perl.PosOf(h, "k"), false) {
				out = append(out, perl.PosOf(h, "k").Get())
			}
			return out
		}},
		{`my $s = $_[0]; my $r = \$s; my @l; while ($$r =~ /([a-z])/g) { push @l, pos $$r } @l`, "s", func(a []any) any {
			r := perl.RefTo(&a[0])
			var m perl.Captures
			var out []any
			for m.Next(perl.RE("([a-z])", ""), str(r.Get()), perl.PosOfRef(r), false) {
				out = append(out, perl.PosOfRef(r).Get())
			}
			return out
		}},
		{`local $_ = $_[0]; my @l; while (/([a-z])/g) { push @l, pos } @l`, "s", func(a []any) any {
			perl.Topic = a[0]
			perl.TopicPos().Set(str(a[0]), nil)
			var m perl.Captures
			var out []any
			for m.Next(perl.RE("([a-z])", ""), str(perl.Topic), perl.TopicPos(), false) {
				out = append(out, perl.TopicPos().Get())
			}
			return out
		}},
		{`"k=v" =~ /(?<key>\w)=(?<value>\w)/; ($+{key}, $+{value}, join ',', sort keys %+)`, "", func([]any) any {
			var m perl.Captures
			m.Match(perl.RE(`(?<key>\w)=(?<value>\w)`, ""), "k=v")
			return []any{m.Named("key"), m.Named("value"), strings.Join(m.NamedHash().SortedKeys(), ",")}
		}},
	})
}
