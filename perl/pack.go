//go:build linux

package perl

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
)

// item is one letter of a template of pack.
type item struct {
	letter byte
	big    bool
	count  int // -1 is *
	group  []item
	slash  bool // its value is the count of the next
	given  bool
}

func template(s string) []item {
	items, _ := parseTemplate(s, 0)
	return items
}

func parseTemplate(s string, i int) ([]item, int) {
	var items []item
	for i < len(s) {
		c := s[i]
		i++
		switch {
		case c == ' ' || c == '\n' || c == '\t':
			continue
		case c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
			continue
		case c == ')':
			return items, i
		}
		it := item{letter: c, count: 1}
		if c == '(' {
			it.group, i = parseTemplate(s, i)
		}
		for i < len(s) && strings.IndexByte("!<>", s[i]) >= 0 {
			it.big = it.big || s[i] == '>'
			i++
		}
		if i < len(s) && s[i] == '*' {
			it.count, it.given = -1, true
			i++
		} else if n, end := digits(s, i); end > i {
			it.count, it.given, i = n, true, end
		} else if i < len(s) && s[i] == '[' {
			n, end := digits(s, i+1)
			it.count, it.given, i = n, true, end+1
		}
		if i < len(s) && s[i] == '/' {
			it.slash = true
			i++
		}
		items = append(items, it)
	}
	return items, i
}

var sizes = map[byte]int{'c': 1, 'C': 1, 's': 2, 'S': 2, 'n': 2, 'v': 2, 'l': 4, 'L': 4, 'N': 4, 'V': 4, 'i': 4, 'I': 4, 'q': 8, 'Q': 8, 'j': 8, 'J': 8, 'f': 4, 'd': 8, 'F': 8}

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

func order(it item) binary.ByteOrder {
	if it.big || it.letter == 'n' || it.letter == 'N' {
		return binary.BigEndian
	}
	return binary.LittleEndian
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

func swapNibbles(s string) string {
	b := []byte(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

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
