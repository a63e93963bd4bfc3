package ircutil

import (
	"strings"

	"github.com/gopoe/poe/filter/irc"
)

// Source is the source of a message: a user, or a server, which has only a
// Nick.
type Source struct{ Nick, User, Host string }

// ParseSource parses nick!user@host; missing parts are empty. POE: parse_user.
func ParseSource(text string) Source {
	nick, user, host := irc.SplitSource(text)
	return Source{nick, user, host}
}

// String returns nick!user@host, or the nick alone.
func (s Source) String() string {
	if s.User == "" && s.Host == "" {
		return s.Nick
	}
	return s.Nick + "!" + s.User + "@" + s.Host
}

// ValidNick reports whether nick is a nick that RFC 2812 permits, apart from
// its length. POE: is_valid_nick_name.
func ValidNick(nick string) bool {
	for i, c := range []byte(nick) {
		letter := c >= 'A' && c <= '}' // the letters and []\`_^{}|
		if !letter && (i == 0 || !isDigit(c) && c != '-') {
			return false
		}
	}
	return nick != ""
}

// ValidChannel reports whether name is a channel name that RFC 2812 permits.
// types are the characters with which it may begin; if empty, they are "#&".
// POE: is_valid_chan_name.
func ValidChannel(name, types string) bool {
	if types == "" {
		types = "#&"
	}
	return name != "" && len(name) <= 200 && strings.IndexByte(types, name[0]) >= 0 && !strings.ContainsAny(name, " ,\a\r\n\x00:")
}
