package main

import (
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// row is one line of the comparison: an event of both programs, or of one.
type row struct {
	left, right *Event // nil: only the other program has it
	verdict     verdict
	args        []int // which arguments differ, if that is the verdict
}

// verdict says how the two sides of a row differ.
type verdict int

const (
	alike     verdict = iota
	onlyLeft          // the second program does not have the event
	onlyRight         // the first program does not have it
	changed           // where the one has an event, the other has another
	otherArgs         // the event is the same, its arguments are not
)

// newRow compares two events, of which one may be nil.
func newRow(left, right *Event, mode argsMode) row {
	r := row{left: left, right: right}
	switch {
	case right == nil:
		r.verdict = onlyLeft
	case left == nil:
		r.verdict = onlyRight
	case !left.is(right):
		r.verdict = changed
	default:
		if r.args = differing(left.Args, right.Args, mode); r.args != nil {
			r.verdict = otherArgs
		}
	}
	return r
}

// argsMode says which arguments are compared.
type argsMode string

const (
	argsAll  argsMode = "all"
	argsText argsMode = "text" // numbers are equal: ports, process IDs and times differ with each run
	argsNone argsMode = "none"
)

// compare puts the events of two programs side by side. What only one program
// has is paired with what only the other has there.
func compare(left, right []*Event, mode argsMode) []row {
	var rows []row
	l, r := 0, 0
	beside := func(toLeft, toRight int) {
		for l < toLeft || r < toRight {
			var a, b *Event
			if l < toLeft {
				a, l = left[l], l+1
			}
			if r < toRight {
				b, r = right[r], r+1
			}
			rows = append(rows, newRow(a, b, mode))
		}
	}
	text, starts := keys(left)
	other, _ := keys(right)
	for _, edit := range udiff.Lines(text, other) {
		from, _ := slices.BinarySearch(starts, edit.Start)
		to, _ := slices.BinarySearch(starts, edit.End)
		beside(from, r+from-l)
		beside(to, r+strings.Count(edit.New, "\n"))
	}
	beside(len(left), len(right))
	return rows
}

// keys is a text with a line for each event, and where these begin.
func keys(events []*Event) (text string, starts []int) {
	var b strings.Builder
	for _, e := range events {
		starts = append(starts, b.Len())
		b.WriteString(e.key())
		b.WriteByte('\n')
	}
	return b.String(), starts
}

// differing lists the arguments that are not equal, counted from 0.
func differing(left, right []any, mode argsMode) (which []int) {
	if mode == argsNone {
		return nil
	}
	for i := range max(len(left), len(right)) {
		if i >= len(left) || i >= len(right) || !equal(left[i], right[i], mode) {
			which = append(which, i)
		}
	}
	return which
}

// equal compares two values. What is opaque in one of the programs is like
// everything, and nothing is like empty text, which Go often has in its place.
func equal(left, right any, mode argsMode) bool {
	if isOpaque(left) || isOpaque(right) || isEmpty(left) && isEmpty(right) {
		return true
	}
	switch l := left.(type) {
	case string:
		r, ok := right.(string)
		return ok && (sameText(l, r) || mode == argsText && isNumber(l) && isNumber(r) || sameAddress(l, r) || sameAddress(r, l))
	case []any:
		r, ok := right.([]any)
		return ok && slices.EqualFunc(l, r, func(l, r any) bool { return equal(l, r, mode) })
	case map[string]any:
		r, ok := right.(map[string]any)
		if !ok || len(l) != len(r) {
			return false
		}
		for key, value := range l {
			other, ok := r[key]
			if !ok || !equal(value, other, mode) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(left, right)
}

func isOpaque(v any) bool {
	table, ok := v.(map[string]any)
	return ok && len(table) == 1 && table["opaque"] != nil
}

func isEmpty(v any) bool { return v == nil || v == "" }

// sameText does not look at the case of the first letter: the texts of the
// system's errors begin with a small one in Go.
func sameText(a, b string) bool {
	return a == b || a != "" && b != "" && len(a) == len(b) && a[1:] == b[1:] && strings.EqualFold(a[:1], b[:1])
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// sameAddress tells whether packed is the form in which Perl hands out an IP
// address.
func sameAddress(packed, address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	if packed == string(a.AsSlice()) {
		return true
	}
	var b []byte // bytes that are no text are a character each in a trace
	for _, r := range packed {
		if r > 0xff {
			return false
		}
		b = append(b, byte(r))
	}
	return slices.Equal(b, a.AsSlice())
}
