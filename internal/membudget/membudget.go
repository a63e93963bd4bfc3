// Package membudget bounds the memory that is allocated for what a stranger
// has sent. A few encoded bytes can stand for a value that takes hundreds: an
// empty map is one byte in MessagePack and 48 in memory. Decoders therefore
// charge a [Budget] with what they are about to allocate, and stop when it is
// exceeded.
//
// The estimates are those of plain values (any, string, []byte, []any and
// map[string]any) on a 64-bit machine, without what the garbage collector has
// not freed yet.
package membudget

import "math/bits"

// Default is the budget for one record, in bytes, unless a configuration says
// otherwise.
const Default = 16 << 20

// Budget is a number of bytes, some of which have been used. The zero value
// has none.
type Budget struct{ used, max int }

// New returns a budget of max bytes.
func New(max int) Budget { return Budget{max: max} }

// Max returns the size of the whole budget, in bytes.
func (b *Budget) Max() int { return b.max }

// Charge uses n bytes and reports whether there were as many. If not, none are
// left.
func (b *Budget) Charge(n int) bool {
	if n > b.max-b.used {
		b.used = b.max
		return false
	}
	b.used += n
	return true
}

// Scalar is the size of a number that is stored in an any, in bytes, without
// the any itself.
const Scalar = 8

// String returns the size of a string or []byte of n bytes that is stored in an
// any, in bytes, without the any itself.
func String(n int) int { return 24 + n }

// Slice returns the size of a []any of n elements that is stored in an any, in
// bytes, without that any and without what the elements refer to.
func Slice(n int) int { return 24 + 16*n }

// What a map[string]any consists of: a header, and groups of eight slots, of
// which up to seven eighths are in use once there are several.
const (
	mapHeader = 48
	mapGroup  = 288
)

// Map returns the size of a map[string]any of n keys, in bytes, without what
// keys and values refer to.
func Map(n int) int {
	switch {
	case n == 0:
		return mapHeader
	case n <= 8:
		return mapHeader + mapGroup
	}
	groups := 1 << bits.Len(uint(n/7))
	return mapHeader + groups*mapGroup
}
