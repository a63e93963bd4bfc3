package port

import (
	"go/ast"
	gotoken "go/token"
)

// repeatedTests simplifies a chain of && or of ||, whose operands a program may repeat:
// an operand without effects that stands in front already is removed, and x != "a" || x != "b",
// which go vet takes for a mistake, becomes x != "a" || !(x == "b").
func (t *tidier) repeatedTests(chain *ast.BinaryExpr) {
	if t.inChain[chain] {
		return
	}
	suspect := gotoken.EQL
	if chain.Op == gotoken.LOR {
		suspect = gotoken.NEQ
	}
	var before []ast.Expr
	t.operands(chain, chain.Op, func(e, beside ast.Expr, right bool) {
		leaf := ast.Unparen(e)
		if !effectFree(leaf) {
			before = nil // what it does may change the others
			return
		}
		for _, b := range before {
			if t.same(b, leaf) {
				t.removeOperand(e, beside, right)
				return
			}
		}
		for _, b := range before {
			if t.contradict(b, leaf, suspect) {
				t.turnAround(leaf.(*ast.BinaryExpr))
				return
			}
		}
		before = append(before, leaf)
	})
}

// operands calls visit with each operand of a chain from left to right, with the
// expression on the other side of its operator, and whether the operand is the right one.
func (t *tidier) operands(chain *ast.BinaryExpr, op gotoken.Token, visit func(e, beside ast.Expr, right bool)) {
	t.inChain[chain] = true
	for _, side := range []struct {
		e, beside ast.Expr
		right     bool
	}{{chain.X, chain.Y, false}, {chain.Y, chain.X, true}} {
		if inner, ok := ast.Unparen(side.e).(*ast.BinaryExpr); ok && inner.Op == op {
			t.operands(inner, op, visit)
			continue
		}
		visit(side.e, side.beside, side.right)
	}
}

func (t *tidier) removeOperand(e, beside ast.Expr, right bool) {
	if right {
		t.edits = append(t.edits, textEdit{t.offset(beside.End()), t.offset(e.End()), ""})
		return
	}
	t.edits = append(t.edits, textEdit{t.offset(e.Pos()), t.offset(beside.Pos()), ""})
}

// contradict reports whether both tests compare the same expression with a constant.
func (t *tidier) contradict(a, b ast.Expr, op gotoken.Token) bool {
	x, ok := a.(*ast.BinaryExpr)
	y, ok2 := b.(*ast.BinaryExpr)
	if !ok || !ok2 || x.Op != op || y.Op != op || !t.same(x.X, y.X) {
		return false
	}
	return isConstant(x.Y) && isConstant(y.Y)
}

func isConstant(e ast.Expr) bool {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	_, ok := e.(*ast.BasicLit)
	return ok
}

// turnAround writes x != y as !(x == y), and x == y as !(x != y).
func (t *tidier) turnAround(test *ast.BinaryExpr) {
	op := "=="
	if test.Op == gotoken.EQL {
		op = "!="
	}
	from, at, to := t.offset(test.Pos()), t.offset(test.OpPos), t.offset(test.End())
	t.edits = append(t.edits, textEdit{from, to, "!(" + t.source[from:at] + op + t.source[at+2:to] + ")"})
}

// effectFree reports whether an expression calls and receives nothing.
func effectFree(e ast.Expr) bool {
	free := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			f, ok := n.Fun.(*ast.Ident)
			free = free && ok && f.Name == "len"
		case *ast.FuncLit:
			free = false
		case *ast.UnaryExpr:
			free = free && n.Op != gotoken.ARROW
		}
		return free
	})
	return free
}
