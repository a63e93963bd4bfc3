// Package vet finds mistakes in programs made of sessions: event names that no
// state has, arguments of another type than the handler wants, handlers that
// block, kernels used on other goroutines, and the like.
//
// Each check is an analysis.Analyzer, for go vet, editors and the command
// poe-vet. They look for what is certainly or very likely wrong: an event that
// only another program or a peer knows is not reported.
package vet

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

const module = "github.com/gopoe/poe"

// Analyzers are all checks.
var Analyzers = []*analysis.Analyzer{Events, Arguments, Blocking, Goroutine, Dropped, Delay, Replay}

// callee returns the function that a call calls, as "kernel.Kernel.Post" or
// "poe.New" if it belongs to this module, with its import path for any other:
// "time.Sleep", "net/http.Client.Do". It is "" if the function is not known.
func callee(pass *analysis.Pass, call *ast.CallExpr) string {
	f := typeutil.StaticCallee(pass.TypesInfo, call)
	if f == nil {
		if m, ok := typeutil.Callee(pass.TypesInfo, call).(*types.Func); ok {
			f = m // of an interface
		} else {
			return ""
		}
	}
	return funcName(f)
}

func funcName(f *types.Func) string {
	if f.Pkg() == nil {
		return ""
	}
	name := shortPath(f.Pkg().Path()) + "."
	if recv := f.Type().(*types.Signature).Recv(); recv != nil {
		if named := namedOf(recv.Type()); named != nil {
			name += named.Obj().Name() + "."
		}
	}
	return name + f.Name()
}

// shortPath returns the last element of the path of a package of this module,
// and the whole path of any other.
func shortPath(path string) string {
	path, _, _ = strings.Cut(path, " ")
	if path == module || strings.HasPrefix(path, module+"/") {
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	return path
}

// namedOf returns the named type behind pointers, nil if there is none.
func namedOf(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, _ := types.Unalias(t).(*types.Named)
	return n
}

// typeName returns the name of a type of this module as "kernel.Event", and ""
// for all others.
func typeName(t types.Type) string {
	n := namedOf(t)
	if n == nil || n.Obj().Pkg() == nil {
		return ""
	}
	path := n.Obj().Pkg().Path()
	if path != module && !strings.HasPrefix(path, module+"/") {
		return ""
	}
	return shortPath(path) + "." + n.Obj().Name()
}

// text returns the value of a constant string.
func text(pass *analysis.Pass, e ast.Expr) (string, bool) {
	v := pass.TypesInfo.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

// isHandler reports whether a function's signature is a handler's: it has a
// parameter that is, or embeds, an event.
func isHandler(sig *types.Signature) bool {
	for i := range sig.Params().Len() {
		switch typeName(sig.Params().At(i).Type()) {
		case "kernel.Event", "nfa.Event", "servertcp.Client", "servertcp.Listener", "clienttcp.Client":
			return true
		}
	}
	return false
}

// test reports whether a file is a test's.
func test(pass *analysis.Pass, n ast.Node) bool {
	return strings.HasSuffix(pass.Fset.Position(n.Pos()).Filename, "_test.go")
}
