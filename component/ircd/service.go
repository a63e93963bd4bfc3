package ircd

import (
	"fmt"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// Service is a user that is part of the program. Its methods belong to the kernel's
// goroutine.
//
// POE: add_spoofed_nick and the commands daemon_cmd_*.
type Service struct{ u *user }

// AddService adds a user of whom every message goes to a function, in the session
// of the one who has sent it; nil ignores them.
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

// Do runs a command as the service: Do("JOIN", "#poe"), Do("PRIVMSG", nick, text).
// Replies go to the service's function.
func (v *Service) Do(command string, params ...string) {
	if !v.u.gone {
		v.u.handle(&Message{Command: command, Params: params})
	}
}

// Remove takes the service off the server.
func (v *Service) Remove(why string) { v.u.quit(why) }

// LogIn makes a user be logged in to an account, as a NickServ does; an empty one
// logs out. It reports whether there is such a user.
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
	u.tell("account-notify", "ACCOUNT", shown)
	return true
}

// SetHost changes the host that others see of a user.
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
