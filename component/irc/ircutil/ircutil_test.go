package ircutil_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/component/irc/ircutil"
)

func TestCasemapping(t *testing.T) {
	for _, c := range []struct {
		m            ircutil.Casemapping
		upper, lower string
	}{
		{"", `ABC[]\~^`, "abc{}|^^"}, // as in IRC::Utils: ~ is the upper case of ^
		{ircutil.StrictRFC1459, `AZ[]\^`, "az{}|^"},
		{ircutil.ASCII, `AZ[]\^`, `az[]\^`},
		{"unknown", `AZ[]`, "az[]"},
	} {
		assert.Equal(t, c.lower, c.m.Lower(c.upper), c.m)
	}
	assert.True(t, ircutil.RFC1459.Equal("Nick[1]", "nICK{1}"))
	assert.False(t, ircutil.ASCII.Equal("Nick[1]", "nICK{1}"))
	assert.Equal(t, `AZ[]\~~[]\`, ircutil.RFC1459.Upper(`az{}|^~[]\`))
	assert.Equal(t, `AZ[]\^~[]\`, ircutil.StrictRFC1459.Upper(`az{}|^~[]\`))
}

func TestMasks(t *testing.T) {
	for mask, want := range map[string]string{
		"stalin*": "stalin*!*@*", "a!b@c": "a!b@c", "b@c": "*!b@c", "": "*!*@*", "a!": "a!*@*", "*": "*!*@*", "a!b": "a!b@*", "**x": "*x!*@*",
	} {
		assert.Equal(t, want, ircutil.NormalizeMask(mask), mask)
	}
	match := func(mask, text string) bool { return ircutil.MatchMask(mask, text, "") }
	assert.True(t, match("*!*@*.example", "nick!user@host.EXAMPLE"))
	assert.True(t, match("n?ck!*@*", "nick!u@h"))
	assert.False(t, match("n?ck!*@*", "nck!u@h"))
	assert.True(t, match("*a*b*c", "xxaxxbxxc"))
	assert.False(t, match("*a*b*c", "xxaxxbxxcd"))
	assert.False(t, match("", "a"))
	assert.False(t, match(strings.Repeat("*a", 2000), strings.Repeat("a", 1999)), "in reasonable time")
}

func TestModes(t *testing.T) {
	var text []string
	for _, c := range (ircutil.Modes{}).Parse("ov+b-il+k", "Bob", "sue", "stalin*!*@*", "key") {
		text = append(text, strings.TrimSpace(c.String()+" "+c.Arg))
	}
	assert.Equal(t, []string{"+o Bob", "+v sue", "+b stalin*!*@*", "-i", "-l", "+k key"}, text)
	assert.Equal(t, "-acd+fmZ", ircutil.ModeDifference("abcde", "befmZ"))
	assert.Empty(t, ircutil.ModeDifference("ab", "ba"))
}

func TestFormatting(t *testing.T) {
	text := "\x02bold\x02 \x0304,12red\x03 \x034,x \x04ff0000rgb \x1b[1;31mansi \x1funder\x0f"
	assert.True(t, ircutil.HasColor(text))
	assert.True(t, ircutil.HasFormatting(text))
	plain := ircutil.StripFormatting(ircutil.StripColor(text))
	assert.Equal(t, "bold red ,x rgb ansi under", plain)
	assert.False(t, ircutil.HasColor(plain) || ircutil.HasFormatting(plain))
}

func TestText(t *testing.T) {
	assert.Equal(t, "äöü", ircutil.Decode("äöü"))
	assert.Equal(t, "ä€", ircutil.Decode("\xe4\x80"))
	assert.Equal(t, []string{"one two", "three", "four"}, ircutil.Split("one two three\r\nfour", 8))
	assert.Equal(t, []string{"äää", "ää"}, ircutil.Split("äääää", 7))
	assert.Equal(t, "ä", ircutil.Truncate("ää", 3))
	assert.True(t, ircutil.ValidNick("[bot]^1"))
	assert.False(t, ircutil.ValidNick("1bot"))
	assert.True(t, ircutil.ValidChannel("#a", ""))
	assert.False(t, ircutil.ValidChannel("#a b", ""))
	assert.Equal(t, ircutil.Source{Nick: "n", User: "u", Host: "h"}, ircutil.ParseSource("n!u@h"))
	assert.Equal(t, "n!u@h", ircutil.ParseSource("n!u@h").String())
}

func FuzzCTCP(f *testing.F) {
	f.Add("\x01ACTION waves\x01")
	f.Add("\x01a\x10n\\a\x01\x01")
	f.Fuzz(func(t *testing.T, text string) {
		ircutil.ParseCTCP(text)
		message, ok := ircutil.ParseCTCP(ircutil.QuoteCTCP("X " + strings.TrimLeft(text, " ")))
		if !ok || message.Name != "X" {
			t.Fatalf("%q gave %+v %v", text, message, ok)
		}
		if want := strings.TrimLeft(text, " "); !strings.ContainsAny(text, "\\") && message.Args != want {
			t.Fatalf("%q came back as %q", want, message.Args)
		}
	})
}

// Text that is not UTF-8 is split all the same, and no part is empty.
func TestSplitBytes(t *testing.T) {
	assert.Equal(t, []string{"\x80\x80\x80\x80", "\x80"}, ircutil.Split("\x80\x80\x80\x80\x80", 0))
	assert.Equal(t, []string{"\x80\x80\x80\x80\x80"}, ircutil.Split("\x80\x80\x80\x80\x80", 5))
	assert.Equal(t, []string{"0\xa4"}, ircutil.Split("   0\xa4", 4))
	assert.Equal(t, "\x80\x80", ircutil.Truncate("\x80\x80\x80\x80\x80", 2))
	assert.Equal(t, "a", ircutil.Truncate("aä", 2))
}

func FuzzText(f *testing.F) {
	f.Add("a \x0304,1 b ä\xff", 5)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		plain := ircutil.StripFormatting(ircutil.StripColor(text))
		if len(plain) > len(text)*3 {
			t.Fatal("it has grown")
		}
		for _, part := range ircutil.Split(text, limit) {
			if len(part) > max(limit, utf8.UTFMax) || part == "" {
				t.Fatalf("%q with %d: %q", text, limit, part)
			}
		}
		if !utf8.ValidString(ircutil.Decode(text)) {
			t.Fatal("no UTF-8")
		}
		ircutil.MatchMask(text, text, "")
		ircutil.Modes{}.Parse(text, "a", "b")
		ircutil.NormalizeMask(text)
	})
}
