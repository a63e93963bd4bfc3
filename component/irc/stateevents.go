package irc

import (
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// handle updates the state with an event, and adds to its arguments.
func (s *state) handle(ev *Event) {
	if f := stateEvents[ev.Name]; f != nil {
		f(s, ev)
	}
}

var stateEvents = map[string]func(*state, *Event){
	"001":          (*state).welcome,
	"disconnected": (*state).lastWords,
	"error":        (*state).lastWords,
	"socketerr":    (*state).lastWords,
	"join":         (*state).join,
	"part":         (*state).part,
	"quit":         (*state).quit,
	"kick":         (*state).kick,
	"nick":         (*state).nick,
	"mode":         (*state).mode,
	"chan_mode":    (*state).chanMode,
	"topic":        (*state).topic,
	"account":      func(s *state, ev *Event) { s.change(ev, func(u *User) { u.Account = account(ev.Text(1)) }) },
	"setname":      func(s *state, ev *Event) { s.change(ev, func(u *User) { u.RealName = ev.Text(1) }) },
	"chghost":      func(s *state, ev *Event) { s.change(ev, func(u *User) { u.User, u.Host = ev.Text(1), ev.Text(2) }) },
	"away":         (*state).awayNotify,
	"public":       (*state).speaks,
	"msg":          (*state).speaks,
	"221":          func(s *state, ev *Event) { s.modes = strings.TrimPrefix(param(ev, 0), "+") },
	"305":          func(s *state, _ *Event) { s.away = false },
	"306":          func(s *state, _ *Event) { s.away = true },
	"315":          (*state).endOfWho,
	"324":          (*state).channelModes,
	"328":          (*state).channelURL,
	"329":          (*state).created,
	"332":          (*state).topicText,
	"333":          (*state).topicWho,
	"346":          func(s *state, ev *Event) { s.listEntry(ev, s.c.isupport.listMode("INVEX", "I")) },
	"347":          func(s *state, ev *Event) { s.c.EmitNext("chan_sync_invex", param(ev, 0)) },
	"348":          func(s *state, ev *Event) { s.listEntry(ev, s.c.isupport.listMode("EXCEPTS", "e")) },
	"349":          func(s *state, ev *Event) { s.c.EmitNext("chan_sync_excepts", param(ev, 0)) },
	"352":          (*state).who,
	"353":          (*state).names,
	"367":          func(s *state, ev *Event) { s.listEntry(ev, "b") },
	"368":          func(s *state, ev *Event) { s.synced(param(ev, 0), &syncState{bans: true}) },
	"482":          func(s *state, ev *Event) { s.synced(param(ev, 0), &syncState{bans: true}) }, // the server shows bans to operators alone
}

func (s *state) welcome(*Event) {
	s.clear()
	s.c.Mode(s.c.nick)
}

// lastWords adds the client's own user and its channels.
func (s *state) lastWords(ev *Event) {
	u := s.user(s.c.nick)
	if u == nil {
		u = &User{Nick: s.c.nick}
	}
	ev.Args = append(ev.Args, u, s.c.Channels())
	if ev.Name == "disconnected" {
		s.clear()
	}
}

func (s *state) join(ev *Event) {
	who := ircutil.ParseSource(ev.Text(0))
	name := ev.Text(1)
	me := s.c.IsMe(who.Nick)
	ch := s.channel(name)
	if me {
		ch = s.addChannel(name)
	}
	if ch == nil {
		return
	}
	m := s.add(ch, who)
	if m == nil {
		return
	}
	if len(ev.Args) > 3 { // extended-join
		m.user.Account, m.user.RealName = account(ev.Text(2)), ev.Text(3)
	}
	if me {
		s.askChannel(name)
		return
	}
	s.syncNick(m.user, name)
}

// account is an account's name, "" for the mark that there is none.
func account(name string) string {
	if name == "*" || name == "0" {
		return ""
	}
	return name
}

func (s *state) part(ev *Event) { s.leaves(ev.Text(1), ircutil.ParseSource(ev.Text(0)).Nick) }

// leaves takes a user, or the client, off a channel.
func (s *state) leaves(channel, nick string) {
	if s.c.IsMe(nick) {
		s.removeChannel(channel)
	} else if ch := s.channel(channel); ch != nil {
		s.removeMember(ch, nick)
	}
}

func (s *state) kick(ev *Event) {
	for len(ev.Args) < 4 {
		ev.Args = append(ev.Args, "")
	}
	ev.Args = append(ev.Args, s.longForm(ev.Text(2)))
	s.leaves(ev.Text(1), ev.Text(2))
}

func (s *state) quit(ev *Event) {
	nick := ircutil.ParseSource(ev.Text(0)).Nick
	for len(ev.Args) < 2 {
		ev.Args = append(ev.Args, "")
	}
	ev.Args = append(ev.Args, s.common(nick))
	if !s.c.IsMe(nick) {
		s.removeUser(nick)
	}
}

func (s *state) nick(ev *Event) {
	nick := ircutil.ParseSource(ev.Text(0)).Nick
	ev.Args = append(ev.Args, s.common(nick))
	s.rename(nick, ev.Text(1))
}

func (s *state) topic(ev *Event) {
	var old *Topic
	if ch := s.channel(ev.Text(1)); ch != nil {
		before := ch.Topic
		old = &before
		ch.Topic = Topic{Text: ev.Text(2), SetBy: ev.Text(0), SetAt: s.c.k.Now()}
	}
	for len(ev.Args) < 3 {
		ev.Args = append(ev.Args, "")
	}
	ev.Args = append(ev.Args, old)
}

// change changes a user who is known.
func (s *state) change(ev *Event, f func(*User)) {
	if u := s.user(ircutil.ParseSource(ev.Text(0)).Nick); u != nil {
		f(u)
	}
}

// speaks learns the account of the sender of a message.
func (s *state) speaks(ev *Event) {
	if ev.Message == nil {
		return
	}
	if name, ok := ev.Message.Tag("account"); ok {
		s.change(ev, func(u *User) { u.Account = name })
	}
}

func (s *state) awayNotify(ev *Event) {
	nick := ircutil.ParseSource(ev.Text(0)).Nick
	if u := s.user(nick); u != nil {
		s.setAway(u, ev.Text(1) != "", ev.Text(1), true)
	}
}

// setAway notes that a user is away, or back, and reports a change.
func (s *state) setAway(u *User, away bool, text string, report bool) {
	if u.Away != away && report && !s.c.IsMe(u.Nick) {
		event := "user_back"
		if away {
			event = "user_away"
		}
		s.c.EmitNext(event, u.Nick, s.common(u.Nick))
	}
	u.Away, u.AwayText = away, text
}
