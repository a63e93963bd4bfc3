package port

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// perlShim is a program in the place of perl, which begins the translation of a program
// of the cookbook, and perl itself for everything else.
const perlShim = `#!/bin/sh
case "$1" in
*/perl/main.pl)
	name=$(basename "$(dirname "$(dirname "$1")")")
	if [ -e "%[1]s/pcook-$name" ]; then
		shift
		exec "%[1]s/pcook-$name" "$@"
	fi;;
esac
exec %[2]s "$@"
`

var played = regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL|SKIP): TestPrograms/(\w+)/perl `)

// playCookbook lets the cookbook's own test play its scripts to the translations in bin,
// and prints which of the programs that its test plays pass.
func playCookbook(t *testing.T, root, bin string) {
	perl, err := exec.LookPath("perl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "perl"), fmt.Appendf(nil, perlShim, bin, perl), 0o755); err != nil {
		t.Fatal(err)
	}
	args := []string{"test", "-count", "1", "-v", "-run", "TestPrograms/.*/perl"}
	if p := os.Getenv("PORT_PARALLEL"); p != "" {
		args = append(args, "-parallel", p)
	}
	c := exec.Command("go", append(args, "./cookbook")...)
	c.Dir = root
	c.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	out, _ := c.CombinedOutput() // programs that fail are counted
	_ = os.WriteFile(filepath.Join(filepath.Dir(bin), "cookbook.log"), out, 0o644)
	var failed []string
	good, total := 0, 0
	for _, m := range played.FindAllSubmatch(out, -1) {
		total++
		if string(m[1]) == "PASS" {
			good++
		} else {
			failed = append(failed, string(m[2]))
		}
	}
	if total == 0 {
		t.Errorf("the cookbook's test has played nothing: %s", out)
	}
	slices.Sort(failed)
	fmt.Println("cookbook", good, "of", total, "failed:", strings.Join(failed, " "))
}
