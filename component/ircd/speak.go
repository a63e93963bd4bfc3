package ircd

import (
	"slices"
	"strings"

	ircfilter "github.com/gopoe/poe/filter/irc"
)

// maxTargets is how many targets a message may have.
const maxTargets = 8

// speak handles PRIVMSG, NOTICE and TAGMSG. A NOTICE is never answered.
func (u *user) speak(m *Message) {
	command := strings.ToUpper(m.Command)
	answer := func(code string, params ...string) {
		if command == "PRIVMSG" {
			u.numeric(code, params...)
		}
	}
	switch {
	case m.Param(0) == "":
		answer("411", "No recipient given ("+command+")")
		return
	case command != "TAGMSG" && m.Param(1) == "":
		answer("412", "No text to send")
		return
	}
	u.spoke = u.s.k.Now()
	targets := strings.Split(m.Param(0), ",")
	for _, target := range targets[:min(len(targets), maxTargets)] {
		u.speakTo(command, target, m, answer)
	}
}

func (u *user) speakTo(command, target string, m *Message, answer func(string, ...string)) {
	name := strings.TrimLeft(target, "@%+")
	if ch := u.s.channel(name); ch != nil {
		if !ch.maySpeak(u) {
			answer("404", target, "Cannot send to channel")
			return
		}
		u.relay(command, target, m, ch.listeners(u, target[:len(target)-len(name)]))
		return
	}
	other := u.s.user(target)
	if other == nil {
		answer("401", target, "No such nick/channel")
		return
	}
	if other.away != "" && command == "PRIVMSG" {
		u.numeric("301", other.nick, other.away)
	}
	u.relay(command, other.nick, m, []*user{other})
}

// listeners are the members of a channel who get a message, all or those with a
// sign.
func (ch *channel) listeners(from *user, sign string) []*user {
	wanted := map[string]string{"@": "o", "%": "oh", "+": "ohv"}[sign]
	var list []*user
	for _, m := range ch.sorted() {
		if m.user != from && (wanted == "" || strings.ContainsAny(m.modes, wanted)) {
			list = append(list, m.user)
		}
	}
	return list
}

// relay passes a message on to users, and back to its sender with echo-message.
func (u *user) relay(command, target string, m *Message, to []*user) {
	out := &Message{Source: u.source(), Command: command, Params: append([]string{target}, m.Params[1:]...), Tags: clientTags(m.Tags)}
	for _, other := range to {
		if command != "TAGMSG" || other.caps["message-tags"] {
			other.deliver(out, u)
		}
	}
	if u.caps["echo-message"] && !slices.Contains(to, u) {
		u.deliver(out, u)
	}
}

// clientTags are the tags that users may send to each other.
func clientTags(tags []ircfilter.Tag) []ircfilter.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t ircfilter.Tag) bool { return !strings.HasPrefix(t.Key, "+") })
}

func (u *user) setAway(m *Message) {
	if u.away = m.Param(0); u.away == "" {
		u.numeric("305", "You are no longer marked as being away")
		u.sendNeighbours("away-notify", "AWAY")
		return
	}
	u.numeric("306", "You have been marked as being away")
	u.sendNeighbours("away-notify", "AWAY", u.away)
}

func (u *user) setName(m *Message) {
	u.real = m.Param(0)
	if u.caps["setname"] {
		u.send(u.source(), "SETNAME", u.real)
	}
	u.sendNeighbours("setname", "SETNAME", u.real)
}
