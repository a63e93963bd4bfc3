package storable

// Kind is the sort of Perl variable that a [Tied] or [Hooked] stands for.
type Kind uint8

// The kinds of Perl variables. Element and Value are a tied array's element
// and a tied hash's value to which there is a reference.
const (
	Scalar Kind = iota
	Array
	Hash
	Element
	Value
)

// String returns the name of k in lower case.
func (k Kind) String() string {
	names := [...]string{"scalar", "array", "hash", "element", "value"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Ref is a reference to a scalar, \$x. Value is what that scalar holds, which
// may be a reference in turn.
type Ref struct {
	Value any
}

// Object is a blessed reference. Value is the plain reference: []any,
// map[string]any, *Ref, *Regexp, *Code or *Tied. Marshal also accepts any other
// value that is written as an array or a hash, such as a struct.
type Object struct {
	Class string
	Value any
}

// Regexp is a compiled regular expression, qr/Pattern/Flags. The pattern is in
// Perl's syntax and is not checked.
type Regexp struct {
	Pattern string
	Flags   string
}

// Code is a reference to a function: its source text, as Perl writes it when
// $Storable::Deparse is set. Perl reads it only if $Storable::Eval is set.
type Code struct {
	Source string
}

// VString is a version string: its source text, such as "v1.2.3", and the
// characters that it represents.
type VString struct {
	Source string
	Value  string
}

// Tied is a tied variable: a reference to it for the kinds Array and Hash, the
// scalar itself for the others. Object is what tie returned.
type Tied struct {
	Kind   Kind
	Object any
	Key    any // the key of a Value
	Index  int // the index of an Element
}

// Hooked is an object whose class has a method STORABLE_freeze: the data is
// what that method returned. DateTime is such a class.
type Hooked struct {
	Class  string
	Kind   Kind   // Scalar, Array or Hash
	Frozen []byte // the first value returned
	Refs   []any  // the references returned after it
	Tied   any    // the object of tie, if the variable was also tied
}
