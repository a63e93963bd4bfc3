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
	u := &unpacker{data: data}
	u.items(template(format))
	return u.out
}

// unpacker takes values from data by the items of a template.
type unpacker struct {
	data string
	at   int
	out  []any
}

func (u *unpacker) items(items []item) {
	for i := 0; i < len(items); i++ {
		it := items[i]
		if !it.slash || i+1 == len(items) {
			u.item(it)
			continue
		}
		i++
		next := items[i]
		if next.given && next.count >= 0 {
			Die("Count after length/code in unpack")
		}
		next.count = Int(u.prefix(it))
		u.item(next)
	}
}

// prefix takes the number that precedes what it counts.
func (u *unpacker) prefix(it item) any {
	it.slash = false
	length := unpacker{data: u.data, at: u.at}
	length.item(it)
	u.at = length.at
	return First(length.out)
}

// sum replaces what an item gives by its checksum: the sum of the values modulo a
// power of two, or for bits the number of those that are set.
func (u *unpacker) sum(it item) {
	values := unpacker{data: u.data, at: u.at}
	bits := it.sum
	it.sum = 0
	values.item(it)
	u.at = values.at
	var sum float64
	for _, v := range values.out {
		if it.letter == 'b' || it.letter == 'B' {
			v = strings.Count(Str(v), "1")
		}
		sum += Num(v)
	}
	if bits < 53 {
		modulus := float64(uint64(1) << bits)
		if sum = math.Mod(sum, modulus); sum < 0 {
			sum += modulus
		}
	}
	u.push(narrow(sum))
}

func (u *unpacker) item(it item) {
	if it.sum > 0 {
		u.sum(it)
		return
	}
	switch it.letter {
	case '(':
		for n := 0; n < it.count || it.count < 0 && u.at < len(u.data); n++ {
			u.items(it.group)
		}
	case 'a', 'A', 'Z':
		u.text(it)
	case 'H', 'h':
		u.digits(it)
	case 'B', 'b':
		u.bits(it)
	case 'x':
		if it.count > len(u.data)-u.at {
			Die("'x' outside of string in unpack")
		}
		u.at += max(it.count, 0)
	case 'X':
		if it.count > u.at {
			Die("'X' outside of string in unpack")
		}
		u.at -= max(it.count, 0)
	case '@':
		if it.count > len(u.data) {
			Die("'@' outside of string in unpack")
		}
		u.at = it.count
	case 'U', 'W':
		u.repeat(it, func() { u.push(int(u.take(1)[0])) })
	case 'w':
		u.repeat(it, u.compressed)
	default:
		u.numbers(it)
	}
}

// repeat calls f for each repetition of an item while there is data.
func (u *unpacker) repeat(it item, f func()) {
	for n := 0; (n < it.count || it.count < 0) && u.at < len(u.data); n++ {
		f()
	}
}

func (u *unpacker) push(v any) { u.out = append(u.out, v) }

func (u *unpacker) take(n int) string {
	s := u.data[u.at : u.at+n]
	u.at += n
	return s
}

// limit returns how many of the units, of which a byte has perByte, an item takes.
func (u *unpacker) limit(it item, perByte int) int {
	left := perByte * (len(u.data) - u.at)
	if it.count < 0 {
		return left
	}
	return min(it.count, left)
}

func (u *unpacker) text(it item) {
	s := u.take(u.limit(it, 1))
	switch it.letter {
	case 'A':
		s = strings.TrimRight(s, " \x00\n\t\r\f\v")
	case 'Z':
		if i := strings.IndexByte(s, 0); i >= 0 {
			if it.count < 0 { // what follows the zero byte is for the next item
				u.at -= len(s) - i - 1
			}
			s = s[:i]
		}
	}
	u.push(s)
}

func (u *unpacker) digits(it item) {
	n := u.limit(it, 2)
	s := hex.EncodeToString([]byte(u.take((n + 1) / 2)))
	if it.letter == 'h' {
		s = swapNibbles(s)
	}
	u.push(s[:n])
}

func (u *unpacker) bits(it item) {
	n := u.limit(it, 8)
	s := u.take((n + 7) / 8)
	var b strings.Builder
	for j := range n {
		b.WriteByte('0' + s[j/8]>>If(it.letter == 'B', 7-j%8, j%8)&1)
	}
	u.push(b.String())
}

// compressed takes a BER compressed integer.
func (u *unpacker) compressed() {
	v := 0
	for u.at < len(u.data) {
		c := u.take(1)[0]
		v = v<<7 | int(c&0x7f)
		if c < 0x80 {
			u.push(v)
			return
		}
	}
	Die("Unterminated compressed integer in unpack")
}

func (u *unpacker) numbers(it item) {
	size, ok := sizes[it.letter]
	if !ok {
		Die("Invalid type '%c' in unpack", it.letter)
	}
	for n := 0; (n < it.count || it.count < 0) && len(u.data)-u.at >= size; n++ {
		u.push(unpackNumber(it, u.take(size)))
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
