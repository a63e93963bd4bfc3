package irc

import (
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// syncState is what is known of a channel, out of what the client asks when it has
// joined.
type syncState struct {
	since    time.Time
	members  bool
	modes    bool
	bans     bool
	awayPoll bool // WHO was asked for who is away
}

// askChannel asks for what the server does not say by itself.
func (s *state) askChannel(name string) {
	c := s.c
	if c.config.NoWhoJoiners && c.login.enabled["userhost-in-names"] {
		s.synced(name, &syncState{members: true}) // the names say enough
	} else {
		_ = c.Yield("who", name)
	}
	c.Mode(name)
	c.Mode(name, "b")
}

// synced notes what is known now, and reports a channel of which all is.
func (s *state) synced(name string, now *syncState) {
	ch := s.channel(name)
	if ch == nil || ch.Synced {
		return
	}
	known := &ch.sync
	known.members = known.members || now.members
	known.modes = known.modes || now.modes
	known.bans = known.bans || now.bans
	if known.members && known.modes && known.bans {
		ch.Synced = true
		s.c.EmitNext("chan_sync", ch.Name, int(s.c.k.Now().Sub(known.since)/time.Second))
		s.scheduleAwayPoll(ch)
	}
}

// syncNick asks who has joined, unless that is known.
func (s *state) syncNick(u *User, channel string) {
	if s.c.config.NoWhoJoiners || u.RealName != "" {
		s.c.EmitNext("nick_sync", u.Nick, channel)
		return
	}
	u.asked = append(u.asked, channel)
	_ = s.c.Yield("who", u.Nick)
}

// who is one line of the answer to WHO: channel, user, host, server, nick, flags,
// and hops with the real name.
func (s *state) who(ev *Event) {
	u := s.user(param(ev, 4))
	if u == nil {
		return
	}
	u.Nick, u.User, u.Host = param(ev, 4), param(ev, 1), param(ev, 2)
	flags := param(ev, 5)
	if !s.c.config.NoWhoJoiners {
		u.Server = param(ev, 3)
		u.Hops, u.RealName, _ = strings.Cut(param(ev, 6), " ")
		u.Operator = strings.Contains(flags, "*")
	}
	ch := s.channel(param(ev, 0))
	if ch == nil {
		return
	}
	m := ch.members[s.key(u.Nick)]
	if m == nil {
		return
	}
	m.modes = s.inOrder(m.modes + s.c.isupport.modesOf(flags))
	if s.c.config.AwayPoll > 0 {
		s.setAway(u, strings.HasPrefix(flags, "G"), u.AwayText, ch.sync.awayPoll)
	}
}

// endOfWho is the end of the answer for a channel or a nick.
func (s *state) endOfWho(ev *Event) {
	what := param(ev, 0)
	if ch := s.channel(what); ch != nil {
		if ch.sync.awayPoll {
			ch.sync.awayPoll = false
			s.c.EmitNext("away_sync_end", ch.Name)
			s.scheduleAwayPoll(ch)
			return
		}
		s.synced(ch.Name, &syncState{members: true})
		return
	}
	if u := s.user(what); u != nil && len(u.asked) > 0 {
		channel := u.asked[0]
		u.asked = u.asked[1:]
		s.c.EmitNext("nick_sync", u.Nick, channel)
	}
}

// names is a line of members: perhaps a mark of the channel's kind, the channel,
// and nicks with their signs.
func (s *state) names(ev *Event) {
	list := ev.List(2)
	if len(list) < 2 {
		return
	}
	ch := s.channel(list[len(list)-2])
	if ch == nil {
		return
	}
	for _, word := range words(list[len(list)-1]) {
		modes, who := s.c.isupport.splitSigns(word)
		if m := s.add(ch, ircutil.ParseSource(who)); m != nil {
			m.modes = s.inOrder(m.modes + modes)
		}
	}
}

// scheduleAwayPoll sets the timer for the next WHO.
func (s *state) scheduleAwayPoll(ch *Channel) {
	if s.c.config.AwayPoll <= 0 {
		return
	}
	_, err := s.c.k.Host().DelayFunc("irc_away", s.c.config.AwayPoll, func(kernel.Event) {
		if s.channel(ch.Name) != ch { // left since
			return
		}
		ch.sync.awayPoll = true
		s.c.Emit("away_sync_start", ch.Name)
		_ = s.c.Yield("who", ch.Name)
	})
	if err != nil {
		s.c.warn("no timer", "error", err)
	}
}
