package vet

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Dropped finds results that are needed later and are not kept.
var Dropped = &analysis.Analyzer{
	Name: "poedropped",
	Doc:  "report wheels, postbacks and holds that nothing can close any more, and constructors whose error is ignored",
	URL:  "https://github.com/gopoe/poe",
	Run:  runDropped,
}

func runDropped(pass *analysis.Pass) (any, error) {
	for _, f := range pass.Files {
		if test(pass, f) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ExprStmt:
				if call, ok := ast.Unparen(n.X).(*ast.CallExpr); ok {
					dropped(pass, call, nil)
				}
			case *ast.AssignStmt:
				if len(n.Rhs) == 1 {
					if call, ok := ast.Unparen(n.Rhs[0]).(*ast.CallExpr); ok {
						dropped(pass, call, n.Lhs)
					}
				}
			}
			return true
		})
	}
	return nil, nil
}

// dropped reports what a call returns and the program does not keep; to is nil
// for a call that stands alone.
func dropped(pass *analysis.Pass, call *ast.CallExpr, to []ast.Expr) {
	blank := func(i int) bool {
		if to == nil {
			return true
		}
		id, ok := to[min(i, len(to)-1)].(*ast.Ident)
		return ok && id.Name == "_"
	}
	name := callee(pass, call)
	switch name {
	case "kernel.ID.Postback", "kernel.ID.Callback":
		if blank(0) {
			pass.ReportRangef(call, "the result of %s is dropped: nothing can use or release it, and it keeps its session alive", name)
		}
		return
	case "kernel.Kernel.Hold":
		if blank(0) {
			pass.ReportRangef(call, "the hold is dropped: nothing can release it, and the kernel never ends")
		}
		return
	}
	if !constructor(pass, call) {
		return
	}
	switch {
	case to == nil:
		pass.ReportRangef(call, "the error of %s is ignored", name)
	case len(to) == 2 && blank(1):
		pass.ReportRangef(call, "the error of %s is ignored", name)
	case len(to) == 2 && blank(0) && isWheel(pass, call) && !reportsItself(pass, call):
		pass.ReportRangef(call, "the wheel of %s is dropped: nothing can close it before its session ends", name)
	}
}

// constructor reports whether a call makes a wheel or a component.
func constructor(pass *analysis.Pass, call *ast.CallExpr) bool {
	f := calledFunc(pass, call)
	if f == nil || f.Pkg() == nil {
		return false
	}
	path := f.Pkg().Path()
	if !strings.HasPrefix(path, module+"/wheel/") && !strings.HasPrefix(path, module+"/component/") {
		return false
	}
	results := f.Type().(*types.Signature).Results()
	return (f.Name() == "New" || f.Name() == "Listen") && results.Len() == 2 && results.At(1).Type().String() == "error"
}

func calledFunc(pass *analysis.Pass, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	if s, ok := fun.(*ast.SelectorExpr); ok {
		f, _ := pass.TypesInfo.Uses[s.Sel].(*types.Func)
		return f
	}
	return nil
}

func isWheel(pass *analysis.Pass, call *ast.CallExpr) bool {
	return strings.Contains(calledFunc(pass, call).Pkg().Path(), "/wheel/")
}

// reportsItself reports whether a wheel is given functions, which get the wheel.
func reportsItself(pass *analysis.Pass, call *ast.CallExpr) bool {
	found := false
	for _, a := range call.Args {
		ast.Inspect(a, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && strings.HasSuffix(typeName(pass.TypesInfo.TypeOf(lit)), ".Funcs") {
				found = true
			}
			return !found
		})
	}
	return found
}
