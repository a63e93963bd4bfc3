package storable

import (
	"slices"

	"github.com/gopoe/poe/internal/membudget"
)

// Defaults of the limits of [UnmarshalOptions] and [MarshalOptions]. Perl's
// freeze fails at 512 nested references to arrays, or 256 to hashes; its thaw
// allows more.
const (
	DefaultMaxSize   = 64 << 20
	DefaultMaxItems  = 4 << 20
	DefaultMaxDepth  = 10_000
	DefaultMaxMemory = membudget.Default
)

// StringMode selects how Perl's strings that are not marked as UTF-8 are read:
// they may be bytes or Latin-1 text. Strings that are marked, and all that are
// plain ASCII, are a string in every mode.
type StringMode uint8

const (
	// StringsAsIs makes them a string of the same bytes.
	StringsAsIs StringMode = iota
	// StringsOrBytes makes those with a byte above 127 a []byte. With it a
	// string that is read and written again keeps its mark. Hash keys are
	// strings nevertheless.
	StringsOrBytes
	// StringsLatin1 reads each byte as a character, as Perl itself does, and
	// makes them a string in UTF-8.
	StringsLatin1
)

// UnmarshalOptions are the limits and options of [Unmarshal], which uses the
// zero value. A limit of 0 means its default, a negative one no limit.
type UnmarshalOptions struct {
	MaxSize   int // bytes of a payload
	MaxItems  int // scalars, arrays and hashes in a payload
	MaxDepth  int // references inside references
	MaxMemory int // estimated bytes that the value occupies in memory
	Strings   StringMode
	// NoCycles refuses values that refer to themselves: a program that
	// traverses such a value, even to print it, might not terminate.
	NoCycles bool
}

// Unmarshal reads a payload with the default options and returns the reference
// that Perl's thaw would return, in the types that the package's documentation
// lists. The result does not alias data.
func Unmarshal(data []byte) (any, error) {
	return UnmarshalOptions{}.Unmarshal(data)
}

// Unmarshal is the function [Unmarshal] with the options o. It is safe on any
// goroutine.
func (o UnmarshalOptions) Unmarshal(data []byte) (any, error) {
	if limit := orDefault(o.MaxSize, DefaultMaxSize); len(data) > limit {
		return nil, limitError("MaxSize", limit, 0)
	}
	r := reader{
		data:     data,
		strings:  o.Strings,
		noCycles: o.NoCycles,
		maxItems: orDefault(o.MaxItems, DefaultMaxItems),
		maxDepth: orDefault(o.MaxDepth, DefaultMaxDepth),
		memory:   membudget.New(orDefault(o.MaxMemory, DefaultMaxMemory)),
	}
	if err := r.header(); err != nil {
		return nil, err
	}
	if len(data) >= keyCacheFrom {
		r.keys = new(keyCache)
	}
	r.things = make([]thing, 0, min(len(data)/8+8, r.maxItems, maxThings))
	v, err := r.referent("")
	if err != nil {
		return nil, err
	}
	if r.pos != len(data) {
		return nil, r.errorf("%d bytes after the end", len(data)-r.pos)
	}
	return v, nil
}

// maxThings is for how many things there is space from the beginning.
const maxThings = 64 << 10

// orDefault returns the limit that a field of the options stands for.
func orDefault(limit, def int) int {
	switch {
	case limit == 0:
		return def
	case limit < 0:
		return int(^uint(0) >> 1)
	}
	return limit
}

// text returns the string that the bytes of an unmarked Perl string stand for.
func (r *reader) text(b []byte) any {
	if r.strings == StringsAsIs || isASCII(b) {
		return string(b)
	}
	if r.strings == StringsOrBytes {
		return slices.Clone(b)
	}
	return latin1(b)
}

// plain is text for the places where only a string will do.
func (r *reader) plain(b []byte) string {
	if r.strings == StringsLatin1 && !isASCII(b) {
		return latin1(b)
	}
	return string(b)
}

func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// latin1 returns the text whose characters have the values of b's bytes.
func latin1(b []byte) string {
	out := make([]byte, 0, len(b)+len(b)/4)
	for _, c := range b {
		if c < 0x80 {
			out = append(out, c)
		} else {
			out = append(out, 0xC0|c>>6, 0x80|c&0x3F)
		}
	}
	return string(out)
}
