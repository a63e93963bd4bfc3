package vet

import (
	"go/ast"
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// Arguments compares the arguments that are posted with those that the handler
// unpacks.
var Arguments = &analysis.Analyzer{
	Name: "poeargs",
	Doc:  "report posts whose arguments are missing or of another type than the handler's Arg wants",
	URL:  "https://github.com/gopoe/poe",
	Run:  runArguments,
}

// wanted is one argument that a handler unpacks.
type wanted struct {
	index int
	kind  types.Type
}

// posting is one place that posts an event with all its arguments known.
type posting struct {
	call  *ast.CallExpr
	event string
	args  []ast.Expr
}

func runArguments(pass *analysis.Pass) (any, error) {
	functions := bodies(pass)
	handlers := map[string][]ast.Expr{} // by event
	var posts []posting
	for _, f := range pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if !isTable(pass.TypesInfo.Types[n].Type) {
					break
				}
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						if s, ok := text(pass, kv.Key); ok {
							handlers[s] = append(handlers[s], kv.Value)
						}
					}
				}
			case *ast.CallExpr:
				if p, ok := postingOf(pass, n); ok {
					posts = append(posts, p)
				}
			}
			return true
		})
	}
	for _, p := range posts {
		if len(handlers[p.event]) != 1 { // none here, or it depends on the session
			continue
		}
		for _, w := range unpacked(pass, handlers[p.event][0], functions) {
			compare(pass, p, w)
		}
	}
	return nil, nil
}

// bodies finds the functions of a package.
func bodies(pass *analysis.Pass) map[types.Object]*ast.FuncDecl {
	all := map[types.Object]*ast.FuncDecl{}
	for _, f := range pass.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				all[pass.TypesInfo.Defs[d.Name]] = d
			}
		}
	}
	return all
}

// postingOf unpacks a call that posts an event by a constant name.
func postingOf(pass *analysis.Pass, call *ast.CallExpr) (posting, bool) {
	receiver, method, _ := cutLast(callee(pass, call))
	if receiver != "kernel.Kernel" && receiver != "kernel.Event" || call.Ellipsis.IsValid() {
		return posting{}, false
	}
	if remote(pass) && (method == "Post" || method == "Call" || method == "CallList") {
		return posting{}, false // it may go to another program, which widens numbers
	}
	first := map[string][2]int{"Post": {1, 2}, "Call": {1, 2}, "CallList": {1, 2}, "Yield": {0, 1}, "Delay": {0, 2}, "DelaySet": {0, 2}, "DelayAdd": {0, 2}}
	at, ok := first[method]
	if !ok || len(call.Args) < at[1] {
		return posting{}, false
	}
	event, ok := text(pass, call.Args[at[0]])
	return posting{call, event, call.Args[at[1]:]}, ok
}

// unpacked lists the arguments that a handler unpacks whatever happens before:
// those at the top level of its body.
func unpacked(pass *analysis.Pass, handler ast.Expr, functions map[types.Object]*ast.FuncDecl) []wanted {
	body := bodyOf(pass, handler, functions)
	if body == nil {
		return nil
	}
	var all []wanted
	for _, s := range body.List {
		switch s.(type) {
		case *ast.AssignStmt, *ast.DeclStmt, *ast.ExprStmt:
		default:
			return all // what follows may not be reached
		}
		ast.Inspect(s, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false
			}
			if call, ok := n.(*ast.CallExpr); ok {
				all = append(all, wants(pass, call)...)
			}
			return true
		})
	}
	return all
}

// bodyOf finds the body of a handler: a function literal, a function, a method
// value or a method expression.
func bodyOf(pass *analysis.Pass, handler ast.Expr, functions map[types.Object]*ast.FuncDecl) *ast.BlockStmt {
	switch h := ast.Unparen(handler).(type) {
	case *ast.FuncLit:
		return h.Body
	case *ast.Ident:
		if f := functions[pass.TypesInfo.Uses[h]]; f != nil {
			return f.Body
		}
	case *ast.SelectorExpr:
		if f := functions[pass.TypesInfo.Uses[h.Sel]]; f != nil {
			return f.Body
		}
	}
	return nil
}

// wants returns what a call of Arg, Args2 or Args3 unpacks.
func wants(pass *analysis.Pass, call *ast.CallExpr) []wanted {
	name := callee(pass, call)
	instance := instanceOf(pass, call)
	switch name {
	case "kernel.Arg", "poe.Arg":
		if instance == nil || len(call.Args) != 2 {
			return nil
		}
		index, exact := constant.Int64Val(constant.ToInt(valueOf(pass, call.Args[1])))
		if !exact {
			return nil
		}
		return []wanted{{int(index), instance.At(0)}}
	case "poe.Args2", "poe.Args3":
		var all []wanted
		for i := range instance.Len() {
			all = append(all, wanted{i, instance.At(i)})
		}
		return all
	}
	return nil
}

func valueOf(pass *analysis.Pass, e ast.Expr) constant.Value {
	if v := pass.TypesInfo.Types[e].Value; v != nil {
		return v
	}
	return constant.MakeUnknown()
}

// instanceOf returns the type arguments of a call of a generic function.
func instanceOf(pass *analysis.Pass, call *ast.CallExpr) *types.TypeList {
	fun := ast.Unparen(call.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	var id *ast.Ident
	switch f := fun.(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return nil
	}
	return pass.TypesInfo.Instances[id].TypeArgs
}

func compare(pass *analysis.Pass, p posting, w wanted) {
	if w.index >= len(p.args) {
		pass.ReportRangef(p.call, "event %q is posted with %d arguments, and its handler wants argument %d as %s", p.event, len(p.args), w.index, typeText(pass, w.kind))
		return
	}
	arg := p.args[w.index]
	got := types.Default(pass.TypesInfo.TypeOf(arg))
	if _, ok := got.Underlying().(*types.Interface); ok || got == types.Typ[types.UntypedNil] {
		return // its value's type is not known here
	}
	if i, ok := w.kind.Underlying().(*types.Interface); ok {
		if !types.Implements(got, i) {
			pass.ReportRangef(arg, "event %q: argument %d is %s, and its handler wants %s", p.event, w.index, typeText(pass, got), typeText(pass, w.kind))
		}
		return
	}
	if _, generic := w.kind.(*types.TypeParam); !generic && !types.Identical(got, w.kind) {
		pass.ReportRangef(arg, "event %q: argument %d is %s, and its handler wants %s", p.event, w.index, typeText(pass, got), typeText(pass, w.kind))
	}
}

func typeText(pass *analysis.Pass, t types.Type) string {
	return types.TypeString(t, types.RelativeTo(pass.Pkg))
}
