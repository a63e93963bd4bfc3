package ircd

import (
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
)

func (u *user) join(m *Message) {
	if m.Param(0) == "0" {
		for _, ch := range u.joined() {
			u.leave(ch, "")
		}
		return
	}
	keys := strings.Split(m.Param(1), ",")
	for i, name := range strings.Split(m.Param(0), ",") {
		key := ""
		if i < len(keys) {
			key = keys[i]
		}
		u.joinOne(name, key)
	}
}

func (u *user) joinOne(name, key string) {
	l := &u.s.config.Limits
	ch := u.s.channel(name)
	switch {
	case !ircutil.ValidChannel(name, "") || len(name) > l.Channel || len(name) < 2:
		u.numeric("403", name, "No such channel")
	case ch != nil && ch.members[u] != nil:
	case len(u.channels) >= l.Channels:
		u.numeric("405", name, "You have joined too many channels")
	case ch != nil && !u.mayJoin(ch, key):
	default:
		modes := ""
		if ch == nil {
			ch, modes = u.s.newChannel(name), "o"
		}
		u.enter(ch, modes)
	}
}

// mayJoin reports whether a channel is open to the user, and says why not.
func (u *user) mayJoin(ch *channel, key string) bool {
	refuse := func(code, why string) bool {
		u.numeric(code, ch.name, "Cannot join channel ("+why+")")
		return false
	}
	invited := ch.invited[u]
	switch {
	case ch.banned(u) && !invited:
		return refuse("474", "+b")
	case ch.is("i") && !invited && !ch.matches('I', u):
		return refuse("473", "+i")
	case ch.key != "" && key != ch.key && !invited:
		return refuse("475", "+k")
	case ch.limit > 0 && len(ch.members) >= ch.limit && !invited:
		return refuse("471", "+l")
	}
	return true
}

// enter puts the user on a channel.
func (u *user) enter(ch *channel, modes string) {
	ch.add(u, modes)
	plain := &Message{Source: u.source(), Command: "JOIN", Params: []string{ch.name}}
	account := u.account
	if account == "" {
		account = "*"
	}
	extended := &Message{Source: u.source(), Command: "JOIN", Params: []string{ch.name, account, u.real}}
	for _, m := range ch.sorted() {
		if m.user.caps["extended-join"] {
			m.user.deliver(extended, u)
		} else {
			m.user.deliver(plain, u)
		}
		if m.user != u && u.away != "" && m.user.caps["away-notify"] {
			m.user.send(u.source(), "AWAY", u.away)
		}
	}
	if ch.topic != "" {
		u.sendTopic(ch)
	}
	u.sendNames(ch)
}

func (u *user) part(m *Message) {
	for name := range strings.SplitSeq(m.Param(0), ",") {
		ch := u.s.channel(name)
		switch {
		case ch == nil:
			u.numeric("403", name, "No such channel")
		case ch.members[u] == nil:
			u.numeric("442", name, "You're not on that channel")
		default:
			u.leave(ch, m.Param(1))
		}
	}
}

func (u *user) leave(ch *channel, why string) {
	params := []string{ch.name}
	if why != "" {
		params = append(params, why)
	}
	ch.send(u, nil, "PART", params...)
	ch.remove(u)
}

func (u *user) kick(m *Message) {
	ch, victim := u.s.channel(m.Param(0)), u.s.user(m.Param(1))
	why := ircutil.Truncate(m.Param(2), u.s.config.Limits.Text)
	if why == "" {
		why = u.nick
	}
	switch {
	case ch == nil:
		u.numeric("403", m.Param(0), "No such channel")
	case ch.members[u] == nil && !u.isService():
		u.numeric("442", ch.name, "You're not on that channel")
	case !ch.may(u):
		u.numeric("482", ch.name, "You're not channel operator")
	case victim == nil || ch.members[victim] == nil:
		u.numeric("441", m.Param(1), ch.name, "They aren't on that channel")
	default:
		ch.send(u, nil, "KICK", ch.name, victim.nick, why)
		ch.remove(victim)
	}
}

func (u *user) invite(m *Message) {
	other, ch := u.s.user(m.Param(0)), u.s.channel(m.Param(1))
	switch {
	case other == nil:
		u.numeric("401", m.Param(0), "No such nick/channel")
	case ch == nil || ch.members[u] == nil:
		u.numeric("442", m.Param(1), "You're not on that channel")
	case ch.members[other] != nil:
		u.numeric("443", other.nick, ch.name, "is already on channel")
	case ch.is("i") && !ch.may(u):
		u.numeric("482", ch.name, "You're not channel operator")
	default:
		if len(ch.invited) < u.s.config.Limits.Users {
			ch.invited[other] = true
		}
		u.numeric("341", other.nick, ch.name)
		other.send(u.source(), "INVITE", other.nick, ch.name)
	}
}

func (u *user) topic(m *Message) {
	ch := u.s.channel(m.Param(0))
	switch {
	case ch == nil:
		u.numeric("403", m.Param(0), "No such channel")
	case ch.members[u] == nil && !u.isService():
		u.numeric("442", ch.name, "You're not on that channel")
	case len(m.Params) == 1 && ch.topic == "":
		u.numeric("331", ch.name, "No topic is set")
	case len(m.Params) == 1:
		u.sendTopic(ch)
	case ch.is("t") && !ch.may(u):
		u.numeric("482", ch.name, "You're not channel operator")
	default:
		ch.topic = ircutil.Truncate(m.Param(1), u.s.config.Limits.Text)
		ch.topicBy, ch.topicAt = u.source(), u.s.k.Now()
		ch.send(u, nil, "TOPIC", ch.name, ch.topic)
	}
}

func (u *user) sendTopic(ch *channel) {
	u.numeric("332", ch.name, ch.topic)
	u.numeric("333", ch.name, ch.topicBy, itoa(int(ch.topicAt.Unix())))
}

// joined lists the user's channels by name.
func (u *user) joined() []*channel { return sortedChannels(u.channels) }
