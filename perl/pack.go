//go:build linux

package perl

import (
	"encoding/binary"
	"encoding/hex"
	"math"
)

// Pack packs values as pack does. It dies if the format contains a letter it
// does not support.
func Pack(format string, args ...any) string {
	var out []byte
	packItems(template(format), &out, &args)
	return string(out)
}

func packItems(items []item, out *[]byte, args *[]any) {
	next := func() any {
		if len(*args) == 0 {
			return nil
		}
		v := (*args)[0]
		*args = (*args)[1:]
		return v
	}
	for i := 0; i < len(items); i++ {
		it := items[i]
		if it.slash && i+1 < len(items) {
			var body []byte
			content := items[i+1]
			n := 0
			if content.group != nil {
				for len(*args) > 0 {
					packItems(content.group, &body, args)
					n++
				}
			} else {
				s := Str(next())
				body = []byte(s)
				if content.letter == 'Z' {
					body = append(body, 0)
				}
				n = len(body)
			}
			count := []any{n}
			packItems([]item{{letter: it.letter, count: 1, big: it.big}}, out, &count)
			*out = append(*out, body...)
			i++
			continue
		}
		packItem(it, out, args, next)
	}
}

func packItem(it item, out *[]byte, args *[]any, next func() any) {
	switch it.letter {
	case '(':
		for n := 0; n < it.count || it.count < 0 && len(*args) > 0; n++ {
			packItems(it.group, out, args)
		}
	case 'a', 'A', 'Z':
		s := Str(next())
		n := it.count
		if n < 0 {
			n = len(s) + If(it.letter == 'Z', 1, 0)
		}
		for len(s) < n {
			s += If(it.letter == 'A', " ", "\x00")
		}
		s = s[:n]
		if it.letter == 'Z' && n > 0 && it.count >= 0 {
			s = s[:n-1] + "\x00"
		}
		*out = append(*out, s...)
	case 'H', 'h':
		s := Str(next())
		n := it.count
		if n < 0 {
			n = len(s)
		}
		for len(s) < n {
			s += "0"
		}
		s = s[:n]
		if len(s)%2 == 1 {
			s += "0"
		}
		if it.letter == 'h' {
			s = swapNibbles(s)
		}
		b, _ := hex.DecodeString(s)
		*out = append(*out, b...)
	case 'B', 'b':
		s := Str(next())
		n := it.count
		if n < 0 {
			n = len(s)
		}
		b := make([]byte, (n+7)/8)
		for j := 0; j < n && j < len(s); j++ {
			if s[j]&1 == 1 {
				b[j/8] |= byte(1) << If(it.letter == 'B', 7-j%8, j%8)
			}
		}
		*out = append(*out, b...)
	case 'x':
		*out = append(*out, make([]byte, max(it.count, 0))...)
	case 'X':
		*out = (*out)[:max(0, len(*out)-it.count)]
	case '@':
		for len(*out) < it.count {
			*out = append(*out, 0)
		}
		*out = (*out)[:it.count]
	case 'U', 'W':
		for n := 0; n < it.count || it.count < 0 && len(*args) > 0; n++ {
			*out = append(*out, Chr(Int(next()))...)
		}
	case 'w':
		for n := 0; n < it.count || it.count < 0 && len(*args) > 0; n++ {
			v := Uint(next())
			b := []byte{byte(v & 0x7f)}
			for v >>= 7; v > 0; v >>= 7 {
				b = append([]byte{byte(v&0x7f) | 0x80}, b...)
			}
			*out = append(*out, b...)
		}
	default:
		size, ok := sizes[it.letter]
		if !ok {
			Die("Invalid type '%c' in pack", it.letter)
		}
		for n := 0; n < it.count || it.count < 0 && len(*args) > 0; n++ {
			*out = append(*out, packNumber(it, size, next())...)
		}
	}
}

func packNumber(it item, size int, v any) []byte {
	u := Uint(v)
	switch it.letter {
	case 'f':
		u = uint64(math.Float32bits(float32(Num(v))))
	case 'd', 'F':
		u = math.Float64bits(Num(v))
	}
	b := make([]byte, 8)
	if order(it) == binary.BigEndian {
		binary.BigEndian.PutUint64(b, u)
		return b[8-size:]
	}
	binary.LittleEndian.PutUint64(b, u)
	return b[:size]
}
