package port

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// POE's constants mean the same with the package that has them in front.
func TestConstantsWithTheirPackage(t *testing.T) {
	tr := newTranslator(t, Options{})
	const program = `use strict; use POE;
package Counter;
sub begin { my ($self, $kernel, $step) = @_[OBJECT, KERNEL, ARG0]; $kernel->yield('count', $step + $_[HEAP]{n}) }
sub count { my ($k, $n) = @_[KERNEL, ARG0]; print "$n in $_[STATE]\n" }
package main;
POE::Session->create(object_states => [ bless({}, 'Counter') => { _start => 'begin', count => 'count' } ], heap => { n => 1 }, args => [ 2 ]);
POE::Kernel->run;
`
	plain, err := tr.Text("p.pl", []byte(program))
	require.NoError(t, err)
	for _, pkg := range []string{"main::", "::", "POE::Session::"} {
		text := program
		for _, name := range []string{"OBJECT", "KERNEL", "ARG0", "HEAP", "STATE"} {
			text = strings.ReplaceAll(text, name, pkg+name)
		}
		result, err := tr.Text("p.pl", []byte(text))
		require.NoError(t, err)
		require.Equal(t, code(plain), code(result), pkg)
	}
}

// code is what a program does, without the comments that have its Perl.
func code(r *Result) string {
	var lines []string
	for line := range strings.Lines(string(r.Source)) {
		if text := strings.TrimSpace(line); !strings.HasPrefix(text, "//") && !strings.Contains(text, "perl.Lines(") {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// Under use strict a variable without a declaration is reported.
func TestUndeclaredVariables(t *testing.T) {
	tr := newTranslator(t, Options{})
	for program, want := range map[string]bool{
		"use strict; print $lost;":                     true,
		"use strict; { my $inner = 1; } print $inner;": true,
		"print $package;":                              false,
		"use strict; our $o = 1; print $o, $ENV{X}, $_, $0, @ARGV, $a, $main::z;":                              false,
		"use strict; use vars qw($v @v); print $v, @v;":                                                        false,
		"use strict; { no strict; print $loose; }":                                                             false,
		"use strict; sub f { return unless my $x = shift; return $x }":                                         false,
		"use strict; my $x = 1 if @ARGV; print $x; for my $i (1) { print $i } while (my $l = <>) { print $l }": false,
		"use strict; use POE; print $poe_kernel;":                                                              false,
	} {
		result, err := tr.Text("p.pl", []byte(program))
		require.NoError(t, err)
		found := false
		for _, n := range result.Report.Notes {
			found = found || n.Code == "P0716"
		}
		require.Equal(t, want, found, program)
	}
}
