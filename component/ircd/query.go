package ircd

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
)

func sortedChannels(channels map[string]*channel) []*channel {
	list := make([]*channel, 0, len(channels))
	for _, key := range slices.Sorted(maps.Keys(channels)) {
		list = append(list, channels[key])
	}
	return list
}

// visible reports whether a user may see a channel.
func (u *user) visible(ch *channel) bool {
	return !ch.is("s") || ch.members[u] != nil || u.hasMode("o")
}

// maxReply is how many bytes a list in a reply may have.
const maxReply = 380

func (u *user) names(m *Message) {
	if m.Param(0) == "" {
		u.numeric("366", "*", "End of NAMES list")
		return
	}
	for name := range strings.SplitSeq(m.Param(0), ",") {
		if ch := u.s.channel(name); ch != nil && u.visible(ch) {
			u.sendNames(ch)
		} else {
			u.numeric("366", name, "End of NAMES list")
		}
	}
}

func (u *user) sendNames(ch *channel) {
	line := ""
	flush := func() {
		if line != "" {
			u.numeric("353", "=", ch.name, line)
			line = ""
		}
	}
	for _, m := range ch.sorted() {
		name := m.user.nick
		if u.caps["userhost-in-names"] {
			name = m.user.source()
		}
		name = signs(m.modes, u.caps["multi-prefix"]) + name
		if len(line)+len(name) > maxReply {
			flush()
		}
		line = strings.TrimPrefix(line+" "+name, " ")
	}
	flush()
	u.numeric("366", ch.name, "End of NAMES list")
}

func (u *user) list(m *Message) {
	u.numeric("321", "Channel", "Users  Name")
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(m.Param(0), ",") {
		wanted[u.s.key(name)] = name != ""
	}
	for _, ch := range sortedChannels(u.s.channels) {
		if u.visible(ch) && (m.Param(0) == "" || wanted[u.s.key(ch.name)]) {
			u.numeric("322", ch.name, itoa(len(ch.members)), ch.topic)
		}
	}
	u.numeric("323", "End of LIST")
}

func (u *user) who(m *Message) {
	mask := m.Param(0)
	if ch := u.s.channel(mask); ch != nil {
		if u.visible(ch) {
			for _, member := range ch.sorted() {
				u.whoLine(ch, member.user)
			}
		}
	} else {
		for _, other := range u.s.sorted() {
			if other.registered && ircutil.MatchMask(mask, other.nick, u.s.casemap) {
				u.whoLine(nil, other)
			}
		}
	}
	if mask == "" {
		mask = "*"
	}
	u.numeric("315", mask, "End of WHO list")
}

// whoLine is one user in the answer to WHO.
func (u *user) whoLine(ch *channel, other *user) {
	name, flags := "*", "H"
	if other.away != "" {
		flags = "G"
	}
	if other.hasMode("o") {
		flags += "*"
	}
	if ch != nil {
		name = ch.name
		flags += signs(ch.members[other].modes, u.caps["multi-prefix"])
	}
	u.numeric("352", name, other.name, other.host, u.s.config.Name, other.nick, flags, "0 "+other.real)
}

func (u *user) whois(m *Message) {
	nicks := m.Param(len(m.Params) - 1)
	for nick := range strings.SplitSeq(nicks, ",") {
		if other := u.s.user(nick); other != nil {
			u.whoisOne(other)
		} else {
			u.numeric("401", nick, "No such nick/channel")
		}
	}
	u.numeric("318", nicks, "End of WHOIS list")
}

func (u *user) whoisOne(other *user) {
	u.numeric("311", other.nick, other.name, other.host, "*", other.real)
	var list []string
	for _, ch := range other.joined() {
		if u.visible(ch) {
			list = append(list, signs(ch.members[other].modes, u.caps["multi-prefix"])+ch.name)
		}
	}
	if len(list) > 0 {
		u.numeric("319", other.nick, ircutil.Truncate(strings.Join(list, " "), maxReply))
	}
	u.numeric("312", other.nick, u.s.config.Name, u.s.config.Network)
	if other.hasMode("o") {
		u.numeric("313", other.nick, "is an IRC operator")
	}
	if other.account != "" {
		u.numeric("330", other.nick, other.account, "is logged in as")
	}
	if other.away != "" {
		u.numeric("301", other.nick, other.away)
	}
	if other.client != nil && other.client.TLS != nil {
		u.numeric("671", other.nick, "is using a secure connection")
	}
	if other.client != nil {
		idle := int64(u.s.k.Now().Sub(other.spoke) / time.Second)
		u.numeric("317", other.nick, strconv.FormatInt(idle, 10), strconv.FormatInt(other.connected.Unix(), 10), "seconds idle, signon time")
	}
}

func (u *user) isOn(m *Message) {
	var on []string
	for _, nick := range strings.Fields(strings.Join(m.Params, " ")) {
		if other := u.s.user(nick); other != nil {
			on = append(on, other.nick)
		}
	}
	u.numeric("303", strings.Join(on, " "))
}

func (u *user) userHost(m *Message) {
	var list []string
	for _, nick := range m.Params[:min(len(m.Params), 5)] {
		if other := u.s.user(nick); other != nil {
			star, here := "", "+"
			if other.hasMode("o") {
				star = "*"
			}
			if other.away != "" {
				here = "-"
			}
			list = append(list, other.nick+star+"="+here+other.name+"@"+other.host)
		}
	}
	u.numeric("302", strings.Join(list, " "))
}

func (u *user) motd() {
	if len(u.s.config.MOTD) == 0 {
		u.numeric("422", "MOTD File is missing")
		return
	}
	u.numeric("375", "- "+u.s.config.Name+" Message of the day - ")
	for _, line := range u.s.config.MOTD {
		u.numeric("372", "- "+line)
	}
	u.numeric("376", "End of MOTD command")
}

func (u *user) lusers() {
	users, operators := 0, 0
	for _, other := range u.s.users {
		if other.registered {
			users++
		}
		if other.hasMode("o") {
			operators++
		}
	}
	u.numeric("251", "There are "+itoa(users)+" users and 0 services on 1 servers")
	if operators > 0 {
		u.numeric("252", itoa(operators), "operator(s) online")
	}
	if len(u.s.channels) > 0 {
		u.numeric("254", itoa(len(u.s.channels)), "channels formed")
	}
	u.numeric("255", "I have "+itoa(users)+" users, 0 services and 0 servers")
}

func (u *user) time(*Message) {
	u.numeric("391", u.s.config.Name, u.s.k.Now().UTC().Format(time.RFC1123))
}
