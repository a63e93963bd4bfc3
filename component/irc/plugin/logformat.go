package plugin

import "strings"

// logFormats say how a log has what has happened: %0 to %3 are the texts.
var logFormats = map[string]string{
	"privmsg":      "<%0> %1",
	"notice":       ">%0< %1",
	"action":       "* %0 %1",
	"join":         "--> %0 (%1) joins %2",
	"part":         "<-- %0 (%1) leaves %2 (%3)",
	"quit":         "<-- %0 (%1) quits (%2)",
	"kick":         "<-- %0 kicks %1 from %2 (%3)",
	"nick_change":  "--- %0 is now known as %1",
	"topic_is":     "--- Topic for %0 is: %1",
	"topic_change": "--- %0 changes the topic to: %1",
	"dcc_start":    "--> Opened DCC chat connection with %0 (%1)",
	"dcc_done":     "<-- Closed DCC chat connection with %0 (%1)",
	"+b":           "--- %0 sets ban on %1",
	"-b":           "--- %0 removes ban on %1",
	"+k":           "--- %0 sets channel keyword to %1",
	"-k":           "--- %0 removes channel keyword",
	"+l":           "--- %0 sets channel user limit to %1",
	"-l":           "--- %0 removes channel user limit",
	"+o":           "--- %0 gives channel operator status to %1",
	"-o":           "--- %0 removes channel operator status from %1",
	"+h":           "--- %0 gives channel half-operator status to %1",
	"-h":           "--- %0 removes channel half-operator status from %1",
	"+v":           "--- %0 gives voice to %1",
	"-v":           "--- %0 removes voice from %1",
}

// logLine writes what has happened as a line.
func logLine(kind string, texts []string) string {
	format, known := logFormats[kind]
	if !known {
		format = "--- %0 sets mode " + kind + " %1"
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(format, "%")
		out.WriteString(before)
		if !found {
			break
		}
		if i := int(after[0] - '0'); i < len(texts) {
			out.WriteString(texts[i])
		}
		format = after[1:]
	}
	return strings.TrimRight(strings.TrimSuffix(out.String(), "()"), " ")
}
