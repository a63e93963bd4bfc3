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
	below = ones * ('\r' + 1)
)

// indexNewline returns where the first CR or LF is, or -1.
func indexNewline(buf []byte) int {
	if len(buf) < len(block{}) {
		return indexNewlineFrom(buf, 0)
	}
	if i := (*block)(buf).indexNewline(); i >= 0 {
		return i
	}
	return indexNewlineFrom(buf, len(block{}))
}

// indexNewlineFrom is indexNewline for what begins at i.
func indexNewlineFrom(buf []byte, i int) int {
	for ; i+len(block{}) <= min(len(buf), near); i += len(block{}) {
		if j := (*block)(buf[i:]).indexNewline(); j >= 0 {
			return i + j
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

// block is a stretch of bytes that is searched eight at a time.
type block [64]byte

func (b *block) indexNewline() int {
	i := len(b)
	switch {
	case b.low(0):
		i = 0
	case b.low(16):
		i = 16
	case b.low(32):
		i = 32
	case b.low(48):
		i = 48
	}
	for ; i < len(b); i += 8 {
		if m := ends(b.word(i)); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	return -1
}

func (b *block) word(i int) uint64 { return binary.LittleEndian.Uint64(b[i : i+8]) }

// low reports whether the 16 bytes at i may have a CR or LF among them: whether
// any is not above CR, or is far above ASCII.
func (b *block) low(i int) bool { return ((b.word(i)-below)|(b.word(i+8)-below))&highs != 0 }

// ends marks the CRs and LFs in a word. The lowest mark is right; those above
// it may not be.
func ends(x uint64) uint64 {
	cr, lf := x^ones*'\r', x^ones*'\n'
	return ((cr-ones)&^cr | (lf-ones)&^lf) & highs
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
