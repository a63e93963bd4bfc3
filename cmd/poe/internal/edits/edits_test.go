package edits_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/cmd/poe/internal/edits"
)

const generated = `// Ported from chat.pl by poe port. See PORTING.md.

package main

import (
	"strconv"

	"github.com/gopoe/poe/perl"
)

var (
	re1 = perl.RE("^/me (.+)", "")
	re2 = perl.RE("^/", "")
)

var users = perl.NewHash()

func main() {
	hear("x")
	perl.Print(re1, users, strconv.Itoa(1))
}

// hear hears.
func hear(text string) {
	perl.Print(re2, text)
}
`

func merge(t *testing.T, old, fresh string, elsewhere ...string) (string, []edits.Kept) {
	t.Helper()
	names := map[string]bool{}
	for _, n := range elsewhere {
		names[n] = true
	}
	text, kept, err := edits.Merge(old, fresh, names)
	require.NoError(t, err)
	return text, kept
}

func TestUntouched(t *testing.T) {
	first, kept := merge(t, "", generated)
	require.Empty(t, kept)
	require.Equal(t, 4, strings.Count(first, edits.Prefix), first)
	again, kept := merge(t, first, generated)
	require.Empty(t, kept)
	require.Equal(t, first, again)
	marked, err := edits.Mark(generated)
	require.NoError(t, err)
	require.Equal(t, first, marked)
	// Layout alone is no edit.
	_, kept = merge(t, strings.ReplaceAll(first, "\tperl.Print(re2", "\n\n  perl.Print(re2"), generated)
	require.Empty(t, kept)
}

func TestEditedFunctionStays(t *testing.T) {
	first, _ := merge(t, "", generated)
	edited := strings.Replace(first, "perl.Print(re2, text)", `fmt.Println("mine", text)`, 1)
	edited = strings.Replace(edited, "import (", "import (\n\t\"fmt\"", 1)
	newer := strings.Replace(generated, `hear("x")`, `hear("y")`, 1)
	text, kept := merge(t, edited, newer)
	require.Equal(t, []edits.Kept{{Name: "hear"}}, kept)
	require.Contains(t, text, `fmt.Println("mine", text)`)
	require.Contains(t, text, `hear("y")`)
	require.Contains(t, text, `"fmt"`)
	again, _ := merge(t, text, newer)
	require.Equal(t, text, again)

	// Its translation changes.
	newer = strings.Replace(newer, "perl.Print(re2, text)", "perl.Print(text)", 1)
	text, kept = merge(t, text, newer)
	require.Len(t, kept, 1)
	require.True(t, kept[0].Changed)
	require.Contains(t, kept[0].Fresh, "perl.Print(text)")
	_, kept = merge(t, text, newer)
	require.Equal(t, []edits.Kept{{Name: "hear"}}, kept, "a change is reported once")

	// The sub is no longer in the program.
	text, kept = merge(t, text, newer[:strings.Index(newer, "// hear")])
	require.Equal(t, []edits.Kept{{Name: "hear", Gone: true}}, kept)
	require.Contains(t, text, `fmt.Println("mine", text)`)
}

func TestOwnDeclarationsStay(t *testing.T) {
	first, _ := merge(t, "", generated)
	own := first + `
// count is mine.
var count int

func mine() { count++ }

// the end
`
	text, kept := merge(t, own, generated)
	require.Empty(t, kept)
	require.Contains(t, text, "// count is mine.\nvar count int\n")
	require.Contains(t, text, "func mine() { count++ }")
	require.Contains(t, text, "// the end")
	again, _ := merge(t, text, generated)
	require.Equal(t, text, again)
}

// TestNumberedVariables: an edited function keeps the pattern that it used.
func TestNumberedVariables(t *testing.T) {
	first, _ := merge(t, "", generated)
	edited := strings.Replace(first, "perl.Print(re2, text)", "perl.Print(re2, text, x.re2)", 1)
	newer := strings.Replace(generated, `re1 = perl.RE("^/me (.+)", "")
	re2 = perl.RE("^/", "")`, `re1 = perl.RE("^/me (.+)", "")
	re2 = perl.RE("^new", "")`, 1)
	text, _ := merge(t, edited, newer)
	require.Contains(t, text, `var re2Before = perl.RE("^/", "")`)
	require.Contains(t, text, "perl.Print(re2Before, text, x.re2)")
	again, _ := merge(t, text, newer)
	require.Equal(t, text, again)
}

func TestEditedBlock(t *testing.T) {
	first, _ := merge(t, "", generated)
	edited := strings.Replace(first, `re2 = perl.RE("^/", "")`, `re2 = perl.RE("^mine", "")`, 1)
	newer := strings.Replace(generated, `re2 = perl.RE("^/", "")`, `re2 = perl.RE("^/", "")
	re3 = perl.RE("3", "")`, 1)
	text, kept := merge(t, edited, newer)
	require.Contains(t, text, `re2 = perl.RE("^mine", "")`)
	require.NotContains(t, text, `perl.RE("^/", "")`)
	require.Contains(t, text, `re3 = perl.RE("3", "")`)
	require.Equal(t, []edits.Kept{{Name: "re1"}, {Name: "re2"}}, kept)
}

func TestElsewhere(t *testing.T) {
	text, kept := merge(t, "", generated, "hear", "users")
	require.NotContains(t, text, "func hear")
	require.NotContains(t, text, "var users")
	require.Len(t, kept, 2)
	names, err := edits.Names("package p\n\nfunc (c *conn[T]) input() {}\n\nconst a, b = 1, 2\n\ntype c int\n")
	require.NoError(t, err)
	require.Equal(t, []string{"(conn).input", "a", "b", "c"}, names)
}

func TestRefusals(t *testing.T) {
	_, _, err := edits.Merge("package main\n\nfunc main() {}\n", generated, nil)
	require.ErrorIs(t, err, edits.ErrForeign)
	_, _, err = edits.Merge("// Ported from x\npackage main\nfunc {", generated, nil)
	require.ErrorContains(t, err, "left alone")
}
