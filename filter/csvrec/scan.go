package csvrec

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// scanner finds where a record ends: at a line feed that is not inside quotes.
// It walks as encoding/csv does, so as to agree with it on what is inside, and
// remembers how far it has come.
type scanner struct {
	comma   []byte
	comment []byte
	lazy    bool
	trim    bool
	at      int
	state   state
}

type state int

const (
	atRecord state = iota // before the first field
	atField               // before a field
	inField               // in a field without quotes, or in a comment
	inQuotes              // in a field with quotes
	atQuote               // behind a quote in a field with quotes
	inComment
)

func (s *scanner) init(config Config) {
	s.comma = utf8.AppendRune(nil, config.Comma)
	if config.Comment != 0 {
		s.comment = utf8.AppendRune(nil, config.Comment)
	}
	s.lazy, s.trim = config.LazyQuotes, config.TrimLeadingSpace
}

// reset begins a new record.
func (s *scanner) reset() { s.at, s.state = 0, atRecord }

// dropped reports that all the bytes looked at are gone.
func (s *scanner) dropped() { s.at = 0 }

// end returns the length of the record at the front of buf, its line end
// included, or 0.
func (s *scanner) end(buf []byte) int {
	if s.at > len(buf) { // other bytes than the last time
		s.reset()
	}
	for s.at < len(buf) {
		rest := buf[s.at:]
		size := s.step(rest)
		if size == 0 {
			return 0
		}
		s.at += size
		if rest[size-1] == '\n' && s.state != inQuotes {
			return s.at
		}
	}
	return 0
}

// step looks at the next few bytes of a record and returns how many they were;
// 0 if that is not known yet. A step ends with a line feed or has none.
func (s *scanner) step(rest []byte) int {
	switch s.state {
	case atRecord:
		if s.comment != nil {
			if is, sure := begins(rest, s.comment); !sure {
				return 0
			} else if is {
				s.state = inComment
				return len(s.comment)
			}
		}
		s.state = atField
		fallthrough
	case atField:
		return s.beginField(rest)
	case inQuotes:
		return s.quoted(rest)
	case atQuote:
		return s.afterQuote(rest)
	case inComment:
		return upTo(rest, '\n')
	}
	return s.plain(rest)
}

// beginField looks for the quote that makes a field a quoted one.
func (s *scanner) beginField(rest []byte) int {
	if rest[0] == '"' {
		s.state = inQuotes
		return 1
	}
	if is, sure := begins(rest, s.comma); !sure {
		return 0
	} else if is && !s.isTrimmed(s.comma) {
		return len(s.comma)
	}
	if s.trim && rest[0] != '\n' {
		if !utf8.FullRune(rest) {
			return 0
		}
		if r, size := utf8.DecodeRune(rest); unicode.IsSpace(r) {
			return size
		}
	}
	s.state = inField
	return s.plain(rest)
}

// isTrimmed reports whether a comma is white space that goes first as such.
func (s *scanner) isTrimmed(comma []byte) bool {
	r, _ := utf8.DecodeRune(comma)
	return s.trim && unicode.IsSpace(r)
}

// plain continues to the end of a field without quotes.
func (s *scanner) plain(rest []byte) int {
	line := upTo(rest, '\n')
	i := bytes.Index(rest[:line], s.comma)
	if i < 0 {
		// The beginning of a comma of several bytes may be the last here.
		if len(s.comma) > 1 && rest[line-1] != '\n' {
			return max(0, line-len(s.comma)+1)
		}
		return line
	}
	s.state = atField
	return i + len(s.comma)
}

// quoted continues to the next quote; lines are all the same to it.
func (s *scanner) quoted(rest []byte) int {
	i := bytes.IndexByte(rest, '"')
	if i < 0 {
		return len(rest)
	}
	s.state = atQuote
	return i + 1
}

// afterQuote finds out what a quote in a field with quotes was.
func (s *scanner) afterQuote(rest []byte) int {
	if rest[0] == '"' {
		s.state = inQuotes
		return 1
	}
	if is, sure := begins(rest, s.comma); !sure {
		return 0
	} else if is {
		s.state = atField
		return len(s.comma)
	}
	switch {
	case rest[0] == '\n':
		return 1
	case rest[0] == '\r' && len(rest) == 1:
		return 0
	case rest[0] == '\r' && rest[1] == '\n':
		return 2
	case s.lazy: // the quote was an ordinary character
		s.state = inQuotes
	default: // an error: the line ends the record
		s.state = inComment
	}
	return 1
}

// begins reports whether rest begins with mark, and whether that is sure.
func begins(rest, mark []byte) (is, sure bool) {
	if len(rest) < len(mark) && bytes.HasPrefix(mark, rest) {
		return false, false
	}
	return bytes.HasPrefix(rest, mark), true
}

// upTo returns the length of rest up to and with the first c, all of it if
// there is none.
func upTo(rest []byte, c byte) int {
	if i := bytes.IndexByte(rest, c); i >= 0 {
		return i + 1
	}
	return len(rest)
}
