package resp

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// parser makes Go values of bytes that the scanner has found to be one whole
// value. Only what stands inside a line can still be wrong.
type parser struct {
	buf []byte
	at  int
}

func (p *parser) value() (any, error) {
	kind, text := p.line()
	switch kind {
	case '+':
		return Simple(text), nil
	case '-':
		return ErrorReply(text), nil
	case ':':
		return parseInteger(text)
	case ',':
		return parseDouble(string(text))
	case '#':
		return parseBool(text)
	case '(':
		return parseBig(string(text))
	case '_':
		if len(text) > 0 {
			return nil, malformed("null is not empty")
		}
		return nil, nil
	}
	size, err := parseSize(kind, text)
	if err != nil || size < 0 {
		return nil, err
	}
	switch kind {
	case '$', '!', '=':
		return bulk(kind, p.take(int(size)))
	case '%':
		return p.pairs(int(size))
	case '|':
		return p.attributed(int(size))
	}
	return p.list(kind, int(size))
}

// line takes the current line, CR and LF off.
func (p *parser) line() (kind byte, text []byte) {
	start := p.at
	for p.buf[p.at] != '\n' {
		p.at++
	}
	p.at++
	return p.buf[start], p.buf[start+1 : p.at-2]
}

// take takes size bytes and the CR LF after them.
func (p *parser) take(size int) string {
	text := string(p.buf[p.at : p.at+size])
	p.at += size + 2
	return text
}

func (p *parser) list(kind byte, size int) (any, error) {
	items := make([]any, size)
	for i := range items {
		item, err := p.value()
		if err != nil {
			return nil, err
		}
		items[i] = item
	}
	switch kind {
	case '~':
		return Set(items), nil
	case '>':
		return Push(items), nil
	}
	return items, nil
}

func (p *parser) pairs(size int) (Map, error) {
	pairs := make(Map, size)
	for i := range pairs {
		key, err := p.value()
		if err != nil {
			return nil, err
		}
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		pairs[i] = Pair{key, value}
	}
	return pairs, nil
}

func (p *parser) attributed(size int) (any, error) {
	attributes, err := p.pairs(size)
	if err != nil {
		return nil, err
	}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	return Attributed{attributes, value}, nil
}

func bulk(kind byte, text string) (any, error) {
	switch kind {
	case '!':
		return ErrorReply(text), nil
	case '=':
		if len(text) < 4 || text[3] != ':' {
			return nil, malformed("verbatim string without a format")
		}
		return Verbatim{Format: text[:3], Text: text[4:]}, nil
	}
	return text, nil
}

// parseSize reads the number after the type. -1 is null, which only the two
// old types know.
func parseSize(kind byte, text []byte) (int64, error) {
	size, err := parseInteger(text)
	if err != nil && len(bytes.Trim(text, "0123456789")) == 0 && len(text) > 0 {
		return math.MaxInt64, nil // too great for any limit
	}
	if err != nil {
		return 0, malformed("length is no number")
	}
	if size < -1 || size == -1 && kind != '$' && kind != '*' {
		return 0, malformed("length is negative")
	}
	return size, nil
}

// parseInteger reads a decimal number without making a string of it.
func parseInteger(text []byte) (int64, error) {
	digits := text
	negative := false
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		negative, digits = digits[0] == '-', digits[1:]
	}
	if len(digits) == 0 || len(digits) > 19 {
		return 0, malformed("integer is no number of 64 bits")
	}
	var sum uint64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, malformed("integer is no number of 64 bits")
		}
		sum = sum*10 + uint64(c-'0')
	}
	switch {
	case negative && sum <= 1<<63:
		return -int64(sum), nil
	case !negative && sum <= math.MaxInt64:
		return int64(sum), nil
	}
	return 0, malformed("integer is no number of 64 bits")
}

func parseDouble(text string) (any, error) {
	unsigned := strings.TrimLeft(text, "+-")
	switch {
	case len(text)-len(unsigned) > 1:
	case strings.EqualFold(unsigned, "inf"):
		return math.Copysign(math.Inf(1), sign(text)), nil
	case isNaN(unsigned):
		return math.NaN(), nil
	case strings.Trim(unsigned, "0123456789+-.eE") == "":
		number, err := strconv.ParseFloat(text, 64)
		if err == nil || errors.Is(err, strconv.ErrRange) { // then it is infinite
			return number, nil
		}
	}
	return nil, malformed("double is no number")
}

// sign returns a number with the sign of text.
func sign(text string) float64 {
	if text[0] == '-' {
		return -1
	}
	return 1
}

// isNaN reports whether text is one of the forms in which C prints what is no
// number, and Redis with it: "nan" or "nan(0x1)".
func isNaN(text string) bool {
	if len(text) < 3 || !strings.EqualFold(text[:3], "nan") {
		return false
	}
	rest := text[3:]
	return rest == "" || len(rest) >= 2 && rest[0] == '(' && strings.IndexByte(rest, ')') == len(rest)-1
}

func parseBool(text []byte) (any, error) {
	if string(text) != "t" && string(text) != "f" {
		return nil, malformed("boolean is neither t nor f")
	}
	return text[0] == 't', nil
}

// maxBigDigits keeps a number, whose reading takes more than linear time, from
// holding up the program.
const maxBigDigits = 10_000

func parseBig(text string) (any, error) {
	if len(text) > maxBigDigits {
		return nil, malformed("big number has more than 10000 digits")
	}
	if strings.Contains(text, "_") {
		return nil, malformed("big number is no number")
	}
	number, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, malformed("big number is no number")
	}
	return number, nil
}

func quoteByte(c byte) string { return strconv.QuoteRuneToASCII(rune(c)) }
