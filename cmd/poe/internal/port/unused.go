package port

import (
	"go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"sort"
	"strings"
)

// useAll adds `_ = x` behind declarations of variables that are never read, and
// removes labels to which nothing jumps: Perl allows both, Go does not.
func useAll(source string) string {
	fset := gotoken.NewFileSet()
	// The parser's own resolution of names is enough: all that matters is local.
	f, err := goparser.ParseFile(fset, "main.go", source, 0)
	if err != nil {
		return source
	}
	//lint:ignore SA1019 names that are local to a function are all that is resolved here
	u := &usage{unread: map[*ast.Object]bool{}, written: map[*ast.Ident]bool{}}
	ast.Inspect(f, u.declarations)
	ast.Inspect(f, u.reads)
	ast.Inspect(f, u.insertions)
	sort.SliceStable(u.edits, func(i, j int) bool { return u.edits[i].at > u.edits[j].at })
	var b strings.Builder
	end := len(source)
	var parts []string
	for _, e := range u.edits {
		at := fset.Position(e.at).Offset
		parts = append(parts, source[at+e.remove:end], e.text)
		end = at
	}
	parts = append(parts, source[:end])
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
	}
	return b.String()
}

type usage struct {
	//lint:ignore SA1019 see useAll
	unread  map[*ast.Object]bool
	written map[*ast.Ident]bool // identifiers that are only assigned to, or declared
	edits   []edit
}

type edit struct {
	at     gotoken.Pos
	remove int
	text   string
}

// declarations notes local variables and labels.
func (u *usage) declarations(n ast.Node) bool {
	declare := func(x ast.Expr) {
		if id, ok := x.(*ast.Ident); ok && id.Name != "_" {
			u.written[id] = true
			if id.Obj != nil && id.Obj.Pos() == id.Pos() {
				u.unread[id.Obj] = true
			}
		}
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, x := range n.Lhs {
			if n.Tok == gotoken.DEFINE {
				declare(x)
			} else if id, ok := x.(*ast.Ident); ok {
				u.written[id] = true
			}
		}
	case *ast.IncDecStmt:
		if id, ok := n.X.(*ast.Ident); ok {
			u.written[id] = true
		}
	case *ast.RangeStmt:
		if n.Tok == gotoken.DEFINE {
			declare(n.Key)
			declare(n.Value)
		}
	case *ast.DeclStmt:
		for _, spec := range n.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range v.Names {
					declare(id)
				}
			}
		}
	case *ast.LabeledStmt:
		declare(n.Label)
	}
	return true
}

func (u *usage) reads(n ast.Node) bool {
	if id, ok := n.(*ast.Ident); ok && id.Obj != nil && !u.written[id] {
		delete(u.unread, id.Obj)
	}
	return true
}

// insertions makes the edits for what is left.
func (u *usage) insertions(n ast.Node) bool {
	use := func(x ast.Expr, at gotoken.Pos) {
		if id, ok := x.(*ast.Ident); ok && id.Obj != nil && u.unread[id.Obj] && id.Obj.Pos() == id.Pos() {
			u.edits = append(u.edits, edit{at, 0, "\n_ = " + id.Name})
		}
	}
	switch n := n.(type) {
	case *ast.RangeStmt:
		use(n.Key, n.Body.Lbrace+1)
		use(n.Value, n.Body.Lbrace+1)
	case *ast.ForStmt:
		if a, ok := n.Init.(*ast.AssignStmt); ok {
			for _, x := range a.Lhs {
				use(x, n.Body.Lbrace+1)
			}
			if n.Body != nil {
				ast.Inspect(n.Body, u.insertions)
			}
			if n.Cond != nil {
				ast.Inspect(n.Cond, u.insertions)
			}
			return false
		}
	case *ast.AssignStmt:
		for _, x := range n.Lhs {
			use(x, n.End())
		}
	case *ast.DeclStmt:
		for _, spec := range n.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range v.Names {
					use(id, n.End())
				}
			}
		}
	case *ast.LabeledStmt:
		if n.Label.Obj != nil && u.unread[n.Label.Obj] {
			u.edits = append(u.edits, edit{n.Label.Pos(), int(n.Colon-n.Label.Pos()) + 1, ""})
		}
	}
	return true
}
