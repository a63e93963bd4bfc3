package ircd

import (
	"fmt"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// Service is a user that is a part of the program. Its methods belong to the
// kernel's goroutine.
//
// POE: add_spoofed_nick and the commands daemon_cmd_*.
type Service struct{ u *user }

// AddService adds a user whose messages are passed to the function heard, which
// runs in the session of their sender; if heard is nil, they are dropped. If
// the nick is invalid or in use, the error wraps kernel.ErrInvalid.
func (s *Server) AddService(nick string, heard func(from ircutil.Source, m *Message)) (*Service, error) {
	if !ircutil.ValidNick(nick) || s.users[s.key(nick)] != nil {
		return nil, fmt.Errorf("ircd: service %q: %w", nick, kernel.ErrInvalid)
	}
	u := &user{s: s, nick: nick, name: nick, host: s.config.Name, real: nick, registered: true, caps: map[string]bool{}, channels: map[string]*channel{}, connected: s.k.Now()}
	u.service = func(m *Message) {
		if heard != nil {
			heard(ircutil.ParseSource(m.Source), m)
		}
	}
	s.users[s.key(nick)] = u
	return &Service{u}, nil
}

// Do runs a command as the service: Do("JOIN", "#poe"), Do("PRIVMSG", nick,
// text). Replies are passed to the service's function. After Remove it does
// nothing.
func (v *Service) Do(command string, params ...string) {
	if !v.u.gone {
		v.u.handle(&Message{Command: command, Params: params})
	}
}

// Remove removes the service from the server; why is the message of its QUIT.
func (v *Service) Remove(why string) { v.u.quit(why) }

// LogIn logs a user in to an account, as a NickServ does; an empty account logs
// out. It reports whether there is such a user.
func (s *Server) LogIn(nick, account string) bool {
	u := s.user(nick)
	if u == nil {
		return false
	}
	u.account = account
	shown := account
	if shown == "" {
		shown = "*"
		u.numeric("901", u.source(), "You are now logged out")
	} else {
		u.numeric("900", u.source(), account, "You are now logged in as "+account)
	}
	u.sendNeighbours("account-notify", "ACCOUNT", shown)
	return true
}

// SetHost changes the user name and the host of a user as others see them, and
// notifies those with the capability chghost. It reports whether there is such
// a user.
func (s *Server) SetHost(nick, name, host string) bool {
	u := s.user(nick)
	if u == nil {
		return false
	}
	change := &Message{Source: u.source(), Command: "CHGHOST", Params: []string{name, host}}
	for _, other := range append([]*user{u}, u.neighbours()...) {
		if other.caps["chghost"] {
			other.deliver(change, u)
		}
	}
	u.name, u.host = name, host
	return true
}
