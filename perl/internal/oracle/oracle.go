//go:build linux

// Package oracle runs expressions of Perl and functions of Go with the same random
// arguments, in perl and here, and compares what they give. It is for tests.
package oracle

import (
	"bytes"
	"fmt"
	"math/rand"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/perl"
)

// Case is an expression of Perl and a function of Go that mean the same. Both get
// the same random arguments: $_[0] and so on in Perl, a[0] and so on in Go. A letter
// of Args says of what kind an argument is; see Random.
type Case struct {
	Expr, Args string
	Fn         func(a []any) any // a []any is a list
}

// Setup is what surrounds the cases of a comparison.
type Setup struct {
	Seed    int64
	Runs    int    // how many times a case with arguments runs
	Prelude string // Perl in front of the cases
	// Before and After stand around the cases in Perl, for those that only run within a
	// handler. Around calls the function in the same surroundings here.
	Before, After string
	Around        func(run func())
}

// Random returns an argument: any scalar (v), a number or its text (n), an integer
// from -4 to 9 (i), one from 0 to 9 (u), a string of bytes (s), a word (w), a list of
// scalars (l), of numbers (m) or of integers (j), or a list of words and scalars (h).
func Random(r *rand.Rand, kind byte) any {
	switch kind {
	case 'v':
		switch r.Intn(6) {
		case 0:
			return nil
		case 1, 2:
			return Random(r, 'n')
		}
		return Random(r, 's')
	case 'n':
		return number(r)
	case 'i':
		return r.Intn(14) - 4
	case 'u':
		return r.Intn(10)
	case 's':
		return text(r, "aabcXYZ019 _-.,:/=\n\t\x00\xe9\xff'\"\\$@%{}[]()|+*?^&<>~#;!", 12)
	case 'w':
		return "k" + text(r, "abcxyz", 2)
	case 'l', 'm', 'h', 'j':
		var list []any
		for range r.Intn(6) {
			if kind == 'h' {
				list = append(list, Random(r, 'w'))
			}
			list = append(list, Random(r, map[byte]byte{'l': 'v', 'm': 'n', 'h': 'v', 'j': 'i'}[kind]))
		}
		return list
	}
	panic("no kind " + string(kind))
}

func number(r *rand.Rand) any {
	switch r.Intn(8) {
	case 0:
		return r.Intn(1<<40) - 1<<39
	case 1:
		return float64(r.Intn(20001)-10000) / 8
	case 2:
		return r.NormFloat64() * 1e6
	case 3:
		return []any{"0", "0.0", "00", "0 but true", "1e3", "-0", ".5", "5.", "  12", "3abc", "1_000", "-3.75e-2", "+7", "0x1f", ""}[r.Intn(15)]
	case 4:
		return strconv.Itoa(r.Intn(2000) - 1000)
	}
	return r.Intn(41) - 20
}

func text(r *rand.Rand, alphabet string, length int) string {
	b := make([]byte, r.Intn(length+1))
	for i := range b {
		b[i] = alphabet[r.Intn(len(alphabet))]
	}
	return string(b)
}

// literal returns v as it is written in Perl.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "undef"
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'g', 17, 64)
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = literal(x)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return Quoted(perl.Str(v))
}

// Quoted returns a string as a literal of Perl.
func Quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ' ' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String() + `"`
}

// shown returns a result in the form which the program in Perl prints.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "undef"
	case *perl.Array:
		return shownList(v.All())
	case *perl.Hash:
		parts := make([]string, 0, v.Len())
		for _, k := range v.SortedKeys() {
			parts = append(parts, Quoted(k)+"="+shown(v.Get(k)))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return Quoted(perl.Str(v))
}

func shownList(list []any) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = shown(x)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

const prelude = `use strict; no warnings; binmode STDOUT; use POSIX (); use List::Util (); use Scalar::Util ();
sub quoted { my $s = shift; $s =~ s/([^a-zA-Z0-9 ])/sprintf '\\x%02x', ord $1/ge; "\"$s\"" }
sub shown { my $v = shift; return 'undef' unless defined $v;
  if (ref $v eq 'ARRAY') { return '[' . join(',', map { shown($_) } @$v) . ']' }
  if (ref $v eq 'HASH') { return '{' . join(',', map { quoted($_) . '=' . shown($v->{$_}) } sort keys %$v) . '}' }
  quoted("$v") }
sub try { my $f = shift; my @r = eval { $f->(@_) };
  if ($@ ne '') { my $e = "$@"; $e =~ s/ at \S+ line \d+.*//s; print 'died: ', quoted($e), "\n"; return }
  print shown(\@r), "\n" }
`

// inGo returns what the function gives, as the program in Perl prints it.
func inGo(c Case, args []any) (out string) {
	perl.EvalError = ""
	var result any
	if !perl.Try(func() { result = c.Fn(args) }) {
		text := perl.Str(perl.EvalError)
		if i := strings.LastIndex(text, " at "); i >= 0 {
			text = text[:i]
		}
		return "died: " + Quoted(text)
	}
	if list, ok := result.([]any); ok {
		return shownList(list)
	}
	return shownList([]any{result})
}

// Compare runs each case with random arguments, here and in perl.
func Compare[C ~struct {
	Expr, Args string
	Fn         func(a []any) any
}](t *testing.T, setup Setup, cases []C) {
	t.Helper()
	path, err := exec.LookPath("perl")
	if err != nil {
		t.Skip("perl is not installed")
	}
	r := rand.New(rand.NewSource(setup.Seed))
	var program bytes.Buffer
	program.WriteString(prelude + setup.Prelude + "my $f;\n" + setup.Before)
	var got, calls []string
	var run []func()
	for _, one := range cases {
		c := Case(one)
		fmt.Fprintf(&program, "$f = sub { %s };\n", c.Expr)
		n := setup.Runs
		if c.Args == "" {
			n = 1
		}
		for range n {
			args, parts := make([]any, len(c.Args)), make([]string, len(c.Args))
			for i := range args {
				args[i] = Random(r, c.Args[i])
				parts[i] = literal(args[i])
			}
			fmt.Fprintf(&program, "try($f, %s);\n", strings.Join(parts, ","))
			calls = append(calls, c.Expr+" of "+strings.Join(parts, ", "))
			run = append(run, func() { got = append(got, inGo(c, args)) })
		}
	}
	program.WriteString(setup.After)
	around := setup.Around
	if around == nil {
		around = func(all func()) { all() }
	}
	around(func() {
		for _, f := range run {
			f()
		}
	})
	cmd := exec.Command(path, "-")
	cmd.Stdin = &program
	var errors bytes.Buffer
	cmd.Stderr = &errors
	out, err := cmd.Output()
	require.NoError(t, err, errors.String())
	want := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	require.Equal(t, len(want), len(got), errors.String())
	report(t, calls, want, got)
}

// report tells of a few differences of each expression.
func report(t *testing.T, calls, want, got []string) {
	t.Helper()
	differ := map[string]int{}
	for i, call := range calls {
		if want[i] == got[i] {
			continue
		}
		expr, _, _ := strings.Cut(call, " of ")
		if differ[expr]++; differ[expr] <= 2 && len(differ) <= 20 {
			t.Errorf("%s:\nin Perl %s\nhere    %s", call, want[i], got[i])
		}
	}
}
