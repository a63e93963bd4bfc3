// Package storable reads and writes the format of Perl's Storable module: what
// freeze and nfreeze return and thaw accepts, and the files that store and
// nstore write.
//
// [Unmarshal] reads both byte orders, the portable one of nfreeze and the
// native one of freeze, from machines of either endianness. [Marshal] writes
// what nfreeze writes. [UnmarshalOptions] and [MarshalOptions] have the limits
// and options.
//
// # Shapes
//
// A payload is a reference: freeze accepts one and thaw returns one. The value
// of a Perl scalar becomes a Go value, and the other way round:
//
//	Perl                             Go
//	undef                            nil
//	integer                          int64 (larger ones: see Numbers)
//	floating point                   float64
//	string                           string, or []byte (see [StringMode])
//	true, false (Storable 3.27 on)   bool
//	v-string                         VString
//	reference to an array            []any
//	reference to a hash              map[string]any
//	reference to a scalar            *Ref (so are references to references)
//	blessed reference                *Object, whose Value is the plain reference
//	qr/.../                          *Regexp
//	code reference                   *Code, the source text
//	tied scalar, array, hash         *Tied, with the object of tie
//	object with STORABLE_freeze      *Hooked, what that hook returned
//
// Nothing is ever executed: no hook, no tie, no code, no regular expression is
// compiled, no class is looked up. An overloaded reference is a reference. A
// weak reference reads as an ordinary one, and the marks of a restricted hash
// are dropped together with its empty slots.
//
// # Numbers
//
// The portable order has no form for floating point and none for integers
// beyond 32 bits: nfreeze writes them as decimal strings, and they are read as
// strings, as in Perl. [Int64] and [Float64] convert a value as Perl's
// arithmetic does. freeze keeps both, except unsigned integers above the range
// of int64, which are strings in either order.
//
// # Sharing and cycles
//
// Two references to one thing in Perl become the same map, slice or pointer in
// Go, and the same the other way round, so structures that point back into
// themselves work in both directions. A program that traverses a value from a
// peer must expect cycles, or forbid them with [UnmarshalOptions].NoCycles.
//
// Slices share their elements, but not elements that are appended to one of
// them. A scalar that is an element of an array or a value of a hash, and has
// references from elsewhere, is read as two equal values.
//
// # Bad input
//
// Input never causes a panic. Malformed input is a *[SyntaxError], input beyond
// a limit a *filter.LimitError, both with the offset. Memory is allocated only
// for bytes that are there: less than 200 bytes for each byte of the payload in
// the worst case, references to undef; UnmarshalOptions.MaxSize, MaxItems,
// MaxDepth and MaxMemory limit it further.
package storable
