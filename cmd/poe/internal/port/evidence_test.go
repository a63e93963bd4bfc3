package port

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/cmd/poe/internal/evidence"
)

// unknownTypes is a program that says neither what the argument of greet is nor what
// its heap holds: both come from outside of the program.
const unknownTypes = `use strict; use warnings; use POE;
POE::Session->create(inline_states => { _start => \&begin, greet => \&greet });
sub begin {
  $_[HEAP]{path} = $ENV{PATH};
  $_[KERNEL]->yield($ENV{NO_SUCH_VARIABLE} || 'greet', @ARGV ? $ARGV[0] : 'you');
}
sub greet {
  my ($heap, $name) = @_[HEAP, ARG0];
  print "hello $name, " . length($heap->{path}) . "\n";
}
POE::Kernel->run;
`

const greetings = `{"msg":"called","sub":"main::begin","file":"t.pl","first":4,"handler":true,"args":[],"heap":{}}
{"msg":"called","sub":"main::greet","file":"t.pl","first":8,"handler":true,"args":["KIND"],"heap":{"path":"KIND"}}
{"msg":"called","sub":"main::greet","file":"t.pl","first":8,"handler":true,"args":["KIND"],"heap":{"path":"KIND"}}
`

func recorded(t *testing.T, kind string) *evidence.Evidence {
	t.Helper()
	e := evidence.New()
	require.NoError(t, e.Add("t.trace", strings.NewReader(strings.ReplaceAll(greetings, "KIND", kind))))
	return e
}

// TestEvidenceTypes: what the program does not tell is any; a recording in which it
// always is of one kind types it, and one in which it is of several does not.
func TestEvidenceTypes(t *testing.T) {
	ck := newChecker(t)
	mixed := recorded(t, "text")
	require.NoError(t, mixed.Add("more.trace", strings.NewReader(strings.ReplaceAll(greetings, "KIND", "integer"))))
	for name, c := range map[string]struct {
		seen  *evidence.Evidence
		field string
		arg   string
		typed []string
	}{
		"no recording":     {nil, `path +any`, `e.Text(0)`, nil},
		"text":             {recorded(t, "text"), `path +string`, `compat.Seen[string](e, 0)`, []string{"ARG0", "heap.path"}},
		"integer":          {recorded(t, "integer"), `path +int`, `compat.Seen[int](e, 0)`, []string{"ARG0", "heap.path"}},
		"several kinds":    {mixed, `path +any`, `e.Text(0)`, nil},
		"no kind for that": {recorded(t, "list"), `path +any`, `e.Text(0)`, nil},
	} {
		r := translate(t, unknownTypes, c.seen)
		require.Empty(t, r.Report.TODO, name)
		require.Contains(t, r.Source, c.arg, name)
		require.Equal(t, len(c.typed) > 0, strings.Contains(r.Source, "compat.Seen"), name)
		require.Regexp(t, regexp.MustCompile(c.field), r.Source, name)
		errs, _ := ck.check(name, r.Source, "")
		require.Empty(t, errs, "%s\n%s", name, r.Source)
		for _, p := range r.Report.Parts {
			if p.Name == "main::greet" {
				require.ElementsMatch(t, c.typed, p.Typed, name)
			}
		}
	}
}
