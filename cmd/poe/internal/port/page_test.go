package port

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/ported.md anew")

const pageHead = `# Programs and their translations

Three programs of the [cookbook](../cookbook) in Perl, and what ` + "`poe port`" + ` makes of
them, unedited. The ports by hand are in the cookbook. A test compares this page with
the translator; ` + "`go test ./cmd/poe/internal/port -run TestPage -update`" + ` writes it
anew.
`

// TestPage: docs/ported.md has what the translator makes.
func TestPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, name := range []string{"chat", "login", "proxy"} {
		source, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "cookbook", name, "perl", "main.pl"))
		require.NoError(t, err)
		r := translate(t, string(source), nil)
		fmt.Fprintf(&b, "\n## %s\n\n%d statements, %d of them left to do.\n\n```perl\n%s```\n\nbecomes\n\n```text\n%s```\n",
			name, r.Report.Statements, len(r.Report.TODO), source, strings.ReplaceAll(r.Source, "t.pl", "main.pl"))
	}
	page := filepath.Join("..", "..", "..", "..", "docs", "ported.md")
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(b.String()), 0o644))
	}
	have, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(have), b.String(), "the translator makes something else now: run this test with -update, and read the difference")
}
