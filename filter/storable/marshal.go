package storable

// MarshalOptions are the options of [Marshal], which uses the zero value.
type MarshalOptions struct {
	// Native writes the native order of 64-bit little-endian machines, as
	// freeze does there, instead of the portable one of nfreeze. Only such
	// machines can read it, but it keeps floating point and large integers
	// as numbers.
	Native bool
	// File puts the magic of Storable's files in front, as store and nstore
	// do; retrieve reads it, thaw does not.
	File bool
	// Canonical writes the keys of hashes in the order of their bytes, so
	// that equal values give equal payloads.
	Canonical bool
	// ByteStrings writes every string as bytes. Without it a string that is
	// valid UTF-8 and not plain ASCII is marked as text for Perl. A []byte is
	// written as bytes in either case.
	ByteStrings bool
	// Booleans writes bool in the form that Storable has had since 3.27 (Perl
	// 5.38). Older versions cannot read it. Without it bool is written as older
	// versions of Perl write it: "1" and "".
	Booleans bool
	// MaxDepth is the most nested references; 0 means DefaultMaxDepth, a
	// negative value no limit.
	MaxDepth int
}

// Marshal writes v, which must be what Perl calls a reference, as nfreeze
// would.
//
// The types that the package's documentation lists are written as what they
// represent; Ref and Object also without the pointer. In addition:
//
//   - every integer, floating point, string and bool type is a scalar; so is
//     []byte, and whatever has a MarshalText method;
//   - slices and arrays are references to arrays, also nil ones;
//   - maps are references to hashes, also nil ones; keys must be strings,
//     integers or have a MarshalText method;
//   - structs are references to hashes of their exported fields. The tag
//     `storable:"name"` names the key, `storable:"name,omitempty"` leaves the
//     zero value out, `storable:"-"` the field; fields of embedded structs are
//     promoted as in Go;
//   - other pointers are what they point to; nil ones are undef.
//
// Maps, slices and pointers that occur twice are written once and referred to
// after that, so cycles are fine. A value without a form, such as a function or
// a channel, is a [*ValueError], and nesting that is too deep a
// *filter.LimitError.
func Marshal(v any) ([]byte, error) {
	return MarshalOptions{}.Append(nil, v)
}

// Marshal is the function [Marshal] with the options o. It is safe on any
// goroutine.
func (o MarshalOptions) Marshal(v any) ([]byte, error) {
	return o.Append(nil, v)
}

// Append is like Marshal, and appends the payload to dst. With an error it
// returns dst unchanged.
func (o MarshalOptions) Append(dst []byte, v any) ([]byte, error) {
	w := writer{
		MarshalOptions: o,
		buf:            dst,
		start:          len(dst),
		maxDepth:       orDefault(o.MaxDepth, DefaultMaxDepth),
	}
	w.header()
	if err := w.root(v); err != nil {
		return dst, err
	}
	return w.buf, nil
}

func (w *writer) header() {
	if w.File {
		w.buf = append(w.buf, fileMagic...)
	}
	minor := byte(minorVersion)
	if w.Booleans {
		minor = minorBoolean
	}
	if !w.Native {
		w.buf = append(w.buf, majorVersion<<1|1, minor)
		return
	}
	const order = "12345678" // of the bytes of an integer
	w.buf = append(w.buf, majorVersion<<1, minor, byte(len(order)))
	w.buf = append(w.buf, order...)
	w.buf = append(w.buf, 4, 8, 8, 8) // bytes of int, long, pointer, double
}
