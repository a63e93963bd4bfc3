package docs_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mostUsed are the calls that stand at the top of the page.
var mostUsed = []string{
	"POE::Session create", "POE::Kernel run", "POE::Kernel post", "POE::Kernel yield", "POE::Kernel call",
	"POE::Session HEAP", "POE::Session KERNEL", "POE::Session SESSION", "POE::Session SENDER", "POE::Session STATE", "POE::Session ARG0",
	"POE::Kernel _start", "POE::Kernel _stop", "POE::Kernel _child", "POE::Session _default",
	"POE::Kernel delay", "POE::Kernel alarm", "POE::Kernel delay_set", "POE::Kernel delay_adjust", "POE::Kernel alarm_remove",
	"POE::Kernel alias_set", "POE::Kernel alias_remove", "POE::Kernel sig", "POE::Kernel sig_child", "POE::Kernel sig_handled",
	"POE::Kernel select_read", "POE::Kernel refcount_increment", "POE::Session postback", "POE::Session object_states", "POE::Kernel state",
	"POE::Wheel::ReadWrite new", "POE::Wheel::ReadWrite put", "POE::Wheel DESTROY", "POE::Wheel::ReadWrite ErrorEvent",
	"POE::Wheel::SocketFactory new", "POE::Wheel::Run new", "POE::Wheel::FollowTail new",
	"POE::Filter::Line new", "POE::Component::Server::TCP new", "POE::Component::Client::TCP new",
}

const perlToGoHead = `# From Perl to Go

Every public name of POE 1.370's manuals, what it is in Go, and an example in
both languages. In the Perl lines $k is $_[KERNEL] and $s a session; in the Go
lines e is the event that a handler is given, k is e.Kernel, and id is another
session's kernel.ID. [porting.md](porting.md) is the guide,
[differences.md](differences.md) has the differences with their reasons.

This page is made of perl-to-go.tsv by ` + "`go test ./docs -update`" + `; the test
compiles every Go line, looks up every Go name and compares the list with POE's
manuals.

`

// perlToGo writes the page of all names.
func perlToGo(rows []row) string {
	var b strings.Builder
	b.WriteString(perlToGoHead)
	missing, none := 0, 0
	for _, r := range rows {
		switch {
		case len(r.goNames) == 0:
			none++
		case !r.here():
			missing++
		}
	}
	fmt.Fprintf(&b, "%d names", len(rows))
	if missing > 0 {
		fmt.Fprintf(&b, "; %d belong to packages that are not here yet", missing)
	}
	fmt.Fprintf(&b, "; %d have nothing in Go, with the reason.\n\n## The forty most used\n\n", none)
	byName := map[string]row{}
	for _, r := range rows {
		byName[r.module+" "+r.poe] = r
	}
	writeHead(&b)
	for _, name := range mostUsed {
		r := byName[name]
		if r.module != "POE::Kernel" && r.module != "POE::Session" {
			r.poe = name
		}
		writeRow(&b, r)
	}
	module := ""
	for _, r := range rows {
		if r.module != module {
			module = r.module
			fmt.Fprintf(&b, "\n## %s\n\n", module)
			writeHead(&b)
		}
		writeRow(&b, r)
	}
	return b.String()
}

func writeHead(b *strings.Builder) {
	b.WriteString("| POE | Go | Perl line, Go line | difference |\n|---|---|---|---|\n")
}

func writeRow(b *strings.Builder, r row) {
	if len(r.goNames) == 0 {
		fmt.Fprintf(b, "| %s | none | %s | because: %s |\n", code(r.poe), code(r.perl), escape(r.difference))
		return
	}
	difference := r.difference
	if !r.here() {
		difference = strings.TrimSuffix("not here yet; "+difference, "; ")
	}
	fmt.Fprintf(b, "| %s | %s | %s<br>%s | %s |\n",
		code(r.poe), names(r.goNames), code(r.perl), code(r.goLine), escape(difference))
}

const parityHead = `# Parity with POE::Kernel, POE::Session and POE::NFA

Every method, parameter, field, event, signal and constant of the three manuals
(POE 1.370), its Go name, and the test that shows it. A number is a program of
[the conformance suite](conformance.md), which prints the same bytes under real
POE and in Go; the others are Go tests. Examples are in
[perl-to-go.md](perl-to-go.md).

This page is made of perl-to-go.tsv by ` + "`go test ./docs -update`" + `.

`

// parity writes the page about the kernel, sessions and machines.
func parity(rows []row) string {
	var b strings.Builder
	b.WriteString(parityHead)
	kept := slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		return r.module != "POE::Kernel" && r.module != "POE::Session" && r.module != "POE::NFA"
	})
	untested := 0
	for _, r := range kept {
		if len(r.goNames) > 0 && len(r.tests) == 0 {
			untested++
		}
	}
	fmt.Fprintf(&b, "%d names; %d of those that Go has are without a test that is named here.\n", len(kept), untested)
	module := ""
	for _, r := range kept {
		if r.module != module {
			module = r.module
			fmt.Fprintf(&b, "\n## %s\n\n| POE | what | Go | test | difference |\n|---|---|---|---|---|\n", module)
		}
		goNames, difference := names(r.goNames), r.difference
		if len(r.goNames) == 0 {
			goNames, difference = "none", "because: "+difference
		} else if !r.here() {
			difference = strings.TrimSuffix("not here yet; "+difference, "; ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(r.poe), r.kind, goNames, shown(r), escape(difference))
	}
	return b.String()
}

// shown writes the tests of a row.
func shown(r row) string {
	var out []string
	for _, name := range r.tests {
		switch {
		case strings.Contains(name, "."):
			out = append(out, code(name))
		case program(name) == "":
			out = append(out, name)
		case ported(name):
			out = append(out, program(name))
		default:
			out = append(out, program(name)+" (not ported yet)")
		}
	}
	return strings.Join(out, ", ")
}

func names(list []string) string {
	out := make([]string, len(list))
	for i, name := range list {
		out[i] = code(name)
	}
	return strings.Join(out, ", ")
}

// code quotes code for a cell of a table.
func code(s string) string {
	if strings.Contains(s, "`") {
		return "`` " + escape(s) + " ``"
	}
	return "`" + escape(s) + "`"
}

func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// TestPages compares the pages with what the table makes of them.
func TestPages(t *testing.T) {
	rows := readTable(t)
	for _, name := range mostUsed {
		assert.True(t, slices.ContainsFunc(rows, func(r row) bool { return r.module+" "+r.poe == name }), "no row for %s", name)
	}
	for file, want := range map[string]string{"perl-to-go.md": perlToGo(rows), "parity.md": parity(rows)} {
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "%s: go test ./docs -update", file)
	}
}
