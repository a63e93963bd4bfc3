package ircd

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// channel is a channel. It is there while it has members.
type channel struct {
	s       *Server
	name    string
	created time.Time
	topic   string
	topicBy string
	topicAt time.Time
	flags   string // the modes without an argument
	key     string
	limit   int
	lists   map[byte][]entry // of the modes b, e and I
	members map[*user]*member
	invited map[*user]bool
}

type entry struct {
	mask, by string
	at       time.Time
}

// member is a user on a channel with the modes it has there, "ov".
type member struct {
	user  *user
	modes string
	since int // for the order of names
}

func (s *Server) newChannel(name string) *channel {
	ch := &channel{
		s: s, name: name, created: s.k.Now(), flags: "nt",
		lists: map[byte][]entry{}, members: map[*user]*member{}, invited: map[*user]bool{},
	}
	s.channels[s.key(name)] = ch
	return ch
}

// sorted lists the members in the order in which they have come.
func (ch *channel) sorted() []*member {
	return slices.SortedFunc(maps.Values(ch.members), func(a, b *member) int { return a.since - b.since })
}

func (ch *channel) add(u *user, modes string) {
	since := 0
	for _, m := range ch.members {
		since = max(since, m.since+1)
	}
	ch.members[u] = &member{user: u, modes: modes, since: since}
	u.channels[ch.s.key(ch.name)] = ch
	delete(ch.invited, u)
}

func (ch *channel) remove(u *user) {
	delete(ch.members, u)
	delete(ch.invited, u)
	delete(u.channels, ch.s.key(ch.name))
	if len(ch.members) == 0 {
		delete(ch.s.channels, ch.s.key(ch.name))
	}
}

// send sends all members a message, but for one of them, who may be nil.
func (ch *channel) send(from *user, but *user, command string, params ...string) {
	m := &Message{Source: from.source(), Command: command, Params: params}
	for _, member := range ch.sorted() {
		if member.user != but {
			member.user.deliver(m, from)
		}
	}
}

func (ch *channel) has(u *user, modes string) bool {
	m := ch.members[u]
	return m != nil && strings.ContainsAny(m.modes, modes)
}

// may reports whether a user may change the channel.
func (ch *channel) may(u *user) bool { return u.isService() || ch.has(u, "oh") || u.hasMode("o") }

func (ch *channel) is(flag string) bool { return strings.Contains(ch.flags, flag) }

// matches reports whether a list has a mask of the user.
func (ch *channel) matches(list byte, u *user) bool {
	return slices.ContainsFunc(ch.lists[list], func(e entry) bool { return ircutil.MatchMask(e.mask, u.source(), ch.s.casemap) })
}

func (ch *channel) banned(u *user) bool { return ch.matches('b', u) && !ch.matches('e', u) }

// maySpeak reports whether a user may send to the channel.
func (ch *channel) maySpeak(u *user) bool {
	switch {
	case u.isService() || ch.has(u, "ohv"):
		return true
	case ch.members[u] == nil && ch.is("n"), ch.is("m"), ch.banned(u):
		return false
	}
	return true
}

// signs are the signs of a member, one or all of them.
func signs(modes string, all bool) string {
	out := ""
	for i, mode := range "ohv" {
		if strings.ContainsRune(modes, mode) {
			if out += "@%+"[i : i+1]; !all {
				break
			}
		}
	}
	return out
}

// modeLine are the channel's modes with their arguments, which members alone see.
func (ch *channel) modeLine(u *user) []string {
	line := "+" + ch.flags
	var args []string
	if ch.key != "" {
		line += "k"
		args = append(args, ch.key)
	}
	if ch.limit > 0 {
		line += "l"
		args = append(args, itoa(ch.limit))
	}
	if ch.members[u] == nil {
		args = nil
	}
	return append([]string{line}, args...)
}
