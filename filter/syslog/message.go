package syslog

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Format is which of the two standards a message follows.
type Format int

const (
	// RFC5424 is the format with a version, a full time stamp and structured
	// data.
	RFC5424 Format = iota
	// RFC3164 is the older format of BSD, which is hardly standardised: any
	// message that is not in the format of RFC 5424 is read as one.
	RFC3164
)

// Message is one syslog message. Fields that a message does not have are empty;
// RFC 5424 writes them as "-".
type Message struct {
	Format   Format
	Facility Facility
	Severity Severity
	// Time is the zero time if the message has none. RFC 3164 has seconds
	// only, RFC 5424 microseconds.
	Time     time.Time
	Hostname string
	// AppName is the tag of an RFC 3164 message.
	AppName string
	// ProcID is the process ID; in RFC 3164 it is the text in brackets after
	// the tag.
	ProcID string
	// MsgID and Data exist only in RFC 5424.
	MsgID string
	Data  []Element
	// Text is the text of the message. In RFC 5424 a byte order mark marks the
	// text as UTF-8: it is removed when a message is decoded, and added to a
	// text that is UTF-8 and not plain ASCII.
	Text string
}

// Element is an element of structured data.
type Element struct {
	ID     string
	Params []Param
}

// Param is a parameter of an [Element]. Value is without escapes.
type Param struct {
	Name  string
	Value string
}

// Param returns the first parameter with this name in the element with this ID,
// and reports whether there is one.
func (m *Message) Param(id, name string) (value string, ok bool) {
	for _, element := range m.Data {
		if element.ID != id {
			continue
		}
		for _, param := range element.Params {
			if param.Name == name {
				return param.Value, true
			}
		}
	}
	return "", false
}

// Facility is the part of a system that a message is from, and Severity how
// severe its event is.
type (
	Facility int
	Severity int
)

// The facilities.
const (
	Kern Facility = iota
	User
	Mail
	Daemon
	Auth
	Syslog
	LPR
	News
	UUCP
	Cron
	AuthPriv
	FTP
	NTP
	Audit
	Alert // log alert
	Clock
	Local0
	Local1
	Local2
	Local3
	Local4
	Local5
	Local6
	Local7
)

// The severities, the most severe first.
const (
	Emergency Severity = iota
	AlertNow
	Critical
	Err
	Warning
	Notice
	Info
	Debug
)

// byteOrderMark indicates that an RFC 5424 text is UTF-8.
const byteOrderMark = "\xEF\xBB\xBF"

// bsdTime is the time stamp of RFC 3164.
const bsdTime = "Jan _2 15:04:05"

// Append appends the message without framing, as in a datagram, and returns the
// extended slice; Parse is its counterpart. What the format has no place for is
// refused with a *filter.Error, and dst is returned as it was.
func (m *Message) Append(dst []byte) ([]byte, error) {
	if err := m.check(); err != nil {
		return dst, err
	}
	return m.appendTo(dst), nil
}

// appendTo writes the message without its framing.
func (m *Message) appendTo(dst []byte) []byte {
	dst = append(dst, '<')
	dst = strconv.AppendInt(dst, int64(m.Facility)*8+int64(m.Severity), 10)
	dst = append(dst, '>')
	if m.Format == RFC3164 {
		return m.appendBSD(dst)
	}
	dst = append(dst, "1 "...)
	if m.Time.IsZero() {
		dst = append(dst, '-')
	} else {
		dst = m.Time.Truncate(time.Microsecond).AppendFormat(dst, time.RFC3339Nano)
	}
	for _, field := range [...]string{m.Hostname, m.AppName, m.ProcID, m.MsgID} {
		if field == "" {
			field = "-"
		}
		dst = append(append(dst, ' '), field...)
	}
	dst = appendData(append(dst, ' '), m.Data)
	if m.Text == "" {
		return dst
	}
	dst = append(dst, ' ')
	if !isASCII(m.Text) && utf8.ValidString(m.Text) {
		dst = append(dst, byteOrderMark...)
	}
	return append(dst, m.Text...)
}

func (m *Message) appendBSD(dst []byte) []byte {
	if !m.Time.IsZero() {
		dst = append(m.Time.AppendFormat(dst, bsdTime), ' ')
		if m.Hostname != "" {
			dst = append(append(dst, m.Hostname...), ' ')
		}
	}
	if m.AppName != "" {
		dst = append(dst, m.AppName...)
		if m.ProcID != "" {
			dst = append(append(append(dst, '['), m.ProcID...), ']')
		}
		dst = append(dst, ": "...)
	}
	return append(dst, m.Text...)
}

func appendData(dst []byte, data []Element) []byte {
	if len(data) == 0 {
		return append(dst, '-')
	}
	for _, element := range data {
		dst = append(append(dst, '['), element.ID...)
		for _, param := range element.Params {
			dst = append(append(dst, ' '), param.Name...)
			dst = append(dst, '=', '"')
			for _, c := range []byte(param.Value) {
				if c == '"' || c == '\\' || c == ']' {
					dst = append(dst, '\\')
				}
				dst = append(dst, c)
			}
			dst = append(dst, '"')
		}
		dst = append(dst, ']')
	}
	return dst
}

// check refuses what would be read as something else.
func (m *Message) check() error {
	switch {
	case m.Facility < Kern || m.Facility > Local7:
		return refused("facility is unknown")
	case m.Severity < Emergency || m.Severity > Debug:
		return refused("severity is unknown")
	case m.Format == RFC3164:
		return m.checkBSD()
	case m.Format != RFC5424:
		return refused("format is unknown")
	case !isName(m.Hostname, 255), !isName(m.AppName, 48), !isName(m.ProcID, 128), !isName(m.MsgID, 32):
		return refused("field that is too long or not printable ASCII")
	}
	if year := m.Time.Year(); year < 0 || year > 9999 {
		return refused("year has not four digits")
	}
	for _, element := range m.Data {
		if !isDataName(element.ID) {
			return refused("structured data with an impossible name")
		}
		for _, param := range element.Params {
			if !isDataName(param.Name) {
				return refused("structured data with an impossible name")
			}
			if !utf8.ValidString(param.Value) {
				return refused("structured data that is not UTF-8")
			}
		}
	}
	return nil
}

func (m *Message) checkBSD() error {
	switch {
	case m.MsgID != "" || len(m.Data) > 0:
		return refused("MsgID or structured data, which RFC 3164 does not have")
	case m.Time.IsZero() && m.Hostname != "":
		return refused("Hostname without Time, which RFC 3164 cannot write")
	case !m.Time.IsZero() && m.Hostname == "" && m.AppName == "":
		return refused("Time without Hostname and AppName, which RFC 3164 cannot write")
	case !isName(m.Hostname, 255) || strings.HasSuffix(m.Hostname, ":"):
		return refused("Hostname is none of RFC 3164")
	case m.AppName == "" && m.Time.IsZero() && strings.HasPrefix(m.Text, "1 "):
		return refused("Text that makes an RFC 3164 message look like RFC 5424")
	case !isTag(m.AppName) || m.AppName == "" && m.ProcID != "":
		return refused("AppName is no tag of RFC 3164")
	case strings.ContainsAny(m.ProcID, "[]: ") || !isName(m.ProcID, 128):
		return refused("ProcID is none of RFC 3164")
	}
	return nil
}

// isName reports whether text is printable ASCII without blanks. The empty
// one is, as it is written as a hyphen.
func isName(text string, most int) bool {
	for _, c := range []byte(text) {
		if c <= ' ' || c >= 0x7F {
			return false
		}
	}
	return len(text) <= most
}

func isDataName(text string) bool {
	return text != "" && isName(text, 32) && !strings.ContainsAny(text, `="]`)
}

func isASCII(text string) bool {
	for _, c := range []byte(text) {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
