package httpserver

import "strings"

// serverSentEvent encodes an event as text/event-stream has them. A name cannot
// have line ends, which would begin another field.
func serverSentEvent(name, data string) []byte {
	var b strings.Builder
	if name != "" {
		b.WriteString("event: " + lineEnds.Replace(name) + "\n")
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\r", "\n"), "\n") {
		b.WriteString("data: " + line + "\n")
	}
	b.WriteString("\n")
	return []byte(b.String())
}

var lineEnds = strings.NewReplacer("\r", " ", "\n", " ")
