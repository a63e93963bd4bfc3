//go:build linux

package perl

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
)

// Unpack unpacks values as unpack does. It dies if the format contains a letter
// it does not support.
func Unpack(format, data string) []any {
	if rest, ok := strings.CutPrefix(format, "%32"); ok { // a checksum
		var sum float64
		for _, v := range Unpack(rest, data) {
			sum += Num(v)
		}
		return []any{narrow(math.Mod(sum, 1<<32))}
	}
	var out []any
	at := 0
	unpackItems(template(format), data, &at, &out)
	return out
}

func unpackItems(items []item, data string, at *int, out *[]any) {
	for i := 0; i < len(items); i++ {
		it := items[i]
		if it.slash && i+1 < len(items) {
			var count []any
			unpackItems([]item{{letter: it.letter, count: it.count, big: it.big}}, data, at, &count)
			next := items[i+1]
			next.count = Int(First(count))
			unpackItem(next, data, at, out)
			i++
			continue
		}
		unpackItem(it, data, at, out)
	}
}

func unpackItem(it item, data string, at *int, out *[]any) {
	left := len(data) - *at
	switch it.letter {
	case '(':
		for n := 0; (n < it.count || it.count < 0) && *at < len(data); n++ {
			unpackItems(it.group, data, at, out)
		}
	case 'a', 'A', 'Z':
		n := it.count
		if n < 0 || n > left {
			n = left
		}
		s := data[*at : *at+n]
		*at += n
		switch it.letter {
		case 'A':
			s = strings.TrimRight(s, " \x00\n\t\r")
		case 'Z':
			if i := strings.IndexByte(s, 0); i >= 0 {
				if it.count < 0 {
					*at -= len(s) - i - 1
				}
				s = s[:i]
			}
		}
		*out = append(*out, s)
	case 'H', 'h':
		n := it.count
		if n < 0 || n > 2*left {
			n = 2 * left
		}
		s := hex.EncodeToString([]byte(data[*at : *at+(n+1)/2]))
		if it.letter == 'h' {
			s = swapNibbles(s)
		}
		*at += (n + 1) / 2
		*out = append(*out, s[:n])
	case 'B', 'b':
		n := it.count
		if n < 0 || n > 8*left {
			n = 8 * left
		}
		var b strings.Builder
		for j := range n {
			c := data[*at+j/8]
			b.WriteByte('0' + c>>If(it.letter == 'B', 7-j%8, j%8)&1)
		}
		*at += (n + 7) / 8
		*out = append(*out, b.String())
	case 'x':
		if it.count > left {
			Die("'x' outside of string in unpack")
		}
		*at += max(it.count, 0)
	case '@':
		*at = min(it.count, len(data))
	case 'U', 'W':
		for n := 0; (n < it.count || it.count < 0) && *at < len(data); n++ {
			*out = append(*out, int(data[*at]))
			*at++
		}
	case 'w':
		for n := 0; (n < it.count || it.count < 0) && *at < len(data); n++ {
			v := 0
			for *at < len(data) {
				c := data[*at]
				*at++
				v = v<<7 | int(c&0x7f)
				if c < 0x80 {
					break
				}
			}
			*out = append(*out, v)
		}
	default:
		size, ok := sizes[it.letter]
		if !ok {
			Die("Invalid type '%c' in unpack", it.letter)
		}
		for n := 0; (n < it.count || it.count < 0) && len(data)-*at >= size; n++ {
			*out = append(*out, unpackNumber(it, data[*at:*at+size]))
			*at += size
		}
	}
}

func unpackNumber(it item, s string) any {
	b := make([]byte, 8)
	var u uint64
	if order(it) == binary.BigEndian {
		copy(b[8-len(s):], s)
		u = binary.BigEndian.Uint64(b)
	} else {
		copy(b, s)
		u = binary.LittleEndian.Uint64(b)
	}
	switch it.letter {
	case 'c':
		return int(int8(u))
	case 's':
		return int(int16(u))
	case 'l', 'i':
		return int(int32(u))
	case 'q', 'j':
		return int(u)
	case 'f':
		return float64(math.Float32frombits(uint32(u)))
	case 'd', 'F':
		return math.Float64frombits(u)
	}
	return Bits(u)
}
