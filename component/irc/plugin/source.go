package plugin

import (
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/ircutil"
)

// sourceOf returns the sender of an event.
func sourceOf(e *irc.Event) ircutil.Source { return ircutil.ParseSource(e.Text(0)) }

// bare returns text without colours and other formats.
func bare(text string) string { return ircutil.StripFormatting(ircutil.StripColor(text)) }

// first returns the first of a list, "" if it is empty.
func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
