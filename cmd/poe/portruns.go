package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// launcher writes a script for the shell that runs a command, and returns its name. A
// command of -check may run it several times, also at once: the second time the
// trace is written to POE_RECORD.2, and so on. A file POE_RECORD.2.run shows that there
// was such a run.
func launcher(dir string, command []string) (string, error) {
	quoted := make([]string, len(command))
	for i, c := range command {
		quoted[i] = quoteShell(c)
	}
	text := `#!/bin/sh
set -C # > makes a new file, or fails
n=1
until true > "$POE_RECORD.$n.run"
do n=$((n + 1))
done 2> /dev/null
test $n = 1 || POE_RECORD="$POE_RECORD.$n"
set +C
exec ` + strings.Join(quoted, " ") + ` "$@"
`
	f, err := os.CreateTemp(dir, "run-*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o700), f.Close()); err != nil {
		return "", err
	}
	return f.Name(), nil
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// tracesOf returns the traces of all runs with trace as POE_RECORD, in the order in
// which they began. A run whose kernel did not run has left none.
func tracesOf(trace string) []string {
	var found []string
	for n := 1; ; n++ {
		name := trace
		if n > 1 {
			name = fmt.Sprintf("%s.%d", trace, n)
		}
		_, err := os.Stat(name)
		if err == nil {
			found = append(found, name)
		}
		if _, started := os.Stat(fmt.Sprintf("%s.%d.run", trace, n)); started != nil && err != nil {
			return found
		}
	}
}
