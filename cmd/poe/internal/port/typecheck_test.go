package port

import (
	"go/ast"
	"go/importer"
	goparser "go/parser"
	gotoken "go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// checker checks the types of translated programs without building them.
type checker struct {
	fset *gotoken.FileSet
	imp  types.Importer
}

func newChecker(t *testing.T) *checker {
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}", "github.com/gopoe/poe/perl/compat", "github.com/gopoe/poe/perl/testmore", "github.com/gopoe/poe", "math", "strconv"}
	out, err := exec.Command("go", slices.AppendSeq(args, maps.Values(componentPackages))...).Output()
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

// check returns the errors of a program, and its text with all names of the package
// followed by suffix.
func (c *checker) check(name, source, suffix string) ([]string, string) {
	f, err := goparser.ParseFile(c.fset, name, source, goparser.ParseComments)
	if err != nil {
		return []string{err.Error()}, ""
	}
	var errs []string
	conf := types.Config{Importer: c.imp, Error: func(err error) { errs = append(errs, err.Error()) }}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	pkg, _ := conf.Check(name, c.fset, []*ast.File{f}, info)
	if pkg == nil || len(errs) > 0 {
		return errs, ""
	}
	var ends []int // of the names that get the suffix
	for _, m := range []map[*ast.Ident]types.Object{info.Defs, info.Uses} {
		for id, obj := range m {
			if obj != nil && obj.Parent() == pkg.Scope() && id.Name != "_" {
				ends = append(ends, c.fset.Position(id.End()).Offset)
			}
		}
	}
	slices.Sort(ends)
	var b strings.Builder
	at := 0
	for _, end := range ends {
		b.WriteString(source[at:end] + suffix)
		at = end
	}
	b.WriteString(source[at:])
	return errs, b.String()
}
