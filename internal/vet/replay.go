package vet

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Replay finds what a handler takes from elsewhere than the kernel, so that a
// test under a virtual clock does not repeat. It is off unless its flag is set.
var Replay = &analysis.Analyzer{
	Name: "poereplay",
	Doc:  "report handlers that ask for the time or for random numbers themselves (needs -poereplay.strict)",
	URL:  "https://github.com/gopoe/poe",
	Run:  runReplay,
}

var strict bool

func init() {
	Replay.Flags.BoolVar(&strict, "strict", false, "report time.Now, time.Since and math/rand in handlers")
}

func runReplay(pass *analysis.Pass) (any, error) {
	if !strict {
		return nil, nil
	}
	for _, f := range pass.Files {
		if test(pass, f) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			body := handlerBody(pass, n)
			if body == nil {
				return true
			}
			ast.Inspect(body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit, *ast.GoStmt:
					return false
				case *ast.CallExpr:
					name := callee(pass, n)
					switch {
					case name == "time.Now", name == "time.Since", name == "time.Until":
						pass.ReportRangef(n, "a handler calls %s: Kernel.Now follows the kernel's clock", name)
					case strings.HasPrefix(name, "math/rand"):
						pass.ReportRangef(n, "a handler calls %s: a run with it cannot be repeated", name)
					}
				}
				return true
			})
			return true
		})
	}
	return nil, nil
}

// handlerBody returns the body of a function that is a handler, nil for all
// else.
func handlerBody(pass *analysis.Pass, n ast.Node) *ast.BlockStmt {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if o := pass.TypesInfo.Defs[n.Name]; o != nil && isHandler(o.Type().(*types.Signature)) {
			return n.Body
		}
	case *ast.FuncLit:
		if handlerType(pass, n) {
			return n.Body
		}
	}
	return nil
}

func handlerType(pass *analysis.Pass, lit *ast.FuncLit) bool {
	sig, ok := pass.TypesInfo.TypeOf(lit).Underlying().(*types.Signature)
	return ok && isHandler(sig)
}
