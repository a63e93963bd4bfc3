package resp

import (
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
)

// encoder appends values in one of the two protocols.
type encoder struct {
	resp3    bool
	maxDepth int
}

func (e encoder) value(dst []byte, rec any, depth int) ([]byte, error) {
	switch v := rec.(type) {
	case nil:
		return append(dst, e.either("_\r\n", "$-1\r\n")...), nil
	case string:
		return appendBulk(dst, '$', v), nil
	case []byte:
		return appendBulk(dst, '$', v), nil
	case Simple:
		if strings.ContainsAny(string(v), "\r\n") {
			return dst, refused("simple string with a line break")
		}
		return appendLine(dst, '+', string(v)), nil
	case int64:
		return appendNumber(dst, ':', v), nil
	case int:
		return appendNumber(dst, ':', int64(v)), nil
	case bool:
		return e.bool(dst, v), nil
	case float64:
		return e.double(dst, v), nil
	case *big.Int:
		return e.big(dst, v), nil
	case Verbatim:
		return e.verbatim(dst, v)
	}
	if depth >= e.maxDepth {
		return dst, limits.Exceeded(name, "put", "MaxDepth", e.maxDepth)
	}
	return e.aggregate(dst, rec, depth+1)
}

func (e encoder) aggregate(dst []byte, rec any, depth int) ([]byte, error) {
	switch v := rec.(type) {
	case []any:
		return e.list(appendNumber(dst, '*', int64(len(v))), v, depth)
	case Set:
		return e.list(appendNumber(dst, e.kind('~'), int64(len(v))), v, depth)
	case Push:
		return e.list(appendNumber(dst, e.kind('>'), int64(len(v))), v, depth)
	case []string:
		return appendStrings(dst, v), nil
	case [][]byte:
		return appendStrings(dst, v), nil
	case Map:
		size := int64(len(v))
		if !e.resp3 {
			size *= 2
		}
		return e.pairs(appendNumber(dst, e.kind('%'), size), v, depth)
	case Attributed:
		return e.attributed(dst, v, depth)
	case error:
		return e.failure(dst, v.Error())
	}
	return e.other(dst, rec)
}

// other writes the rarer number types.
func (e encoder) other(dst []byte, rec any) ([]byte, error) {
	v := reflect.ValueOf(rec)
	switch {
	case v.CanInt():
		return appendNumber(dst, ':', v.Int()), nil
	case v.CanUint() && v.Uint() <= math.MaxInt64:
		return appendNumber(dst, ':', int64(v.Uint())), nil
	case v.CanUint():
		return e.big(dst, new(big.Int).SetUint64(v.Uint())), nil
	case v.CanFloat():
		return e.double(dst, v.Float()), nil
	}
	return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "a value of RESP"}}
}

func (e encoder) list(dst []byte, items []any, depth int) ([]byte, error) {
	var err error
	for _, item := range items {
		if dst, err = e.value(dst, item, depth); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func (e encoder) pairs(dst []byte, pairs Map, depth int) ([]byte, error) {
	var err error
	for _, pair := range pairs {
		if dst, err = e.value(dst, pair.Key, depth); err != nil {
			return dst, err
		}
		if dst, err = e.value(dst, pair.Value, depth); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func (e encoder) attributed(dst []byte, v Attributed, depth int) ([]byte, error) {
	if e.resp3 {
		var err error
		dst = appendNumber(dst, '|', int64(len(v.Attributes)))
		if dst, err = e.pairs(dst, v.Attributes, depth); err != nil {
			return dst, err
		}
	}
	return e.value(dst, v.Value, depth)
}

func (e encoder) failure(dst []byte, text string) ([]byte, error) {
	if !strings.ContainsAny(text, "\r\n") {
		return appendLine(dst, '-', text), nil
	}
	if !e.resp3 {
		return dst, refused("error with a line break, which RESP2 cannot write")
	}
	return appendBulk(dst, '!', text), nil
}

func (e encoder) bool(dst []byte, v bool) []byte {
	if v {
		return append(dst, e.either("#t\r\n", ":1\r\n")...)
	}
	return append(dst, e.either("#f\r\n", ":0\r\n")...)
}

func (e encoder) double(dst []byte, v float64) []byte {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	switch {
	case math.IsNaN(v):
		text = "nan"
	case math.IsInf(v, 1):
		text = "inf"
	case math.IsInf(v, -1):
		text = "-inf"
	}
	if e.resp3 {
		return appendLine(dst, ',', text)
	}
	return appendBulk(dst, '$', text)
}

func (e encoder) big(dst []byte, v *big.Int) []byte {
	if v == nil {
		return append(dst, e.either("_\r\n", "$-1\r\n")...)
	}
	if e.resp3 {
		return appendLine(dst, '(', v.String())
	}
	return appendBulk(dst, '$', v.String())
}

func (e encoder) verbatim(dst []byte, v Verbatim) ([]byte, error) {
	if len(v.Format) != 3 {
		return dst, refused("verbatim string whose format has not three bytes")
	}
	if e.resp3 {
		return appendBulk(dst, '=', v.Format+":"+v.Text), nil
	}
	return appendBulk(dst, '$', v.Text), nil
}

// kind is the type of an aggregate that RESP2 knows as an array only.
func (e encoder) kind(kind byte) byte {
	if e.resp3 {
		return kind
	}
	return '*'
}

func (e encoder) either(resp3, resp2 string) string {
	if e.resp3 {
		return resp3
	}
	return resp2
}

func appendStrings[T string | []byte](dst []byte, items []T) []byte {
	dst = appendNumber(dst, '*', int64(len(items)))
	for _, item := range items {
		dst = appendBulk(dst, '$', item)
	}
	return dst
}

func appendBulk[T string | []byte](dst []byte, kind byte, text T) []byte {
	dst = appendNumber(dst, kind, int64(len(text)))
	dst = append(dst, text...)
	return append(dst, '\r', '\n')
}

func appendLine(dst []byte, kind byte, text string) []byte {
	dst = append(dst, kind)
	dst = append(dst, text...)
	return append(dst, '\r', '\n')
}

func appendNumber(dst []byte, kind byte, number int64) []byte {
	dst = append(dst, kind)
	dst = strconv.AppendInt(dst, number, 10)
	return append(dst, '\r', '\n')
}
