package port

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/cmd/poe/internal/evidence"
)

func translate(t *testing.T, source string, e *evidence.Evidence) *Result {
	t.Helper()
	tr, err := New(Options{Evidence: e})
	if err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() { require.NoError(t, tr.Close()) })
	result, err := tr.Text("t.pl", []byte(source))
	require.NoError(t, err)
	return result
}

// TestEveryCodeIsExplained: what the translator reports, Explain knows.
func TestEveryCodeIsExplained(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	code := regexp.MustCompile(`"(P[0-9]{4})"`)
	used := map[string]bool{}
	for _, f := range files {
		if f == "explain.go" || strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, m := range code.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
			_, ok := Explain(m[1])
			require.True(t, ok, "%s: %s is not explained", f, m[1])
		}
	}
	for _, c := range Codes() {
		text, _ := Explain(c)
		require.NotEmpty(t, text, c)
	}
	require.Greater(t, len(used), 50)
}

const traps1 = `use strict; use POE; use JSON::XS; use POE::Component::Client::DNS; use POE::Wheel::ReadWrite;
sub DESTROY { 1 }
POE::Session->create(inline_states => {
  _start => sub {
    my $wheel = POE::Wheel::ReadWrite->new(Handle => \*STDIN, InputEvent => 'x');
    sleep 1;
  },
  x => \&x,
});
sub x {
  my $text = $_[ARG0];
  print "yes" if $text =~ /^(a)\1$/ and $text =~ /a++b/ and $text =~ /plain\++/;
  $_[KERNEL]->sig(CHLD => 'y');
  fork;
  system 'true';
  return wantarray ? 1 : 2;
}
POE::Kernel->run;
`

func TestTraps(t *testing.T) {
	r := translate(t, traps1, nil).Report
	var got []string
	for _, n := range r.Notes {
		got = append(got, n.Code)
	}
	require.Equal(t, []string{"P0701", "P0701", "P0708", "P0710", "P0706", "P0707", "P0708", "P0702"}, got, "%+v", r.Notes)
	md := r.Markdown()
	require.Contains(t, md, "| JSON::XS | 1 | left to do | jsonrec.New, or encoding/json |")
	require.Contains(t, md, "| POE::Wheel::ReadWrite | 1 | translated | readwrite.New |")
}

func TestParts(t *testing.T) {
	r := translate(t, traps1, nil).Report
	var got []string
	total := 0
	for _, p := range r.Parts {
		got = append(got, p.Kind+" "+p.Name)
		total += p.Statements
		require.Nil(t, p.Exercised)
	}
	require.Equal(t, []string{"main main", "sub main::DESTROY", "handler _start (line 4)", "handler main::x"}, got)
	require.Equal(t, r.Statements, total, "each statement belongs to a part")
	require.Equal(t, 1, r.Parts[3].TODO, "fork")
}

func TestExercised(t *testing.T) {
	e := evidence.New()
	require.NoError(t, e.Add("x", strings.NewReader(`{"msg":"called","sub":"main::x","file":"/tmp/t.pl","first":11,"handler":true,"args":["text"],"heap":{"n":"integer"}}
{"msg":"called","sub":"main::__ANON__","file":"t.pl","first":5,"handler":true,"args":[],"heap":{}}
`)))
	r := translate(t, traps1, e).Report
	require.True(t, r.Traced)
	require.Equal(t, 0, *r.Parts[1].Exercised)
	require.Equal(t, 1, *r.Parts[2].Exercised)
	require.Equal(t, 1, *r.Parts[3].Exercised)
	require.Equal(t, map[string]string{"ARG0": "text", "heap.n": "integer"}, r.Parts[3].Seen)
	md := r.Markdown()
	require.Contains(t, md, "**not exercised**")
	require.Contains(t, md, "- main::x: ARG0 text, heap.n integer")
}

func TestPlaces(t *testing.T) {
	require.Equal(t, "servertcp.New", placeOf("POE::Component::Server::TCP"))
	require.True(t, strings.HasPrefix(placeOf("POE::Component::IRC::State"), "component/irc.New, plugin.Connector, or github.com/lrstanley/girc (events, commands"))
	require.Empty(t, placeOf("POE::Component::Nobody::Has::It"))
	require.Empty(t, placeOf("My::Own"))
}

// TestTypes compiles what has names that could hide each other, and functions of
// packages that have moved.
func TestTypes(t *testing.T) {
	ck := newChecker(t)
	for name, source := range map[string]string{
		"a variable is named like a struct": `
use POE;
POE::Session->create(inline_states => {
  _start => sub { my ($kernel, $heap) = @_[KERNEL, HEAP]; $heap->{n} = 1; $kernel->yield('connection') },
  connection => \&connection_start,
});
sub connection_start { my ($heap) = $_[HEAP]; my $connection = $heap->{n}; foreach my $c (1) { POE::Session->create(inline_states => { _start => \&client_start }) } print $connection }
sub client_start { my ($heap) = $_[HEAP]; $heap->{m} = 2 }
my $connection = 5;
if ($connection) { POE::Session->create(inline_states => { _start => \&connection_begin, again => \&connection_begin }) }
sub connection_begin { $_[HEAP]->{'lines'}++; print $_[HEAP]->{'lines'} }
POE::Kernel::run();
`,
		"a global variable is named like the parameter of a heap": `
use POE;
POE::Session->create(inline_states => {
  _start => sub { $_[HEAP]{n} = 1; $_[KERNEL]->yield('more') },
  more => sub { print $heap->{n}++, "\n" },
  both => sub { print $heap->{n}, $_[HEAP]{n} },
});
POE::Kernel->run;
`,
		"IRC::Utils": `
use POE; use IRC::Utils qw(uc_irc parse_user matches_mask eq_irc is_valid_chan_name);
my ($nick, $user) = parse_user('a!b@c'); my $first = parse_user('a!b@c');
print uc_irc($nick), $user, $first, matches_mask('*!*@c', 'a!b@c', 'ascii') ? 1 : 0, IRC::Utils::lc_irc('A') if !eq_irc('a', 'b') && is_valid_chan_name('#a', ['#']);
POE::Kernel->run;
`,
	} {
		r := translate(t, source, nil)
		require.Empty(t, r.Report.TODO, name)
		errs, _ := ck.check(name, r.Source, "")
		require.Empty(t, errs, "%s\n%s", name, r.Source)
	}
}

// TestSilentBefore: what differs from Perl and has a translation is noted.
func TestSilentBefore(t *testing.T) {
	for source, code := range map[string]string{
		"our $x = 1; my $r = \\$x; sub f { local $x = 2; g() } f();":          "P0712",
		"our ($x, $y); my $r = \\$y; sub f { local ($x, $y) = (1, 2); } f();": "P0712",
		"use Carp; sub f { croak 'x' } f();":                                  "P0713",
		"use Carp; Carp::cluck('x');":                                         "P0713",
		"use Encode; my $s = decode('UTF-8', $ARGV[0]); print length $s;":     "P0714",
		"open my $fh, '<:encoding(UTF-8)', 'x' or die;":                       "P0714",
		"print keys %INC;":                                                            "P0715",
		"use FindBin qw($Bin);\nprint $Bin;":                                          "P0715",
		"use Data::Dumper;\nmy $n = '5' + 0;\nprint Dumper($n);":                      "P0718",
		"sub f { if (g()) { return 1 } } print f(); sub g { 0 }":                      "P0717",
		"use POE; sub h { my $p = $_[SESSION]->postback('x'); my $q = $p; undef $p }": "P0701",
	} {
		var got []string
		for _, n := range translate(t, source+"\n", nil).Report.Notes {
			got = append(got, n.Code)
		}
		require.Contains(t, got, code, source)
	}
	for _, source := range []string{"print $#{x}, $:;\n", "open(F, '-|') or exec 'ls';\n", "print $^H;\n"} {
		require.NotEmpty(t, translate(t, source, nil).Report.TODO, source)
	}
}

// TestHostileInput: what is no program, or too large or deep a one, is an error which
// names the file and, where there is one, the line.
func TestHostileInput(t *testing.T) {
	tr, ck := newTranslator(t, Options{}), newChecker(t)
	for name, source := range map[string]string{
		"binary":    "\x7fELF\x00\x01\x02\xff\xfe" + strings.Repeat("\x00\x90", 100),
		"not UTF-8": "my $x = \"\xe4\xf6\"; print $x; sub \xff { 1 }\n",
		"deep":      "my $x = " + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + ";\n",
		"parens":    "print " + strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000) + ";\n",
		"blocks":    strings.Repeat("if ($x) {", 5000) + strings.Repeat("}", 5000),
		"unclosed":  "sub f { my $x = (1, 2;\n",
		"long line": "print '" + strings.Repeat("a", 1<<20) + "';\n",
		"here-doc":  "print <<X;\nnever ends\n",
		"operators": "my $x = " + strings.Repeat("- ", 20000) + "1;\n",
	} {
		result, err := tr.Text("hostile.pl", []byte(source))
		if err != nil {
			require.Contains(t, err.Error(), "hostile.pl", name)
			continue
		}
		require.NotEmpty(t, result.Source, name)
		errs, _ := ck.check("hostile", result.Source, "")
		require.Empty(t, errs, name)
	}
}

// TestImportsThatAreLeft: a pattern whose statement is a TODO leaves no import, and a
// field named after a package is no mention of it.
func TestImportsThatAreLeft(t *testing.T) {
	tr, err := New(Options{})
	if err != nil {
		t.Skip(err)
	}
	defer tr.Close()
	for _, source := range []string{
		"use POE;\nsub f { my $x = shift; frobnicate($x =~ /^abc\\d+$/, 'text') }\nf('abc');\n",
		"use POE;\nPOE::Session->create(inline_states => { _start => sub { $_[HEAP]{time}{a} = 1; $_[KERNEL]->yield('x') }, x => sub { print $_[HEAP]{time}{a}, \"\\n\" } });\nPOE::Kernel->run;\n",
	} {
		res, err := tr.Text("test.pl", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if errs, _ := newChecker(t).check("test", res.Source, ""); len(errs) > 0 {
			t.Errorf("%v\n%s", errs, res.Source)
		}
	}
}
