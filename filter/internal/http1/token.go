package http1

// What a byte may be in a head.
const (
	token     = 1 << iota // may stand in a method or a field's name
	lowerCase             // a-z
	upperCase             // A-Z
	control               // must not stand in a field's value
)

// class holds those bits for every byte; it is never written to.
var class = classes()

func classes() (t [256]uint8) {
	for c := range t {
		switch b := byte(c); {
		case 'a' <= b && b <= 'z':
			t[c] = token | lowerCase
		case 'A' <= b && b <= 'Z':
			t[c] = token | upperCase
		case b < ' ' && b != '\t', b == 0x7f:
			t[c] = control
		}
	}
	for _, b := range []byte("0123456789!#$%&'*+-.^_`|~") {
		t[b] = token
	}
	return t
}

// IsToken reports whether s is a token: what methods and names of fields are.
func IsToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if class[s[i]]&token == 0 {
			return false
		}
	}
	return s != ""
}

// HasToken reports whether one of the comma-separated words of values is word,
// which must be in lower case; case does not matter in values.
func HasToken(values []string, word string) bool {
	for _, v := range values {
		for v != "" {
			var w string
			w, v = cutComma(v)
			if equalFold(w, word) {
				return true
			}
		}
	}
	return false
}

func cutComma(s string) (word, rest string) {
	for i := 0; i < len(s); i++ {
		if s[i] == ',' {
			return trimSpace(s[:i]), s[i+1:]
		}
	}
	return trimSpace(s), ""
}

// equalFold compares s, in ASCII's sense of case, with a word in lower case.
func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if class[c]&upperCase != 0 {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// ParseVersion reads "HTTP/1.1" and similar ones: one digit each.
func ParseVersion(s string) (major, minor int, ok bool) {
	if len(s) != len("HTTP/1.1") || s[:5] != "HTTP/" || s[6] != '.' {
		return 0, 0, false
	}
	major, minor = int(s[5])-'0', int(s[7])-'0'
	return major, minor, 0 <= major && major <= 9 && 0 <= minor && minor <= 9
}
