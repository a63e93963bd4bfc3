package vet

import (
	"fmt"
	"go/ast"
	"go/constant"
	"time"

	"golang.org/x/tools/go/analysis"
)

// Delay finds durations that were meant as seconds.
var Delay = &analysis.Analyzer{
	Name: "poedelay",
	Doc:  "report delays of a few nanoseconds: Perl's delay counts seconds, Go's durations nanoseconds",
	URL:  "https://github.com/gopoe/poe",
	Run:  runDelay,
}

var durations = map[string]int{
	"Delay": 1, "DelayAdd": 1, "DelaySet": 1, "DelayAdjust": 1, "AlarmAdjust": 1,
}

func runDelay(pass *analysis.Pass) (any, error) {
	for _, f := range pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			receiver, method, _ := cutLast(callee(pass, call))
			at, known := durations[method]
			if receiver != "kernel.Kernel" && receiver != "kernel.Event" || !known || at >= len(call.Args) {
				return true
			}
			arg := call.Args[at]
			v, exact := constant.Int64Val(constant.ToInt(valueOf(pass, arg)))
			if d := time.Duration(v); exact && d != 0 && d.Abs() < time.Microsecond {
				pass.Report(analysis.Diagnostic{Pos: arg.Pos(), End: arg.End(),
					Message: fmt.Sprintf("%s waits %v: a number without a unit is nanoseconds", method, d),
					SuggestedFixes: []analysis.SuggestedFix{{Message: "Make it seconds",
						TextEdits: []analysis.TextEdit{{Pos: arg.End(), End: arg.End(), NewText: []byte(" * time.Second")}}}},
				})
			}
			return true
		})
	}
	return nil, nil
}
