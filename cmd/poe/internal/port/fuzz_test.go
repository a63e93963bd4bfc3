package port

import (
	"strings"
	"testing"
)

// FuzzText: whatever the text is, there is Go or an error, and no panic.
func FuzzText(f *testing.F) {
	tr, err := New(Options{})
	if err != nil {
		f.Skip(err)
	}
	f.Cleanup(func() { _ = tr.Close() })
	for _, s := range []string{"print 1;", "sub f { my ($x) = @_; return $x + 1 } f(2);", "if (", "}", "my $x = <<E;\na\n", "s/(/x/", "$x =~ m{a}gx ? FOO : 1", "\x00", "@{[", `"${x`, strings.Repeat("(", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		res, err := tr.Text("fuzz.pl", []byte(s))
		if err == nil && res.Source == "" {
			t.Error("neither Go nor an error")
		}
		if err != nil && strings.Contains(err.Error(), "a fault of poe port") {
			t.Error(err)
		}
	})
}

// vocabulary are tokens of PPI, of which FuzzTokens makes programs that PPI itself would
// hardly make.
var vocabulary = strings.Fields(`Word:my Word:our Word:local Word:sub Word:if Word:elsif Word:else Word:unless Word:while Word:until Word:for Word:foreach Word:do Word:eval Word:return
	Word:last Word:next Word:redo Word:package Word:use Word:require Word:print Word:printf Word:map Word:grep Word:sort Word:shift Word:push Word:splice Word:keys Word:delete Word:exists
	Word:defined Word:ref Word:scalar Word:sprintf Word:die Word:open Word:x Word:y Word:qw Word:STDERR Word:KERNEL Word:HEAP Word:ARG0 Word:main Word:POE::Session Word:create Word:new
	Word:inline_states Word:_start Word:BEGIN Word:__PACKAGE__ Word:wantarray Word:substr Word:chomp Word:undef Word:goto Word:format Word:and Word:or Word:not Word:eq Word:ne Word:lt Word:cmp
	Symbol:$x Symbol:@x Symbol:%x Symbol:&f Symbol:*STDOUT Symbol:$heap Symbol:$kernel Symbol:$poe_kernel Magic:$_ Magic:@_ Magic:$1 Magic:$@ Magic:$! Magic:$$ Magic:_ ArrayIndex:$#x Cast:@ Cast:% Cast:$ Cast:$# Cast:\
	Structure:( Structure:) Structure:[ Structure:] Structure:{ Structure:} Structure:; Structure:( Structure:) Structure:{ Structure:}
	Operator:, Operator:=> Operator:-> Operator:= Operator:+ Operator:- Operator:* Operator:/ Operator:. Operator:.. Operator:? Operator:: Operator:== Operator:=~ Operator:!~ Operator:! Operator:&& Operator:||
	Operator:// Operator:||= Operator:.= Operator:++ Operator:-- Operator:** Operator:% Operator:& Operator:< Operator:> Operator:<=> Operator:-e Operator:<< Operator:~~ Operator:...
	Number:1 Number::Float:1.5 Number:-2 Number::Hex:0xff Number::Version:v1.2 Label:OUTER: DashedWord:-foo Attribute:lvalue Prototype:($$) QuoteLike::Readline:<STDIN> Quote::Single:'a' Quote::Double:"$x"`)

// FuzzTokens parses and translates programs of arbitrary tokens: each byte is a token.
func FuzzTokens(f *testing.F) {
	tr, err := New(Options{})
	if err != nil {
		f.Skip(err)
	}
	f.Cleanup(func() { _ = tr.Close() })
	for _, s := range []string{"\x00\x40\x63\x54", "", "\x03\x05\x2b\x59\x40\x5a", strings.Repeat("\x50", 500)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var tokens []token
		for i, c := range data[:min(len(data), 2000)] {
			class, text, _ := strings.Cut(vocabulary[int(c)%len(vocabulary)], ":")
			if rest, is := strings.CutPrefix(text, ":"); is { // Number::Float
				kind, value, _ := strings.Cut(rest, ":")
				class, text = class+"::"+kind, value
			}
			tok := token{class: class, text: text, line: 1 + i/10, col: 1 + i%10, space: c >= 128, newline: i%10 == 0}
			if strings.HasPrefix(class, "Quote") {
				tok.parts = []string{text[1 : len(text)-1]}
			}
			tokens = append(tokens, tok)
		}
		prog, err := parseTokens(tr.tok, "fuzz.pl", "fuzz.pl", strings.Repeat("          \n", 1+len(tokens)/10), tokens)
		if err != nil {
			return
		}
		if text, err := generate(prog, &Report{}, Options{}); err == nil && text == "" {
			t.Error("neither Go nor an error")
		}
	})
}

// TestNeverSilent: a statement that is not understood is counted, and compiles to a
// TODO.
func TestNeverSilent(t *testing.T) {
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	for code, source := range map[string]string{"P0503": "my $pid = fork;\n", "P0511": "eval $x;\n", "P0603": "frobnicate($x, 1);\n", "P0001": "format STDOUT =\n@<<\n$x\n.\n"} {
		res, err := tr.Text("test.pl", []byte(source+"print 1;\n"))
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if len(res.Report.TODO) == 0 || res.Report.TODO[0].Code != code || !strings.Contains(res.Source, "perl.TODO(\""+code) {
			t.Errorf("%s: %+v\n%s", code, res.Report.TODO, res.Source)
		}
		if errs, _ := newChecker(t).check("test", res.Source, ""); len(errs) > 0 {
			t.Errorf("%s: %v", code, errs)
		}
	}
}

// TestExplanations: every code that is used has an explanation.
func TestExplanations(t *testing.T) {
	for code := range explanations {
		if len(code) != 5 || code[0] != 'P' {
			t.Errorf("%q is no code", code)
		}
	}
	if _, ok := Explain("P9999"); ok {
		t.Error("a code that is not there is explained")
	}
}
