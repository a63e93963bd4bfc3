//go:build linux

package perl

import (
	"slices"
	"strconv"
	"strings"
)

// Length returns the number of bytes of v, or nil for undef.
func Length(v any) any {
	if v == nil {
		return nil
	}
	return len(Str(v))
}

// Substr returns the part of s at offset, "" if that is outside of s. A
// negative offset counts from the end; a negative length leaves that many bytes
// at the end.
func Substr(s string, offset, length int) string {
	from, to, ok := bounds(s, offset, length)
	if !ok {
		return ""
	}
	return s[from:to]
}

// SubstrOK is like Substr but returns nil if offset is outside of s.
func SubstrOK(s string, offset, length int) any {
	from, to, ok := bounds(s, offset, length)
	if !ok {
		return nil
	}
	return s[from:to]
}

func bounds(s string, offset, length int) (from, to int, ok bool) {
	n := len(s)
	if offset < 0 {
		offset += n
	}
	if offset > n {
		return 0, 0, false
	}
	end := n
	switch {
	case length == Rest:
	case length < 0:
		end = n + length
	case offset+length < n:
		end = offset + length
	}
	if offset < 0 {
		if end < 0 {
			return 0, 0, false
		}
		offset = 0
	}
	return offset, max(end, offset), true
}

// ReplaceSubstr returns s with a part replaced, and that part. It dies if
// offset is outside of s. Perl: substr with four arguments.
func ReplaceSubstr(s string, offset, length int, with string) (result, old string) {
	from, to, ok := bounds(s, offset, length)
	if !ok {
		Die("substr outside of string")
	}
	return s[:from] + with + s[to:], s[from:to]
}

// SubstrAt replaces a part of a variable and returns the old part. It dies if
// offset is outside of the string.
func SubstrAt(p *any, offset, length int, with string) string {
	s, old := ReplaceSubstr(Str(*p), offset, length, with)
	*p = s
	return old
}

// Index returns the offset of the first t in s at or after from, or -1 if there
// is none.
func Index(s, t string, from int) int {
	from = min(max(from, 0), len(s))
	i := strings.Index(s[from:], t)
	if i < 0 {
		return -1
	}
	return i + from
}

// Rindex returns the offset of the last t in s at or before from, or -1 if
// there is none.
func Rindex(s, t string, from int) int {
	if from < 0 {
		if t == "" {
			return 0
		}
		return -1
	}
	end := len(s)
	if from < end && from+len(t) < end {
		end = from + len(t)
	}
	return strings.LastIndex(s[:end], t)
}

// Upper returns s with its ASCII letters in upper case. Perl: uc.
func Upper(s string) string { return mapBytes(s, 'a', 'z') }

// Lower returns s with its ASCII letters in lower case. Perl: lc.
func Lower(s string) string { return mapBytes(s, 'A', 'Z') }

func mapBytes(s string, from, to byte) string {
	for i := range len(s) {
		if s[i] >= from && s[i] <= to {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if b[j] >= from && b[j] <= to {
					b[j] ^= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

// UpperFirst returns s with its first byte in upper case, if that is an ASCII
// letter. Perl: ucfirst.
func UpperFirst(s string) string {
	if s == "" {
		return s
	}
	return mapBytes(s[:1], 'a', 'z') + s[1:]
}

// LowerFirst returns s with its first byte in lower case, if that is an ASCII
// letter. Perl: lcfirst.
func LowerFirst(s string) string {
	if s == "" {
		return s
	}
	return mapBytes(s[:1], 'A', 'Z') + s[1:]
}

// ReverseString returns the bytes of s in reverse order.
func ReverseString(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// Join returns the elements of a list as one string, separated by sep.
func Join(sep string, list ...any) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = Str(v)
	}
	return strings.Join(parts, sep)
}

// RepeatString returns n copies of s, "" if n is negative. Perl: s x n.
func RepeatString(s string, n int) string { return strings.Repeat(s, max(n, 0)) }

// Ord returns the first byte of s as a number, 0 if s is empty.
func Ord(s string) int {
	if s == "" {
		return 0
	}
	return int(s[0])
}

// Chr returns the byte n, or, if n is above 255, that character in UTF-8.
func Chr(n int) string {
	if n >= 0 && n < 256 {
		return string([]byte{byte(n)})
	}
	return string(rune(n))
}

// Hex returns the value of a hexadecimal number, with or without 0x.
func Hex(s string) int {
	s = strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(s), "0"), "x"), "_", "")
	n, _ := strconv.ParseUint(s, 16, 64)
	return int(n)
}

// Oct returns the value of an octal number, or of a number with the prefix 0x,
// 0o or 0b.
func Oct(s string) int {
	s = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "")
	base := 8
	switch {
	case strings.HasPrefix(s, "0x"), strings.HasPrefix(s, "x"):
		return Hex(s)
	case strings.HasPrefix(s, "0o"), strings.HasPrefix(s, "o"):
		s = s[strings.IndexByte(s, 'o')+1:]
	case strings.HasPrefix(s, "0b"), strings.HasPrefix(s, "b"):
		base = 2
		s = s[strings.IndexByte(s, 'b')+1:]
	}
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] < '0'+byte(base) {
		end++
	}
	n, _ := strconv.ParseUint(s[:end], base, 64)
	return int(n)
}

// Chomp removes $/, a newline by default, from the end of *s and returns the
// number of bytes removed.
func Chomp(s *string) int {
	before := len(*s)
	switch end := InputRecordSeparator; {
	case end == nil:
	case Str(end) == "": // paragraphs
		*s = strings.TrimRight(*s, "\n")
	case RefType(end) == "":
		*s = strings.TrimSuffix(*s, Str(end))
	}
	return before - len(*s)
}

// Chomped returns s as Chomp leaves it.
func Chomped(s string) string {
	Chomp(&s)
	return s
}

// Chopped returns s without its last byte.
func Chopped(s string) string {
	if s == "" {
		return s
	}
	return s[:len(s)-1]
}

// ChompAt is Chomp on a variable that holds any scalar. It does nothing if that
// is undef.
func ChompAt(p *any) int {
	if *p == nil {
		return 0
	}
	s := Str(*p)
	n := Chomp(&s)
	if n > 0 {
		*p = s
	}
	return n
}

// ChopAt removes the last byte of a variable and returns it.
func ChopAt(p *any) string {
	s := Str(*p)
	*p = Chopped(s)
	return s[max(0, len(s)-1):]
}

// ChompAtAll applies ChompAt to all elements and returns the number of bytes
// removed.
func ChompAtAll(a *Array) int {
	n := 0
	for i := range a.items {
		n += ChompAt(&a.items[i])
	}
	return n
}

// ChopAtAll applies ChopAt to all elements and returns the last byte removed.
func ChopAtAll(a *Array) string {
	last := ""
	for i := range a.items {
		last = ChopAt(&a.items[i])
	}
	return last
}

// QuoteMeta puts a backslash before every byte other than ASCII letters, digits
// and _.
func QuoteMeta(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
