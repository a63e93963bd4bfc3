//go:build linux

package perl

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
)

// Pack packs values as pack does. It dies if the format contains a letter it
// does not support.
func Pack(format string, args ...any) string {
	p := &packer{args: args}
	p.items(template(format))
	return string(p.out)
}

// packer appends values by the items of a template.
type packer struct {
	out  []byte
	args []any
}

func (p *packer) next() any { return Shift(&p.args) }

func (p *packer) items(items []item) {
	for i := 0; i < len(items); i++ {
		it := items[i]
		if !it.slash || i+1 == len(items) {
			p.item(it)
			continue
		}
		i++
		p.counted(it, items[i])
	}
}

// counted packs an item behind the number of its elements, or of bytes if it is a
// text. As in Perl a group counts every argument that is left as one element.
func (p *packer) counted(length, content item) {
	body := packer{args: p.args}
	text := strings.IndexByte("aAZ", content.letter) >= 0
	switch {
	case !content.given && text:
		content.count = -1
	case !text && (!content.given || content.count < 0):
		content.count = len(p.args)
	case !text:
		content.count = min(content.count, len(p.args))
	}
	body.item(content)
	n := content.count
	if text {
		n = len(body.out)
	}
	length.slash = false
	prefix := packer{args: []any{n}}
	prefix.item(length)
	p.out, p.args = append(append(p.out, prefix.out...), body.out...), body.args
}

func (p *packer) item(it item) {
	switch it.letter {
	case '(':
		p.repeat(it, func() { p.items(it.group) })
	case 'a', 'A', 'Z':
		p.text(it)
	case 'H', 'h':
		p.digits(it)
	case 'B', 'b':
		p.bits(it)
	case 'x':
		p.out = append(p.out, make([]byte, max(it.count, 0))...)
	case 'X':
		if it.count > len(p.out) {
			Die("'X' outside of string in pack")
		}
		p.out = p.out[:len(p.out)-max(it.count, 0)]
	case '@':
		if n := it.count - len(p.out); n > 0 {
			p.out = append(p.out, make([]byte, n)...)
		}
		p.out = p.out[:max(it.count, 0)]
	case 'U', 'W':
		p.repeat(it, func() { p.out = append(p.out, Chr(Int(p.next()))...) })
	case 'w':
		p.repeat(it, p.compressed)
	default:
		size, ok := sizes[it.letter]
		if !ok {
			Die("Invalid type '%c' in pack", it.letter)
		}
		p.repeat(it, func() { p.out = append(p.out, packNumber(it, size, p.next())...) })
	}
}

// repeat calls f for each repetition of an item; * means as many as there are
// arguments.
func (p *packer) repeat(it item, f func()) {
	for n := 0; n < it.count || it.count < 0 && len(p.args) > 0; n++ {
		f()
	}
}

func (p *packer) text(it item) {
	s := Str(p.next())
	n := it.count
	if n < 0 {
		n = len(s) + If(it.letter == 'Z', 1, 0)
	}
	if missing := n - len(s); missing > 0 {
		s += strings.Repeat(If(it.letter == 'A', " ", "\x00"), missing)
	}
	s = s[:n]
	if it.letter == 'Z' && n > 0 {
		s = s[:n-1] + "\x00"
	}
	p.out = append(p.out, s...)
}

func (p *packer) digits(it item) {
	s := Str(p.next())
	n := it.count
	if n < 0 {
		n = len(s)
	}
	if missing := n - len(s); missing > 0 {
		s += strings.Repeat("0", missing)
	}
	s = s[:n] + If(n%2 == 1, "0", "")
	if it.letter == 'h' {
		s = swapNibbles(s)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		b = looseHex(s)
	}
	p.out = append(p.out, b...)
}

// looseHex decodes digits of which some are none: of a letter only the low bits
// count, and nine is added to them.
func looseHex(s string) []byte {
	b := make([]byte, len(s)/2)
	for i := range b {
		b[i] = nibble(s[2*i])<<4 | nibble(s[2*i+1])
	}
	return b
}

func nibble(c byte) byte {
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		c += 9
	}
	return c & 0xf
}

func (p *packer) bits(it item) {
	s := Str(p.next())
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
	p.out = append(p.out, b...)
}

// compressed packs a BER compressed integer.
func (p *packer) compressed() {
	v := p.next()
	if Num(v) < 0 {
		Die("Cannot compress negative numbers in pack")
	}
	u := Uint(v)
	b := []byte{byte(u & 0x7f)}
	for u >>= 7; u > 0; u >>= 7 {
		b = append([]byte{byte(u&0x7f) | 0x80}, b...)
	}
	p.out = append(p.out, b...)
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
