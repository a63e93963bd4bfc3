package httpd

import (
	"net/http"
	"strconv"
	"strings"
)

// quirkHead appends status line and header of r as POE does.
func (f *Filter) quirkHead(dst []byte, r *http.Response) []byte {
	dst = append(dst, proto(r)...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.StatusCode), 10)
	standard, given := perlStatus(r.StatusCode), message(r)
	if standard != given {
		dst = append(dst, " ("+standard+")"...)
	}
	if given != "" {
		dst = append(dst, " "+given...)
	}
	dst = append(dst, "\r\n"...)
	var list []placed
	for key, values := range r.Header {
		p := find(key)
		if p.rank == len(places) {
			p.name = perlName(key)
		}
		list = append(list, placed{p, values})
	}
	sortFields(list)
	for _, field := range list {
		for _, v := range field.values {
			dst = append(dst, field.name+": "...)
			dst = append(appendFolded(dst, v), "\r\n"...)
		}
	}
	return append(dst, "\r\n"...)
}

// perlStatus is the standard phrase as the Perl modules have it.
func perlStatus(code int) string {
	switch code {
	case http.StatusRequestEntityTooLarge:
		return "Payload Too Large"
	case http.StatusRequestURITooLong:
		return "URI Too Long"
	case http.StatusRequestedRangeNotSatisfiable:
		return "Range Not Satisfiable"
	case 449:
		return "Retry with"
	case 509:
		return "Bandwidth Limit Exceeded"
	}
	if text := http.StatusText(code); text != "" {
		return text
	}
	return "Unknown Error"
}

// perlName spells the name of a field that is no standard one: "-" for "_",
// words begin with a capital, the rest is left alone.
func perlName(key string) string {
	b := []byte(strings.ReplaceAll(key, "_", "-"))
	for i, c := range b {
		if 'a' <= c && c <= 'z' && (i == 0 || !isPerlWord(string(b[i-1:i]))) {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// appendFolded appends v with each further line of it as a folded one; empty
// lines and the space at the end go.
func appendFolded(dst []byte, v string) []byte {
	for i, line := range strings.Split(strings.TrimRightFunc(v, isBlankRune), "\n") {
		if i > 0 {
			if line == "" || line == "\r" {
				continue
			}
			dst = append(dst, "\r\n"...)
			if line[0] != ' ' && line[0] != '\t' {
				dst = append(dst, ' ')
			}
		}
		dst = append(dst, line...)
	}
	return dst
}
