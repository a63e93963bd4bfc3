package vet

import (
	"go/ast"

	"golang.org/x/tools/go/analysis"
)

// Goroutine finds kernels that are used on another goroutine than their own.
var Goroutine = &analysis.Analyzer{
	Name: "poegoroutine",
	Doc:  "report methods of a kernel or an event that are called on another goroutine, or in a job of Offload",
	URL:  "https://github.com/gopoe/poe",
	Run:  runGoroutine,
}

// anywhere are the methods of Kernel and Event that any goroutine may call.
var anywhere = map[string]bool{
	"kernel.Kernel.Outside": true, "kernel.Event.Arg": true, "kernel.Event.CallerSite": true,
	"kernel.Kernel.Run": true, "kernel.Kernel.RunContext": true, "kernel.Kernel.ID": true, "kernel.Kernel.Host": true,
}

func runGoroutine(pass *analysis.Pass) (any, error) {
	for _, f := range pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
					elsewhere(pass, lit.Body, "on another goroutine")
				}
			case *ast.CallExpr:
				switch callee(pass, n) {
				case "kernel.Kernel.Offload", "kernel.Host.OffloadFunc", "await.Offload":
					for _, a := range n.Args {
						if lit, ok := ast.Unparen(a).(*ast.FuncLit); ok && !handlerType(pass, lit) {
							elsewhere(pass, lit.Body, "in a job, which runs on another goroutine")
							break // the first function is the work
						}
					}
				}
			}
			return true
		})
	}
	return nil, nil
}

// elsewhere looks for the kernel's methods in a body that runs on another
// goroutine. A kernel that the body makes itself is its own, and functions given
// to Outside.Do run on the kernel's.
func elsewhere(pass *analysis.Pass, body *ast.BlockStmt, where string) {
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := callee(pass, call)
		if name == "kernel.Outside.Do" {
			return false
		}
		receiver, _, _ := cutLast(name)
		if receiver != "kernel.Kernel" && receiver != "kernel.Event" || anywhere[name] {
			return true
		}
		if s, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
			root := rootOf(s.X)
			if root == nil {
				return true
			}
			o := pass.TypesInfo.Uses[root]
			if o == nil || body.Pos() <= o.Pos() && o.Pos() < body.End() {
				return true // it was made there
			}
		}
		pass.ReportRangef(call, "%s is called %s: use Kernel.Outside or Postback.Send", name, where)
		return true
	})
}

// rootOf returns the variable at the left of a chain of selectors.
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		default:
			return nil
		}
	}
}
