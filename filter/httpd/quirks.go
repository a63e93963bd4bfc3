package httpd

import (
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter/internal/http1"
)

// quirkHeadEnd returns the index behind the head at the front of b as POE sees
// it, or -1: two line ends in a row, each CR, LF, or both, in any order. A CR
// after a line is enough, even if its LF has not come yet. The first from
// bytes are known to hold no end.
func quirkHeadEnd(b []byte, from int) int {
	for i := max(1, from-2); i < len(b); i++ {
		if b[i] != '\r' && b[i] != '\n' {
			continue
		}
		first, second := b[i], byte('\r'+'\n')-b[i]
		j := i + 1
		if j < len(b) && b[j] == second {
			j++
		}
		if j < len(b) && b[j] == first {
			if j++; j < len(b) && b[j] == second {
				j++
			}
			return j
		}
	}
	return -1
}

// quirks reads the head buf[start:end] as POE does.
func (f *Filter) quirks(buf []byte, start, end int) (any, int, error) {
	line, fields, whole := strings.Cut(string(buf[start:end]), "\n")
	r := &request{}
	if !whole || !r.quirkLine(line) {
		f.drop()
		detail := "Request line parse failure. (" + string(buf[start:end]) + ")"
		return refusal(http.StatusBadRequest, ErrRequestLine).quirkPage(nil, detail), end, nil
	}
	r.Header, r.Body = quirkFields(fields), http.NoBody
	r.Host = r.Header.Get("Host")
	r.Close = http1.WantsClose(r.ProtoMajor, r.ProtoMinor, r.Header)

	lengths, coded := r.Header["Content-Length"], len(r.Header["Content-Encoding"]) > 0
	switch {
	case len(lengths) == 0 && !coded:
		return f.begin(buf, end, &r.Request, 0)
	case len(lengths) == 0 && r.ProtoAtLeast(1, 1):
		return f.quirkRefuse(buf, r, refusal(http.StatusLengthRequired, ErrNoLength), "No content length found.")
	case len(lengths) == 0:
		return &r.Request, len(buf), nil
	}
	length, ok := http1.ParseLength(strings.TrimFunc(lengths[0], isBlankRune))
	if !ok {
		return f.quirkRefuse(buf, r, refusal(http.StatusBadRequest, ErrLength), "Content-Length is not a number.")
	}
	r.ContentLength = length
	switch {
	case length == 0:
		return &r.Request, len(buf), nil
	case !f.config.Streaming && length > int64(f.config.MaxContent):
		return f.quirkRefuse(buf, r, limited(http.StatusRequestEntityTooLarge, "MaxContent", f.config.MaxContent),
			"Content of "+strings.TrimFunc(lengths[0], isBlankRune)+" octets not accepted.")
	}
	return f.begin(buf, end, &r.Request, length)
}

// quirkLine reads a request line that POE takes: a word, anything, and perhaps
// a version; what follows is ignored.
func (r *request) quirkLine(line string) bool {
	r.Method, line = cutWord(line)
	end := strings.IndexFunc(line, isBlankRune)
	if end < 0 {
		end = len(line)
	}
	r.RequestURI, line = line[:end], line[end:]
	if r.RequestURI == "" || !isPerlWord(r.Method) {
		return false
	}
	r.Proto, r.ProtoMinor = "HTTP/0.9", 9
	if rest := strings.TrimLeft(line, " \t"); len(rest) < len(line) {
		r.quirkVersion(rest)
	}
	target := r.RequestURI
	for strings.HasPrefix(target, "//") {
		target = target[1:]
	}
	r.URL = quirkURL(target)
	return true
}

// quirkURL is the URL of any target. What is no path, and does not come out as
// it went in, is kept as it is.
func quirkURL(target string) *url.URL {
	u, err := url.Parse(target)
	if err != nil || target[0] != '/' && u.String() != target {
		return &url.URL{Opaque: target}
	}
	return u
}

// quirkVersion takes a version of any number of digits at the front of s.
func (r *request) quirkVersion(s string) {
	rest, ok := strings.CutPrefix(s, "HTTP/")
	major, rest := cutDigits(rest)
	minor, _ := cutDigits(strings.TrimPrefix(rest, "."))
	if !ok || major == "" || minor == "" || !strings.HasPrefix(rest, ".") {
		return
	}
	r.Proto = s[:len("HTTP/.")+len(major)+len(minor)]
	r.ProtoMajor, _ = strconv.Atoi(major) // clamped if it is too large
	r.ProtoMinor, _ = strconv.Atoi(minor)
}

func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// quirkFields reads header lines up to the first that is none. Only lines that
// end in LF count; a value keeps the space at its end; "_" in a name is "-".
func quirkFields(block string) http.Header {
	h := http.Header{}
	name, value := "", ""
	push := func() {
		if name != "" && name != "0" { // POE takes Perl's word for what is false
			key := textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(name, "_", "-"))
			h[key] = append(h[key], value)
		}
	}
	for {
		line, rest, whole := strings.Cut(block, "\n")
		if !whole {
			break
		}
		line, block = strings.TrimSuffix(line, "\r"), rest
		if n, v, ok := quirkField(line); ok {
			push()
			name, value = n, v
		} else if folded := strings.TrimLeftFunc(line, isBlankRune); len(folded) < len(line) {
			value += " " + folded
		} else {
			break
		}
	}
	push()
	return h
}

// quirkField reads "name : value".
func quirkField(line string) (name, value string, ok bool) {
	i := 0
	for i < len(line) && (line[i] == '-' || line[i] == '~' || isPerlWord(line[i:i+1])) {
		i++
	}
	value, ok = strings.CutPrefix(strings.TrimLeftFunc(line[i:], isBlankRune), ":")
	return line[:i], strings.TrimLeftFunc(value, isBlankRune), ok && i > 0
}

// isPerlWord reports whether s is letters, digits and underscores.
func isPerlWord(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		default:
			return false
		}
	}
	return s != ""
}

func isBlankRune(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }
