package ircd

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/component/servertcp"
	ircfilter "github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// user is a user, registered or not, or a service.
type user struct {
	s       *Server
	client  *servertcp.Client // nil for a service
	session kernel.ID         // of the connection
	service func(m *Message)

	nick, name, host, real string
	account                string
	password               string // what PASS said
	registered             bool
	negotiating            bool      // CAP was begun and not ended
	sasl                   *exchange // AUTHENTICATE was begun
	cap302                 bool
	caps                   map[string]bool
	channels               map[string]*channel
	modes                  string
	away                   string
	connected, heard       time.Time
	spoke                  time.Time
	pinged, gone           bool
	dropped                bool // its end is on its way
	ping                   kernel.AlarmID
	reply                  *labeled // the answer to the current command
}

func (u *user) isService() bool { return u.service != nil }

func (u *user) source() string {
	return ircutil.Source{Nick: u.nick, User: u.name, Host: u.host}.String()
}

// sorted lists all users by their keys.
func (s *Server) sorted() []*user {
	list := make([]*user, 0, len(s.users))
	for _, key := range slices.Sorted(maps.Keys(s.users)) {
		list = append(list, s.users[key])
	}
	return list
}

// send sends a message from somebody: a user, or the server.
func (u *user) send(source, command string, params ...string) {
	u.deliver(&Message{Source: source, Command: command, Params: params}, nil)
}

// deliver sends a message, with the tags that the user wants.
func (u *user) deliver(m *Message, from *user) {
	if u.gone || u.dropped {
		return
	}
	if u.isService() {
		u.service(m)
		return
	}
	out := *m
	out.Tags = u.tags(m.Tags, from)
	if u.reply != nil && u.reply.hold(&out) {
		return
	}
	u.put(&out)
}

func (u *user) put(m *Message) {
	switch _, err := u.client.TryPut(m); {
	case errors.Is(err, readwrite.ErrPending):
		u.drop("SendQ exceeded")
	case err != nil:
		u.s.k.Host().Logger().Warn("ircd: a message cannot be sent", "nick", u.nick, "error", err)
	}
}

// drop takes a user off the server who does not read, behind the message that is
// being sent to others.
func (u *user) drop(why string) {
	if u.dropped {
		return
	}
	u.dropped = true
	_ = u.s.k.Host().CallFunc(u.session, "ircd_drop", func(kernel.Event) {
		_, _ = u.s.k.Host().DelayFunc("ircd_drop", 0, func(kernel.Event) {
			u.quit(why)
			u.client.GotAnError = true
			u.client.Shutdown()
		})
	})
}

// tags are the tags of a message: those of the sender, and the server's own.
func (u *user) tags(given []ircfilter.Tag, from *user) []ircfilter.Tag {
	var tags []ircfilter.Tag
	if u.caps["message-tags"] {
		tags = slices.Clone(given)
	}
	if u.caps["server-time"] {
		tags = append(tags, ircfilter.Tag{Key: "time", Value: u.s.k.Now().UTC().Format("2006-01-02T15:04:05.000Z")})
	}
	if u.caps["account-tag"] && from != nil && from.account != "" {
		tags = append(tags, ircfilter.Tag{Key: "account", Value: from.account})
	}
	return tags
}

// numeric sends a reply of three digits.
func (u *user) numeric(code string, params ...string) {
	nick := u.nick
	if nick == "" || !u.registered {
		nick = "*"
	}
	u.send(u.s.config.Name, code, append([]string{nick}, params...)...)
}

// neighbours are the users who share a channel with the user, itself left out.
func (u *user) neighbours() []*user {
	seen := map[*user]bool{u: true}
	var list []*user
	for _, key := range slices.Sorted(maps.Keys(u.channels)) {
		for _, m := range u.channels[key].sorted() {
			if !seen[m.user] {
				seen[m.user] = true
				list = append(list, m.user)
			}
		}
	}
	return list
}

// sendNeighbours sends neighbours a message from the user, those with a capability if
// one is named.
func (u *user) sendNeighbours(capability, command string, params ...string) {
	m := &Message{Source: u.source(), Command: command, Params: params}
	for _, other := range u.neighbours() {
		if capability == "" || other.caps[capability] {
			other.deliver(m, u)
		}
	}
}

// quit takes the user off the server.
func (u *user) quit(why string) {
	if u.gone {
		return
	}
	if u.registered {
		u.sendNeighbours("", "QUIT", why)
	}
	u.gone = true
	u.stopPing()
	for _, ch := range u.channels {
		ch.remove(u)
	}
	if u.nick == "" {
		u.s.unnamed--
	} else if u.s.users[u.s.key(u.nick)] == u {
		delete(u.s.users, u.s.key(u.nick))
	}
}

// end takes leave of the user and ends the connection.
func (u *user) end(why string) {
	if u.gone {
		return
	}
	if !u.isService() {
		u.put(&Message{Command: "ERROR", Params: []string{"Closing Link: " + u.host + " (" + why + ")"}})
	}
	u.quit(why)
	if u.client != nil {
		u.client.Shutdown()
	}
}

// schedulePing sets the timer after which a silent user is asked whether it is
// there.
func (u *user) schedulePing() {
	u.ping, _ = u.s.k.Host().DelayFunc("ircd_ping", u.s.config.PingInterval, func(kernel.Event) {
		u.ping = 0
		silent := u.s.k.Now().Sub(u.heard) >= u.s.config.PingInterval
		switch {
		case u.gone:
			return
		case silent && u.pinged:
			u.end("Ping timeout")
			return
		case silent && u.registered:
			u.pinged = true
			u.put(&Message{Command: "PING", Params: []string{u.s.config.Name}})
		}
		u.schedulePing()
	})
}

// stopPing removes the timer, which belongs to the connection's session.
func (u *user) stopPing() {
	if u.ping == 0 {
		return
	}
	_ = u.s.k.Host().CallFunc(u.session, "ircd_ping", func(e kernel.Event) { _, _ = e.AlarmRemove(u.ping) })
	u.ping = 0
}

// hasMode reports whether the user has a mode.
func (u *user) hasMode(mode string) bool { return strings.Contains(u.modes, mode) }
