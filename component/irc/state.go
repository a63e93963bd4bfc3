package irc

import (
	"slices"
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// state is what the client knows of channels and users, by their names in lower
// case.
type state struct {
	c        *Client
	channels map[string]*Channel
	users    map[string]*User
	members  int // in all channels
	modes    string
	away     bool
	limited  bool // the event state_limit was sent
}

// Channel is a channel that the client is on, see Client.Channel. It belongs to
// the kernel's goroutine. The client updates it until it leaves the channel.
type Channel struct {
	Name    string
	Topic   Topic
	Created time.Time // zero if the server has not said
	URL     string
	Synced  bool // members, modes and bans are known

	modes   map[byte]string            // with their arguments
	lists   map[byte]map[string]*Entry // by the list's mode and the mask
	members map[string]*member
	sync    syncState
}

// Topic is a channel's topic.
type Topic struct {
	Text  string
	SetBy string // nick!user@host or a nick, as the server has sent it
	SetAt time.Time
}

// Entry is an entry of a list of a channel, a ban for example.
type Entry struct {
	SetBy string
	SetAt time.Time
}

// User is a user on one of the client's channels, see Client.User.
type User struct {
	Nick, User, Host string
	RealName, Server string
	Hops             string
	Account          string
	Operator         bool // of the network
	Away             bool
	AwayText         string

	channels map[string]*Channel
	asked    []string // channels for which WHO was asked
}

// member is a user on a channel.
type member struct {
	user  *User
	modes string // in the server's order, the highest first
}

func newState(c *Client) *state {
	s := &state{c: c}
	s.clear()
	return s
}

func (s *state) clear() {
	s.channels, s.users = map[string]*Channel{}, map[string]*User{}
	s.members, s.modes, s.away = 0, "", false
}

func (s *state) key(name string) string { return s.c.Casemapping().Lower(name) }

func (s *state) channel(name string) *Channel { return s.channels[s.key(name)] }

func (s *state) user(nick string) *User { return s.users[s.key(nick)] }

// limit reports once that there is more than the client follows.
func (s *state) limit(what string) {
	if !s.limited {
		s.limited = true
		s.c.warn("there is more than is followed", "limit", what)
		s.c.Emit("state_limit", what)
	}
}

// addChannel begins to follow a channel; nil if there are too many.
func (s *state) addChannel(name string) *Channel {
	s.removeChannel(name)
	if len(s.channels) >= s.c.config.Limits.Channels {
		s.limit("Channels")
		return nil
	}
	ch := &Channel{Name: name, modes: map[byte]string{}, lists: map[byte]map[string]*Entry{}, members: map[string]*member{}}
	ch.sync.since = s.c.k.Now()
	s.channels[s.key(name)] = ch
	return ch
}

// removeChannel forgets a channel and those users who are on no other.
func (s *state) removeChannel(name string) {
	ch := s.channel(name)
	if ch == nil {
		return
	}
	for _, m := range ch.members {
		s.removeMember(ch, m.user.Nick)
	}
	delete(s.channels, s.key(name))
}

// add puts a user on a channel and returns the membership, nil if there are too
// many.
func (s *state) add(ch *Channel, who ircutil.Source) *member {
	key := s.key(who.Nick)
	m := ch.members[key]
	if m == nil {
		if s.members >= s.c.config.Limits.Members {
			s.limit("Members")
			return nil
		}
		u := s.users[key]
		if u == nil {
			u = &User{Nick: who.Nick, channels: map[string]*Channel{}}
			s.users[key] = u
		}
		m = &member{user: u}
		ch.members[key], u.channels[s.key(ch.Name)] = m, ch
		s.members++
	}
	m.user.Nick = who.Nick
	if who.User != "" || who.Host != "" {
		m.user.User, m.user.Host = who.User, who.Host
	}
	return m
}

// removeMember takes a user off a channel.
func (s *state) removeMember(ch *Channel, nick string) {
	key := s.key(nick)
	m := ch.members[key]
	if m == nil {
		return
	}
	delete(ch.members, key)
	s.members--
	delete(m.user.channels, s.key(ch.Name))
	if len(m.user.channels) == 0 {
		delete(s.users, key)
	}
}

// removeUser takes a user off all channels.
func (s *state) removeUser(nick string) {
	if u := s.user(nick); u != nil {
		for _, ch := range u.channels {
			s.removeMember(ch, nick)
		}
	}
}

// rename gives a user another nick.
func (s *state) rename(from, to string) {
	u := s.user(from)
	if u == nil {
		return
	}
	if s.key(from) != s.key(to) {
		s.removeUser(to) // someone of whom the server has told nothing more
	}
	u.Nick = to
	delete(s.users, s.key(from))
	s.users[s.key(to)] = u
	for _, ch := range u.channels {
		m := ch.members[s.key(from)]
		delete(ch.members, s.key(from))
		ch.members[s.key(to)] = m
	}
}

// common lists the channels on which a user is, sorted.
func (s *state) common(nick string) []string {
	names := []string{}
	if u := s.user(nick); u != nil {
		for _, ch := range u.channels {
			names = append(names, ch.Name)
		}
	}
	slices.Sort(names)
	return names
}

// longForm returns nick!user@host, "" if it is not known.
func (s *state) longForm(nick string) string {
	u := s.user(nick)
	if u == nil || u.User == "" && u.Host == "" {
		return ""
	}
	return ircutil.Source{Nick: u.Nick, User: u.User, Host: u.Host}.String()
}
