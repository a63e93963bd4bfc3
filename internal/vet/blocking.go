package vet

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Blocking finds handlers that wait: nothing else happens meanwhile.
var Blocking = &analysis.Analyzer{
	Name: "poeblock",
	Doc:  "report calls in handlers that hold up the whole kernel: sleeping, dialing, waiting, receiving",
	URL:  "https://github.com/gopoe/poe",
	Run:  runBlocking,
}

// blocking are functions that wait, with what takes their place.
var blocking = map[string]string{
	"time.Sleep":      "Delay sends an event later",
	"net.Dial":        "wheel/socketfactory or component/clienttcp connects without waiting",
	"net.DialTimeout": "wheel/socketfactory or component/clienttcp connects without waiting",
	"net.LookupHost":  "Offload runs it on another goroutine", "net.LookupIP": "Offload runs it on another goroutine", "net.LookupAddr": "Offload runs it on another goroutine",
	"net/http.Get": "component/clienthttp sends requests without waiting", "net/http.Post": "component/clienthttp sends requests without waiting",
	"net/http.PostForm": "component/clienthttp sends requests without waiting", "net/http.Head": "component/clienthttp sends requests without waiting",
	"net/http.Client.Do": "component/clienthttp sends requests without waiting", "net/http.Client.Get": "component/clienthttp sends requests without waiting",
	"net/http.Client.Post": "component/clienthttp sends requests without waiting",
	"os/exec.Cmd.Run":      "wheel/run runs programs", "os/exec.Cmd.Output": "wheel/run runs programs",
	"os/exec.Cmd.CombinedOutput": "wheel/run runs programs", "os/exec.Cmd.Wait": "SigChild tells of a child's end",
	"os.Process.Wait": "SigChild tells of a child's end", "sync.WaitGroup.Wait": "Offload runs it on another goroutine",
	"database/sql.DB.Query": "Offload runs it on another goroutine", "database/sql.DB.Exec": "Offload runs it on another goroutine",
	"database/sql.DB.QueryRow": "Offload runs it on another goroutine", "database/sql.DB.Ping": "Offload runs it on another goroutine",
	"net/http.ListenAndServe": "it never returns", "net.Listener.Accept": "wheel/socketfactory accepts",
	"kernel.Outside.Call": "Kernel.Call is for handlers", "kernel.Outside.Do": "a handler is on the kernel's goroutine already",
}

func runBlocking(pass *analysis.Pass) (any, error) {
	for _, f := range pass.Files {
		if test(pass, f) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if body := handlerBody(pass, n); body != nil {
				inHandler(pass, body)
			}
			return true
		})
	}
	return nil, nil
}

// inHandler looks at what a handler itself does: not at the functions that it
// makes, which may run elsewhere.
func inHandler(pass *analysis.Pass, body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt:
			return false
		case *ast.SelectStmt:
			for _, c := range n.Body.List {
				if c.(*ast.CommClause).Comm == nil {
					return false // it has a default
				}
			}
			pass.ReportRangef(n, "a handler must not wait: select without a default holds up the kernel")
			return false
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				pass.ReportRangef(n, "a handler must not wait: receiving from a channel holds up the kernel; Outside and Postback.Send bring events in")
			}
		case *ast.CallExpr:
			name := callee(pass, n)
			if instead := blocking[name]; instead != "" {
				pass.ReportRangef(n, "a handler must not wait: %s holds up the kernel; %s", strings.TrimPrefix(name, "net/"), instead)
			}
		}
		return true
	})
}
