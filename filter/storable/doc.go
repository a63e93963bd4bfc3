// Package storable reads and writes the format of Perl's Storable module: what
// freeze and nfreeze return and thaw takes, and the files of store and nstore.
//
// [Unmarshal] reads both byte orders, the portable one of nfreeze and the
// native one of freeze, from machines of either endianness. [Marshal] writes
// what nfreeze writes. [UnmarshalOptions] and [MarshalOptions] hold the limits
// and the choices.
//
// # Shapes
//
// A payload is a reference: freeze takes one and thaw returns one. What a Perl
// scalar holds becomes a Go value, and back:
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
//	tied scalar, array, hash         *Tied, the object behind it
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
// beyond 32 bits: nfreeze writes those as decimal strings, and a string is what
// they are read as, as Perl itself does. [Int64] and [Float64] look at a value
// as Perl's arithmetic would. freeze keeps both, save for unsigned integers
// above the range of int64, which are strings in either order.
//
// # Sharing and cycles
//
// Two references to one thing in Perl become the same map, slice or pointer in
// Go, and the same the other way round, so structures that point back into
// themselves work in both directions. Anyone who walks what a stranger has sent
// must expect them, or forbid them with UnmarshalOptions.NoCycles.
//
// Slices share their elements; one that is appended to goes its own way, which
// no slice can help. A scalar that is an array's element or a hash's value and
// referred to from elsewhere as well is read as two equal values.
//
// # Bad input
//
// What comes from a peer never panics. Malformed input is a [*SyntaxError],
// input beyond a limit a *[filter.LimitError], both with the offset. No length is
// believed before there are bytes to cover it: the memory used is below 200
// bytes for each byte of the payload at the very worst, that is for references
// to nothing, and UnmarshalOptions.MaxSize, MaxItems and MaxDepth bound it
// further.
package storable
