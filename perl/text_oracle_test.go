//go:build linux

package perl_test

import (
	"testing"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/internal/oracle"
)

// TestTextAsPerl compares the functions of strings.
func TestTextAsPerl(t *testing.T) {
	oracle.Compare(t, oracle.Setup{Seed: 11, Runs: 60, Prelude: "use MIME::Base64; use Digest::MD5; use Digest::SHA;\n"}, []asPerl{
		{`length $_[0]`, "v", func(a []any) any { return perl.Length(a[0]) }},
		{`my $x = substr($_[0], $_[1], $_[2]); $x // ''`, "sii", func(a []any) any { return perl.Substr(str(a[0]), num(a[1]), num(a[2])) }},
		{`my $x = substr($_[0], $_[1]); $x`, "si", func(a []any) any { return perl.SubstrOK(str(a[0]), num(a[1]), perl.Rest) }},
		{`my $x = substr($_[0], $_[1], $_[2]); $x`, "sii", func(a []any) any { return perl.SubstrOK(str(a[0]), num(a[1]), num(a[2])) }},
		{`my $s = "$_[0]"; my $old = substr($s, $_[1], $_[2], $_[3]); ($s, $old)`, "sius", func(a []any) any {
			s, old := perl.ReplaceSubstr(str(a[0]), num(a[1]), num(a[2]), str(a[3]))
			return two(s, old)
		}},
		{`my $s = $_[0]; my $old = substr($s, $_[1], $_[2], $_[3]); ($s, $old)`, "viis", func(a []any) any {
			old := perl.SubstrAt(&a[0], num(a[1]), num(a[2]), str(a[3]))
			return two(a[0], old)
		}},
		{`index $_[0], substr($_[1], 1), $_[2]`, "swi", func(a []any) any { return perl.Index(str(a[0]), str(a[1])[1:], num(a[2])) }},
		{`index $_[0], 'a', $_[1]`, "si", func(a []any) any { return perl.Index(str(a[0]), "a", num(a[1])) }},
		{`index $_[0], ''  , $_[1]`, "si", func(a []any) any { return perl.Index(str(a[0]), "", num(a[1])) }},
		{`rindex $_[0], 'a', $_[1]`, "si", func(a []any) any { return perl.Rindex(str(a[0]), "a", num(a[1])) }},
		{`rindex $_[0], '', $_[1]`, "si", func(a []any) any { return perl.Rindex(str(a[0]), "", num(a[1])) }},
		{`uc $_[0]`, "v", func(a []any) any { return perl.Upper(str(a[0])) }},
		{`lc $_[0]`, "v", func(a []any) any { return perl.Lower(str(a[0])) }},
		{`ucfirst $_[0]`, "v", func(a []any) any { return perl.UpperFirst(str(a[0])) }},
		{`lcfirst $_[0]`, "v", func(a []any) any { return perl.LowerFirst(str(a[0])) }},
		{`scalar reverse $_[0]`, "s", func(a []any) any { return perl.ReverseString(str(a[0])) }},
		{`$_[0] x $_[1]`, "vi", func(a []any) any { return perl.RepeatString(str(a[0]), num(a[1])) }},
		{`join $_[0], @{$_[1]}`, "vl", func(a []any) any { return perl.Join(str(a[0]), lst(a[1])...) }},
		{`ord $_[0]`, "s", func(a []any) any { return perl.Ord(str(a[0])) }},
		{`chr $_[0] * 9`, "u", func(a []any) any { return perl.Chr(9 * num(a[0])) }},
		{`hex $_[0]`, "w", func(a []any) any { return perl.Hex(str(a[0])) }},
		{`hex "0x$_[0]"`, "u", func(a []any) any { return perl.Hex("0x" + str(a[0])) }},
		{`oct $_[0]`, "u", func(a []any) any { return perl.Oct(str(a[0])) }},
		{`(oct "0x$_[0]", oct "0b1$_[0]1", oct " 7$_[0]", oct "o17")`, "u", func(a []any) any {
			s := str(a[0])
			return []any{perl.Oct("0x" + s), perl.Oct("0b1" + s + "1"), perl.Oct(" 7" + s), perl.Oct("o17")}
		}},
		{`quotemeta $_[0]`, "s", func(a []any) any { return perl.QuoteMeta(str(a[0])) }},
		{`my $s = "$_[0]\n" x ($_[1] % 3); my $n = chomp $s; ($n, $s)`, "su", func(a []any) any {
			s := perl.RepeatString(str(a[0])+"\n", num(a[1])%3)
			before := s
			n := perl.Chomp(&s)
			if perl.Chomped(before) != s {
				return "Chomped differs"
			}
			return two(n, s)
		}},
		{`my $s = $_[0]; my $n = chomp $s; ($n, $s)`, "v", func(a []any) any { return two(perl.ChompAt(&a[0]), a[0]) }},
		{`my $s = "$_[0]"; chop $s; $s`, "s", func(a []any) any { return perl.Chopped(str(a[0])) }},
		{`my $s = "$_[0]"; my $c = chop $s; ($c, $s)`, "s", func(a []any) any { return two(perl.ChopAt(&a[0]), a[0]) }},
		{`my @l = map { "$_\n" } @{$_[0]}; my $n = chomp @l; ($n, @l)`, "l", func(a []any) any {
			list := perl.NewArray(perl.Map1(lst(a[0]), func(it any) any { return str(it) + "\n" })...)
			return append([]any{perl.ChompAtAll(list)}, list.All()...)
		}},
		{`my @l = map { "a$_" } @{$_[0]}; my $c = chop @l; (@l ? $c : '', @l)`, "l", func(a []any) any {
			list := perl.NewArray(perl.Map1(lst(a[0]), func(it any) any { return "a" + str(it) })...)
			return append([]any{perl.ChopAtAll(list)}, list.All()...)
		}},
		{`my $s = $_[0]; $s++; $s`, "v", func(a []any) any { return perl.Inc(a[0]) }},
		{`my $s = $_[0]; $s++; $s`, "w", func(a []any) any { return perl.Inc(a[0]) }},
		{`my $s = $_[0]; my $n = ($s =~ tr/a-cX/A-C_/); ($s, $n)`, "s", func(a []any) any {
			s, n := perl.Translate(str(a[0]), "a-cX", "A-C_", "")
			if perl.Replaced(perl.Translate(str(a[0]), "a-cX", "A-C_", "")) != s || perl.Count(perl.Translate(str(a[0]), "a-cX", "A-C_", "")) != n {
				return "Replaced or Count differs"
			}
			return two(s, n)
		}},
		{`my $s = $_[0]; my $n = ($s =~ tr/a-zA-Z//cd); ($s, $n)`, "v", func(a []any) any {
			n := perl.TranslateAt(&a[0], "a-zA-Z", "", "cd")
			return two(a[0], n)
		}},
		{`my $s = $_[0]; my $n = ($s =~ tr/a-z/-/s); ($s, $n)`, "s", func(a []any) any {
			n := perl.TranslateAt(&a[0], "a-z", "-", "s")
			return two(a[0], n)
		}},
		{`encode_base64($_[0] x $_[1])`, "su", func(a []any) any { return perl.EncodeBase64(perl.RepeatString(str(a[0]), num(a[1]))) }},
		{`encode_base64($_[0], '')`, "s", func(a []any) any { return perl.EncodeBase64(str(a[0]), "") }},
		{`decode_base64($_[0])`, "s", func(a []any) any { return perl.DecodeBase64(str(a[0])) }},
		{`decode_base64(encode_base64($_[0]))`, "s", func(a []any) any { return perl.DecodeBase64(perl.EncodeBase64(str(a[0]))) }},
		{`Digest::MD5::md5_hex(@{$_[0]})`, "l", func(a []any) any { return perl.MD5Hex(lst(a[0])...) }},
		{`Digest::MD5::md5(@{$_[0]})`, "l", func(a []any) any { return perl.MD5(lst(a[0])...) }},
		{`Digest::SHA::sha1_hex(@{$_[0]})`, "l", func(a []any) any { return perl.SHA1Hex(lst(a[0])...) }},
		{`Digest::SHA::sha256_hex(@{$_[0]})`, "l", func(a []any) any { return perl.SHA256Hex(lst(a[0])...) }},
		{`split(' ', $_[0])`, "s", func(a []any) any { return perl.Fields(str(a[0]), 0) }},
		{`split(' ', $_[0], $_[1])`, "si", func(a []any) any { return perl.Fields(str(a[0]), num(a[1])) }},
		{`split(/[ab]/, $_[0], $_[1])`, "si", func(a []any) any { return perl.Split(perl.RE("[ab]", ""), str(a[0]), num(a[1])) }},
		{`split(/([ab])|(c)/, $_[0], $_[1])`, "si", func(a []any) any { return perl.Split(perl.RE("([ab])|(c)", ""), str(a[0]), num(a[1])) }},
		{`split(//, $_[0], $_[1])`, "si", func(a []any) any { return perl.Split(perl.RE("", ""), str(a[0]), num(a[1])) }},
		{`split(/^/, $_[0])`, "s", func(a []any) any { return perl.Split(perl.RE("^", "m"), str(a[0]), 0) }},
		{`split(/a*/, $_[0])`, "s", func(a []any) any { return perl.Split(perl.RE("a*", ""), str(a[0]), 0) }},
		{`my $p = ' '; split($p, $_[0])`, "s", func(a []any) any { return perl.SplitBy(" ", str(a[0]), 0) }},
		{`my $p = '1|2'; split($p, $_[0])`, "n", func(a []any) any { return perl.SplitBy("1|2", str(a[0]), 0) }},
		{`my $s = $_[0]; $s =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ge; $s`, "s", func(a []any) any { return perl.URIEscape(str(a[0])) }},
		{`my $s = $_[0] . '%41%zz%e9%'; $s =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge; $s`, "s", func(a []any) any { return perl.URIUnescape(str(a[0]) + "%41%zz%e9%") }},
		{`$_[0]`, "v", func(a []any) any { return perl.Identity(a[0]) }},
		{`$_[0]`, "s", func(a []any) any { return perl.Encode("UTF-8", perl.Decode("UTF-8", str(a[0]))) }},
		{`split /^/, $_[0]`, "s", func(a []any) any { return perl.LinesOf(a[0]) }},
		{`sprintf '%vd', $_[0]`, "s", func(a []any) any { return perl.Sprintf("%vd", a[0]) }},
	})
}

// TestSprintfAsPerl compares formats that are made at random.
func TestSprintfAsPerl(t *testing.T) {
	var cases []asPerl
	for _, flags := range []string{"", "-", "+", " ", "0", "#", "+0", "-#", "0#", " 0"} {
		for _, size := range []string{"", "8", "3.2", ".0", "12.4", ".10"} {
			for _, verb := range []string{"d", "i", "u", "s", "x", "X", "o", "b", "B", "e", "E", "f", "F", "g", "G", "c"} {
				format := "<%" + flags + size + verb + ">"
				kind := "n"
				if verb == "c" {
					kind = "u"
				}
				cases = append(cases, asPerl{"sprintf '" + format + "', " + perl.If(verb == "c", "65 + ", perl.If(verb == "s" || verb[0] > 'd' && verb[0] < 'h' || verb[0] < 'H' && verb[0] > 'D', "", "abs int ")) + "$_[0]", kind, func(a []any) any {
					v := a[0]
					switch verb {
					case "c":
						v = 65 + num(v)
					case "d", "i", "u", "x", "X", "o", "b", "B":
						v = perl.Abs(perl.IntOf(v))
					}
					return perl.Sprintf(format, v)
				}})
			}
		}
	}
	cases = append(cases,
		asPerl{`sprintf '%*d|%-*s|%.*f', $_[0], $_[1], $_[2], $_[3], $_[4], $_[5]`, "iiisun", func(a []any) any {
			return perl.Sprintf("%*d|%-*s|%.*f", a...)
		}},
		asPerl{`sprintf '%2$s %1$s %%', @_`, "sn", func(a []any) any { return perl.Sprintf("%2$s %1$s %%", a...) }},
		asPerl{`sprintf '%d %d', $_[0]`, "n", func(a []any) any { return perl.Sprintf("%d %d", perl.L(a[0])...) }},
		asPerl{`sprintf '%y %', $_[0]`, "n", func(a []any) any { return perl.Sprintf("%y %", a[0]) }},
		asPerl{`sprintf '%ld %lld %hd %5lu', map { abs int $_ } @_`, "uuuu", func(a []any) any { return perl.Sprintf("%ld %lld %hd %5lu", a...) }},
	)
	oracle.Compare(t, oracle.Setup{Seed: 12, Runs: 4}, cases)
}
