package ircutil

// Casemapping selects how nicks and channel names are compared, as the server
// announces in ISUPPORT. The zero value means RFC1459, the default of servers;
// an unknown mapping means ASCII.
type Casemapping string

// The mappings. In RFC1459 the characters {}|^ are the lower case of []\~; in
// StrictRFC1459 only {}| are.
const (
	RFC1459       Casemapping = "rfc1459"
	StrictRFC1459 Casemapping = "strict-rfc1459"
	ASCII         Casemapping = "ascii"
)

// last returns the last character after Z that has a lower case, 'a' - 'A' behind it.
func (m Casemapping) last() byte {
	switch m {
	case "", RFC1459, StrictRFC1459:
		return ']'
	}
	return 'Z'
}

// tilde reports whether ~ is the upper case of ^.
func (m Casemapping) tilde() bool { return m == "" || m == RFC1459 }

// Lower returns a name in lower case, which can be its key in a map. POE:
// lc_irc.
func (m Casemapping) Lower(name string) string {
	last, tilde := m.last(), m.tilde()
	for i := 0; i < len(name); i++ {
		if c := name[i]; c >= 'A' && c <= last || tilde && c == '~' {
			return lowered(name, i, last, tilde)
		}
	}
	return name
}

func lowered(name string, from int, last byte, tilde bool) string {
	out := []byte(name)
	for i := from; i < len(out); i++ {
		switch c := out[i]; {
		case c >= 'A' && c <= last:
			out[i] += 'a' - 'A'
		case tilde && c == '~':
			out[i] = '^'
		}
	}
	return string(out)
}

// Upper returns a name in upper case. POE: uc_irc.
func (m Casemapping) Upper(name string) string {
	last, tilde := m.last()+'a'-'A', m.tilde()
	out := []byte(name)
	for i, c := range out {
		switch {
		case c >= 'a' && c <= last:
			out[i] -= 'a' - 'A'
		case tilde && c == '^':
			out[i] = '~'
		}
	}
	return string(out)
}

// Equal reports whether two names are the same to the server. POE: eq_irc.
func (m Casemapping) Equal(a, b string) bool {
	return len(a) == len(b) && m.Lower(a) == m.Lower(b)
}
