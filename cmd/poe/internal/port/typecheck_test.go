package port

import (
	"go/ast"
	"go/importer"
	goparser "go/parser"
	gotoken "go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// checker checks the types of translated programs without building them.
type checker struct {
	fset *gotoken.FileSet
	imp  types.Importer
}

func newChecker(t *testing.T) *checker {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}", "github.com/gopoe/poe/perl/compat", "github.com/gopoe/poe", "math", "strconv").Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for line := range strings.SplitSeq(string(out), "\n") {
		if path, file, ok := strings.Cut(line, "\t"); ok {
			exports[path] = file
		}
	}
	fset := gotoken.NewFileSet()
	return &checker{fset, importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
}

// check returns the errors of a program.
func (c *checker) check(name, source string) []string {
	f, err := goparser.ParseFile(c.fset, name, source, 0)
	if err != nil {
		return []string{err.Error()}
	}
	var errs []string
	conf := types.Config{Importer: c.imp, Error: func(err error) { errs = append(errs, err.Error()) }}
	_, _ = conf.Check(name, c.fset, []*ast.File{f}, nil)
	return errs
}
