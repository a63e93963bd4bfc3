package port

import (
	"strings"
	"sync"

	"github.com/gopoe/poe/docs"
)

// cpanTable has the rows of docs/cpan.md: for each module what takes its place, as
// text.
var cpanTable = sync.OnceValue(func() map[string]string { return parseCPAN(docs.CPAN) })

func parseCPAN(page string) map[string]string {
	table := map[string]string{}
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| CPAN |") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 4 {
			continue
		}
		for i := range cells {
			cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), "`", "")
		}
		for m := range strings.SplitSeq(cells[0], ", ") {
			table[m] = place(cells[1], cells[2], cells[3])
		}
	}
	return table
}

// place is a row of the table as one text.
func place(here, elsewhere, remarks string) string {
	text := here
	if elsewhere != "" {
		if text != "" {
			text += ", or "
		}
		text += elsewhere
	}
	if i := strings.Index(remarks, "]("); i >= 0 { // a link is of no use here
		remarks = strings.NewReplacer("[", "", "](", " (").Replace(remarks)
	}
	switch {
	case text == "":
		return remarks
	case remarks != "":
		return text + " (" + remarks + ")"
	}
	return text
}

// placeOf returns what takes the place of a module of CPAN, "" if that is not
// known. A module below another has that one's place.
func placeOf(name string) string {
	table := cpanTable()
	for {
		if p, ok := table[name]; ok {
			return p
		}
		i := strings.LastIndex(name, "::")
		if i < 0 {
			return ""
		}
		if name = name[:i]; name == "POE" || name == "POE::Component" || name == "POE::Filter" || name == "POE::Wheel" {
			return ""
		}
	}
}
