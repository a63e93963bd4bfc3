package port

import (
	"go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"go/types"
	"path"
	"sort"
	"strings"
)

// useAll adds `_ = x` behind declarations of variables that are never read, which
// Go does not allow and Perl does.
func useAll(source string) string {
	fset := gotoken.NewFileSet()
	f, err := goparser.ParseFile(fset, "main.go", source, goparser.SkipObjectResolution)
	if err != nil {
		return source
	}
	unused := map[gotoken.Pos]string{}
	conf := types.Config{Importer: fakes{}, Error: func(err error) {
		if e, ok := err.(types.Error); ok {
			if name, ok := strings.CutPrefix(e.Msg, "declared and not used: "); ok {
				unused[e.Pos] = name
			}
		}
	}}
	_, _ = conf.Check("main", fset, []*ast.File{f}, nil)
	if len(unused) == 0 {
		return source
	}
	type insertion struct {
		at   int
		text string
	}
	var inserts []insertion
	add := func(at gotoken.Pos, pos gotoken.Pos) {
		inserts = append(inserts, insertion{fset.Position(at).Offset, "\n_ = " + unused[pos]})
		delete(unused, pos)
	}
	within := func(n ast.Node, f func(gotoken.Pos)) {
		for pos := range unused {
			if n.Pos() <= pos && pos < n.End() {
				f(pos)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			for _, x := range []ast.Expr{n.Key, n.Value} {
				if x != nil {
					within(x, func(pos gotoken.Pos) { add(n.Body.Lbrace+1, pos) })
				}
			}
		case *ast.ForStmt:
			if n.Init != nil {
				within(n.Init, func(pos gotoken.Pos) { add(n.Body.Lbrace+1, pos) })
			}
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				within(x, func(pos gotoken.Pos) { add(n.End(), pos) })
			}
		case *ast.DeclStmt:
			for _, spec := range n.Decl.(*ast.GenDecl).Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					for _, name := range v.Names {
						within(name, func(pos gotoken.Pos) { add(n.End(), pos) })
					}
				}
			}
		}
		return true
	})
	sort.Slice(inserts, func(i, j int) bool { return inserts[i].at > inserts[j].at })
	for _, in := range inserts {
		source = source[:in.at] + in.text + source[in.at:]
	}
	return source
}

// fakes imports packages without content: only the function's own variables matter.
type fakes struct{}

// Import returns an empty package.
func (fakes) Import(p string) (*types.Package, error) {
	pkg := types.NewPackage(p, path.Base(p))
	pkg.MarkComplete()
	return pkg, nil
}
