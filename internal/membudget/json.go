package membudget

import "bytes"

// mostPerByte is more than ChargeJSON charges for any byte of a text, that is
// for objects of one key inside each other.
const mostPerByte = 96

// ChargeJSON charges b for what encoding/json makes of a JSON text that is
// decoded into an any, and reports whether the budget was enough. It does not
// check the text.
func (b *Budget) ChargeJSON(text []byte) bool {
	if len(text) <= (b.max-b.used)/mostPerByte { // whatever is in it
		return b.Charge(len(text) * mostPerByte)
	}
	opened := false // an object whose first key has not come
	for i := 0; i < len(text); i++ {
		size := 0
		switch text[i] {
		case '{':
			size, opened = Map(0), true
		case '[':
			size = Slice(1)
		case ',':
			size = 16 + Scalar
		case ':':
			if size = 16 + Scalar; opened {
				size, opened = mapGroup, false
			}
		case '"':
			length := stringLength(text[i+1:])
			i += length + 1
			size = String(length)
		default:
			continue
		}
		if !b.Charge(size) {
			return false
		}
	}
	return true
}

// stringLength returns how many bytes there are before the closing quote.
func stringLength(text []byte) int {
	n := 0
	for {
		i := bytes.IndexByte(text[n:], '"')
		if i < 0 {
			return len(text)
		}
		j := bytes.IndexByte(text[n:n+i], '\\')
		if j < 0 {
			return n + i
		}
		if n += j + 2; n >= len(text) {
			return len(text)
		}
	}
}
