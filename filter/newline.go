package filter

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Everything in this file runs once per line.

const (
	// near is how many bytes are searched eight at a time, for both ends at
	// once. Most lines are shorter, and bytes.IndexByte would have to be
	// called twice for each.
	near = 128

	// window is how many bytes are searched for an LF before they are
	// searched for a CR. It bounds the work done twice where lines end in CR.
	window = 1024

	ones  = 0x0101010101010101 // in every byte of a word
	highs = ones << 7
)

// indexNewline returns where the first CR or LF is, or -1.
func indexNewline(buf []byte) int {
	i := 0
	for end := min(len(buf), near) - 8; i <= end; i += 8 {
		x := binary.LittleEndian.Uint64(buf[i:])
		// The high bit of each byte below 14 is set in m, and perhaps that of
		// a byte behind one.
		for m := (x - ones*('\r'+1)) &^ x & highs; m != 0; m &= m - 1 {
			j := i + bits.TrailingZeros64(m)/8
			if c := buf[j]; c == '\n' || c == '\r' {
				return j
			}
		}
	}
	for ; i < len(buf); i += window {
		part := buf[i:min(i+window, len(buf))]
		j := bytes.IndexByte(part, '\n')
		if j >= 0 {
			part = part[:j]
		}
		if k := bytes.IndexByte(part, '\r'); k >= 0 {
			j = k
		}
		if j >= 0 {
			return i + j
		}
	}
	return -1
}

// newlineSize returns how many bytes the line end at the front of buf has: 2
// for CRLF and LFCR, 1 for a CR or LF.
func newlineSize(buf []byte) int {
	if len(buf) > 1 && buf[1] == partner(buf[0]) {
		return 2
	}
	return 1
}

// partner is the byte that makes two of a one-byte line end: LF for CR and CR
// for LF.
func partner(c byte) byte { return c ^ '\r' ^ '\n' }
