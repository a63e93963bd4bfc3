//go:build linux

package perl

// Overloaded operators are subs of a package whose names begin with a parenthesis:
// "(+" is that of +.

// binary calls the operator that the class of a or of b overloads.
func overloadedBinary(op string, a, b any) (any, bool) {
	if f := operatorOf(a, op); f != nil {
		return First(f.Fn(Scalar, a, b, false)), true
	}
	if f := operatorOf(b, op); f != nil {
		return First(f.Fn(Scalar, b, a, true)), true
	}
	return nil, false
}

func operatorOf(v any, op string) *Code {
	switch v.(type) {
	case nil, int, string, float64, bool:
		return nil
	}
	if class := Class(v); class != "" {
		return FindMethod(class, "("+op)
	}
	return nil
}

// DefineOperator overloads an operator for the objects of a package. Perl: use
// overload.
func DefineOperator(pkg, op string, code any) {
	overloads = true
	DefineCode(pkg+"::("+op, CodeOf(code))
}

// Operate returns a op b for a string operator which a class may overload: eq,
// ne, lt, gt, le, ge, cmp, . or x.
func Operate(op string, a, b any) any {
	if v, ok := overloadedBinary(op, a, b); ok {
		return v
	}
	switch op {
	case "eq", "ne", "lt", "gt", "le", "ge":
		c, ok := overloadedBinary("cmp", a, b)
		if !ok {
			c = Cmp(a, b)
		}
		return holds(op, Int(c))
	case "cmp":
		return Cmp(a, b)
	case "x":
		return RepeatString(Str(a), Int(b))
	}
	return Str(a) + Str(b)
}

// Compared returns a op b for an operator which compares numbers and which a
// class may overload.
func Compared(op string, a, b any) bool {
	if v, ok := overloadedBinary(op, a, b); ok {
		return True(v)
	}
	c, ok := overloadedBinary("<=>", a, b)
	if !ok {
		if op == "==" || op == "!=" {
			return Eq(a, b) == (op == "==")
		}
		c = Compare(a, b)
	}
	if c == nil {
		return op == "!="
	}
	return holds(op, Int(c))
}

// holds reports whether a comparison of strings or numbers is true of two values
// that compare as n: negative if the first is less, positive if it is greater.
func holds(op string, n int) bool {
	switch op {
	case "eq", "==":
		return n == 0
	case "ne", "!=":
		return n != 0
	case "lt", "<":
		return n < 0
	case "gt", ">":
		return n > 0
	case "le", "<=":
		return n <= 0
	}
	return n >= 0 // ge, >=
}

// UseOverload enables overloaded operators for the whole program.
func UseOverload() { overloads = true }

// overloads is set when a package overloads operators.
var overloads bool

func overload(h *Hash, op string) *Code {
	if h == nil || h.class == "" || !overloads {
		return nil
	}
	return FindMethod(h.class, "("+op)
}
