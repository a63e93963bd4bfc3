package syslog

import (
	"strconv"
	"strings"
	"time"
)

// Parse decodes one message without its framing. The result does not alias
// frame. now provides the year and the time zone of an RFC 3164 time stamp.
//
// A message that is neither RFC 5424 nor RFC 3164 is not an error but an RFC
// 3164 message that consists of Text only, as that standard requires; without a
// priority it is user.notice. The error is about a message that has the version
// 1 of RFC 5424 and is malformed.
func Parse(frame []byte, now time.Time) (*Message, error) {
	text := string(frame)
	m := &Message{Format: RFC3164, Facility: User, Severity: Notice}
	priority, rest, ok := cutPriority(text)
	if !ok {
		m.Text = text
		return m, nil
	}
	m.Facility, m.Severity = Facility(priority/8), Severity(priority%8)
	if strings.HasPrefix(rest, "1 ") {
		m.Format = RFC5424
		if err := m.parse5424(rest[2:]); err != nil {
			return nil, err
		}
		return m, nil
	}
	m.parse3164(rest, now)
	return m, nil
}

// cutPriority takes <PRI> off.
func cutPriority(text string) (priority int, rest string, ok bool) {
	digits, rest, ok := strings.Cut(text, ">")
	if !ok || len(digits) < 2 || len(digits) > 4 || digits[0] != '<' {
		return 0, text, false
	}
	for _, c := range []byte(digits[1:]) {
		if c < '0' || c > '9' {
			return 0, text, false
		}
		priority = priority*10 + int(c-'0')
	}
	return priority, rest, priority <= 191 && (digits[1] != '0' || len(digits) == 2)
}

// parse5424 reads what follows the version.
func (m *Message) parse5424(rest string) error {
	var stamp string
	fields := [...]struct {
		field *string
		most  int
	}{{&stamp, 64}, {&m.Hostname, 255}, {&m.AppName, 48}, {&m.ProcID, 128}, {&m.MsgID, 32}}
	for _, f := range fields {
		var ok bool
		*f.field, rest, ok = strings.Cut(rest, " ")
		if !ok || *f.field == "" || !isName(*f.field, f.most) {
			return malformed("header of RFC 5424 is incomplete or wrong")
		}
		if *f.field == "-" {
			*f.field = ""
		}
	}
	if stamp != "" {
		var err error
		if m.Time, err = parseStamp(stamp); err != nil {
			return err
		}
	}
	rest, err := m.parseData(rest)
	if err != nil {
		return err
	}
	if rest == "" {
		return nil
	}
	if rest[0] != ' ' {
		return malformed("no blank after the structured data")
	}
	m.Text = strings.TrimPrefix(rest[1:], byteOrderMark)
	return nil
}

// parseStamp reads a time of RFC 5424, which is narrower than RFC 3339 and
// than what package time takes.
func parseStamp(stamp string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil || strings.Contains(stamp, ",") || t.Nanosecond()%1000 != 0 {
		return time.Time{}, malformed("time stamp is none of RFC 5424")
	}
	return t, nil
}

// parseData reads the structured data and returns what follows it.
func (m *Message) parseData(rest string) (string, error) {
	if strings.HasPrefix(rest, "-") {
		return rest[1:], nil
	}
	if !strings.HasPrefix(rest, "[") {
		return rest, malformed("structured data is missing")
	}
	for strings.HasPrefix(rest, "[") {
		var element Element
		element.ID, rest = cutName(rest[1:])
		for strings.HasPrefix(rest, " ") {
			var param Param
			var ok bool
			param.Name, rest = cutName(rest[1:])
			if param.Value, rest, ok = cutValue(rest); !ok || !isDataName(param.Name) {
				return rest, malformed("parameter of the structured data is wrong")
			}
			element.Params = append(element.Params, param)
		}
		if !isDataName(element.ID) || !strings.HasPrefix(rest, "]") {
			return rest, malformed("element of the structured data is wrong")
		}
		rest = rest[1:]
		m.Data = append(m.Data, element)
	}
	return rest, nil
}

// cutName takes a name off, up to what cannot be part of one.
func cutName(rest string) (name, after string) {
	end := strings.IndexAny(rest, `="] `)
	if end < 0 {
		return rest, ""
	}
	return rest[:end], rest[end:]
}

// cutValue takes ="value" off and undoes its escapes.
func cutValue(rest string) (value, after string, ok bool) {
	if !strings.HasPrefix(rest, `="`) {
		return "", rest, false
	}
	rest = rest[2:]
	out := make([]byte, 0, max(0, strings.IndexByte(rest, '"')))
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; c {
		case '"':
			return string(out), rest[i+1:], true
		case ']':
			return "", rest, false
		case '\\':
			if i+1 < len(rest) && strings.IndexByte(`"\]`, rest[i+1]) >= 0 {
				i++
			}
			out = append(out, rest[i])
		default:
			out = append(out, c)
		}
	}
	return "", rest, false
}

// parse3164 reads what follows the priority, as far as it can be made out.
func (m *Message) parse3164(rest string, now time.Time) {
	t, after, ok := cutBSDTime(rest, now)
	if !ok {
		m.Text = rest
		return
	}
	if word, _, _ := strings.Cut(after, " "); strings.HasSuffix(word, ":") {
		// Without a host, as programs write to /dev/log and busybox sends on.
		if tag, process, text := cutTag(after); tag != "" {
			m.Time, m.AppName, m.ProcID, m.Text = t, tag, process, text
			return
		}
	}
	host, after, ok := strings.Cut(after, " ")
	if !ok || host == "" || !isName(host, 255) {
		m.Text = rest
		return
	}
	m.Time, m.Hostname = t, host
	m.AppName, m.ProcID, m.Text = cutTag(after)
}

// cutBSDTime takes "Jan  2 15:04:05 " off. The year is the one that brings the
// time nearest to now, so that a message of December read in January is of
// last year.
func cutBSDTime(rest string, now time.Time) (t time.Time, after string, ok bool) {
	const size = len(bsdTime)
	if len(rest) <= size || rest[size] != ' ' {
		return t, rest, false
	}
	for year := now.Year() - 1; year <= now.Year()+1; year++ {
		candidate, err := time.ParseInLocation("2006 "+bsdTime, strconv.Itoa(year)+" "+rest[:size], now.Location())
		if err == nil && (!ok || now.Sub(candidate).Abs() < now.Sub(t).Abs()) {
			t, ok = candidate, true
		}
	}
	return t, rest[size+1:], ok
}

// cutTag takes "tag[process]: " or "tag: " off; without them it is all text.
func cutTag(rest string) (tag, process, text string) {
	end := strings.IndexAny(rest, "[: ")
	if end <= 0 || !isTag(rest[:end]) {
		return "", "", rest
	}
	tag, after := rest[:end], rest[end:]
	if after[0] == '[' {
		var ok bool
		process, after, ok = strings.Cut(after[1:], "]")
		if !ok || process == "" || strings.ContainsAny(process, "[: ") || !isName(process, 128) {
			return "", "", rest
		}
	}
	if !strings.HasPrefix(after, ": ") {
		return "", "", rest
	}
	return tag, process, after[2:]
}

// isTag reports whether text can be the tag of an RFC 3164 message, or is
// empty. The standard's limit of 32 bytes and of letters and digits is not
// kept by senders; what ends a tag cannot be in it.
func isTag(text string) bool {
	return isName(text, 128) && !strings.ContainsAny(text, "[]:")
}
