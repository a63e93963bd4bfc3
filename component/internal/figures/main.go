// Command figures runs the benchmarks of the components and prints what they measure
// as a table:
//
//	go run ./component/internal/figures [-benchtime 2s]
//
// A ratio compares with a library alone in the same run: 1 is as fast, 0.5 half as
// fast. It is run in the root of the module, and on a machine that does nothing else.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// packages are those that have figures, and their benchmarks.
var packages = []struct{ dir, benchmarks string }{
	{"component/irc", "Lines|Channels"},
	{"component/clienthttp", "Requests|InFlight"},
	{"component/clientdns", "Queries|QueriesInFlight"},
	{"component/jobqueue", "Jobs"},
	{"component/dbi/databases", "Rows|Jobs"},
}

func main() {
	benchtime := flag.String("benchtime", "1s", "how long each benchmark runs, see go help testflag")
	flag.Parse()
	fmt.Println("| benchmark | figures |\n|---|---|")
	for _, p := range packages {
		out, err := run(p.dir, p.benchmarks, *benchtime)
		for _, row := range rows(p.dir, out) {
			fmt.Println(row)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "figures: %s: %v\n%s", p.dir, err, out)
			os.Exit(1)
		}
	}
}

// run runs the benchmarks of a package.
func run(dir, benchmarks, benchtime string) ([]byte, error) {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^Benchmark("+benchmarks+")$", "-benchtime", benchtime, ".")
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.Bytes(), err
}

// result is a line with a benchmark's name and how often it was run, before the
// figures.
var result = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// rows makes the rows of the table of a package's output.
func rows(dir string, out []byte) (list []string) {
	for line := range strings.Lines(string(out)) {
		if m := result.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			list = append(list, fmt.Sprintf("| %s %s | %s |", strings.TrimPrefix(dir, "component/"), m[1], figures(m[2])))
		}
	}
	return list
}

// figures are those of a line, without those that every benchmark has.
func figures(text string) string {
	words := strings.Fields(text)
	var list []string
	for i := 0; i+1 < len(words); i += 2 {
		switch unit := words[i+1]; unit {
		case "ns/op", "B/op", "allocs/op":
		default:
			list = append(list, words[i]+" "+unit)
		}
	}
	return strings.Join(list, ", ")
}
