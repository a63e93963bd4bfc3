//go:build linux

package irc

import (
	"cmp"
	"strings"

	"github.com/gopoe/poe/perl"
)

// supported is what a server has announced, as a list or a hash where the original has
// one.
func supported(name, text string) any {
	switch name {
	case "CHANTYPES", "ELIST", "STATUSMSG":
		return listOf(strings.Split(text, ""))
	case "CHANMODES":
		return listOf(strings.Split(text, ","))
	case "CHANLIMIT", "IDCHAN", "MAXLIST":
		h := perl.NewHash()
		for part := range strings.SplitSeq(text, ",") {
			letters, number, _ := strings.Cut(part, ":")
			for letter := range strings.SplitSeq(letters, "") {
				h.Set(letter, number)
			}
		}
		return h
	case "PREFIX":
		h := perl.NewHash()
		modes, signs, _ := strings.Cut(strings.TrimPrefix(text, "("), ")")
		for i := range min(len(modes), len(signs)) {
			h.Set(modes[i:i+1], signs[i:i+1])
		}
		return h
	case "TARGMAX":
		h := perl.NewHash()
		for part := range strings.SplitSeq(text, ",") {
			command, most, _ := strings.Cut(part, ":")
			h.Set(command, most)
		}
		return h
	case "EXCEPTS":
		return cmp.Or(text, "e")
	case "INVEX":
		return cmp.Or(text, "I")
	}
	return cmp.Or(text, "on")
}
