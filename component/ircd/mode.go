package ircd

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// modes says which modes have arguments.
var modes = ircutil.Modes{Prefix: "ohv", Classes: [4]string{"beI", "k", "l", "imnst"}}

// maxModes is how many changes a line may have.
const maxModes = 12

func (u *user) mode(m *Message) {
	target := m.Param(0)
	ch := u.s.channel(target)
	switch {
	case ch != nil && len(m.Params) == 1:
		u.numeric("324", append([]string{ch.name}, ch.modeLine(u)...)...)
		u.numeric("329", ch.name, strconv.FormatInt(ch.created.Unix(), 10))
	case ch != nil:
		u.channelMode(ch, m.Param(1), m.Params[2:])
	case u.s.casemap.Equal(target, u.nick):
		u.userMode(m.Param(1))
	case u.s.user(target) != nil:
		u.numeric("502", "Cant change mode for other users")
	default:
		u.numeric("401", target, "No such nick/channel")
	}
}

func (u *user) userMode(line string) {
	if line == "" {
		u.numeric("221", "+"+u.modes)
		return
	}
	before := u.modes
	for _, change := range modes.Parse(line) {
		letter := string(rune(change.Mode))
		switch {
		case !strings.Contains("io", letter):
			u.numeric("501", "Unknown MODE flag")
		case change.Add && letter == "o": // by OPER alone
		case change.Add && !u.hasMode(letter):
			u.modes += letter
		case !change.Add:
			u.modes = strings.ReplaceAll(u.modes, letter, "")
		}
	}
	if difference := ircutil.ModeDifference(before, u.modes); difference != "" {
		u.send(u.nick, "MODE", u.nick, difference)
	}
}

// channelMode changes a channel, or shows a list of it.
func (u *user) channelMode(ch *channel, line string, args []string) {
	var done []ircutil.ModeChange
	refused := false
	changes := modes.Parse(line, args...)
	for _, change := range changes[:min(len(changes), maxModes)] {
		isList := strings.IndexByte(modes.Classes[0], change.Mode) >= 0
		switch {
		case isList && !change.HasArg:
			u.sendList(ch, change.Mode)
		case !ch.may(u):
			refused = true
		case ch.apply(u, &change):
			done = append(done, change)
		}
	}
	if refused {
		u.numeric("482", ch.name, "You're not channel operator")
	}
	if len(done) > 0 {
		ch.send(u, nil, "MODE", append([]string{ch.name}, modeText(done)...)...)
	}
}

// modeText writes changes as a line with its arguments.
func modeText(changes []ircutil.ModeChange) []string {
	line, sign := "", ""
	var args []string
	for _, c := range changes {
		text := c.String()
		if text[:1] != sign {
			sign = text[:1]
			line += sign
		}
		line += text[1:]
		if c.HasArg {
			args = append(args, c.Arg)
		}
	}
	return append([]string{line}, args...)
}

// apply does one change and reports whether anything has changed.
func (ch *channel) apply(u *user, change *ircutil.ModeChange) bool {
	letter := string(rune(change.Mode))
	switch {
	case strings.Contains(modes.Prefix, letter):
		return ch.applyMember(u, change)
	case strings.Contains(modes.Classes[0], letter):
		return ch.applyList(u, change)
	case letter == "k":
		return ch.applyKey(change)
	case letter == "l":
		return ch.applyLimit(change)
	case strings.Contains(modes.Classes[3], letter):
		before := ch.flags
		ch.flags = strings.ReplaceAll(ch.flags, letter, "")
		if change.Add {
			ch.flags = before
			if !strings.Contains(before, letter) {
				ch.flags += letter
			}
		}
		return ch.flags != before
	}
	u.numeric("472", letter, "is unknown mode char to me")
	return false
}

func (ch *channel) applyMember(u *user, change *ircutil.ModeChange) bool {
	other := ch.s.user(change.Arg)
	if other == nil || ch.members[other] == nil {
		if change.HasArg {
			u.numeric("441", change.Arg, ch.name, "They aren't on that channel")
		}
		return false
	}
	m := ch.members[other]
	letter := string(rune(change.Mode))
	change.Arg = other.nick
	has := strings.Contains(m.modes, letter)
	m.modes = strings.ReplaceAll(m.modes, letter, "")
	if change.Add {
		m.modes += letter
	}
	return has != change.Add
}

func (ch *channel) applyList(u *user, change *ircutil.ModeChange) bool {
	change.Arg = ircutil.NormalizeMask(change.Arg)
	list := ch.lists[change.Mode]
	i := slices.IndexFunc(list, func(e entry) bool { return ch.s.casemap.Equal(e.mask, change.Arg) })
	switch {
	case change.Add && i < 0 && len(list) >= ch.s.config.Limits.Entries:
		u.numeric("478", ch.name, change.Arg, "Channel list is full")
		return false
	case change.Add && i < 0:
		ch.lists[change.Mode] = append(list, entry{change.Arg, u.source(), ch.s.k.Now()})
		return true
	case !change.Add && i >= 0:
		ch.lists[change.Mode] = slices.Delete(list, i, i+1)
		return true
	}
	return false
}

func (ch *channel) applyKey(change *ircutil.ModeChange) bool {
	if !change.Add {
		had := ch.key != ""
		change.Arg, change.HasArg, ch.key = ch.key, true, ""
		return had
	}
	if change.Arg == "" || len(change.Arg) > 23 || strings.ContainsAny(change.Arg, " ,:") {
		return false
	}
	ch.key = change.Arg
	return true
}

func (ch *channel) applyLimit(change *ircutil.ModeChange) bool {
	limit, err := strconv.Atoi(change.Arg)
	if !change.Add {
		limit, err = 0, nil
	}
	if err != nil || limit < 0 || change.Add && limit == 0 || limit == ch.limit {
		return false
	}
	ch.limit = limit
	return true
}

// sendList shows a list of a channel.
func (u *user) sendList(ch *channel, mode byte) {
	codes := map[byte][2]string{'b': {"367", "368"}, 'e': {"348", "349"}, 'I': {"346", "347"}}[mode]
	for _, e := range ch.lists[mode] {
		u.numeric(codes[0], ch.name, e.mask, e.by, strconv.FormatInt(e.at.Unix(), 10))
	}
	u.numeric(codes[1], ch.name, "End of channel list")
}
