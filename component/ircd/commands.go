package ircd

import (
	"slices"
	"strings"

	ircfilter "github.com/gopoe/poe/filter/irc"
)

// A command is what a user may ask for: how many parameters it needs, whether only
// registered users may, and what it does.
type command struct {
	need  int
	early bool // before the user is registered, too
	run   func(u *user, m *Message)
}

var commands map[string]command

func init() {
	commands = map[string]command{
		"CAP":          {1, true, (*user).capability},
		"AUTHENTICATE": {1, true, (*user).authenticate},
		"WEBIRC":       {4, true, (*user).webIRC},
		"PASS":         {1, true, (*user).pass},
		"NICK":         {0, true, (*user).setNick},
		"USER":         {0, true, (*user).setUser},
		"QUIT":         {0, true, func(u *user, m *Message) { u.end(strings.TrimSpace("Quit: " + m.Param(0))) }},
		"PING":         {1, true, func(u *user, m *Message) { u.send(u.s.config.Name, "PONG", u.s.config.Name, m.Param(0)) }},
		"PONG":         {0, true, func(*user, *Message) {}},
		"JOIN":         {1, false, (*user).join},
		"PART":         {1, false, (*user).part},
		"PRIVMSG":      {0, false, (*user).speak},
		"NOTICE":       {0, false, (*user).speak},
		"TAGMSG":       {1, false, (*user).speak},
		"TOPIC":        {1, false, (*user).topic},
		"MODE":         {1, false, (*user).mode},
		"KICK":         {2, false, (*user).kick},
		"INVITE":       {2, false, (*user).invite},
		"NAMES":        {0, false, (*user).names},
		"LIST":         {0, false, (*user).list},
		"WHO":          {0, false, (*user).who},
		"WHOIS":        {1, false, (*user).whois},
		"AWAY":         {0, false, (*user).setAway},
		"SETNAME":      {1, false, (*user).setName},
		"ISON":         {1, false, (*user).isOn},
		"USERHOST":     {1, false, (*user).userHost},
		"MOTD":         {0, false, func(u *user, _ *Message) { u.motd() }},
		"LUSERS":       {0, false, func(u *user, _ *Message) { u.lusers() }},
		"VERSION":      {0, false, func(u *user, _ *Message) { u.numeric("351", version, u.s.config.Name, "") }},
		"TIME":         {0, false, (*user).time},
		"OPER":         {2, false, (*user).oper},
		"KILL":         {2, false, (*user).kill},
		"NICKSERV":     {1, false, (*user).nickServ},
		"NS":           {1, false, (*user).nickServ},
	}
}

// handle does what a message asks for.
func (u *user) handle(m *Message) {
	if label, ok := m.Tag("label"); ok && u.caps["labeled-response"] && label != "" {
		u.reply = &labeled{label: label}
		defer func() { reply := u.reply; u.reply = nil; u.answer(reply) }()
	}
	name := strings.ToUpper(m.Command)
	what, ok := commands[name]
	switch {
	case !ok && !u.registered:
		u.numeric("451", "You have not registered")
	case !ok:
		u.numeric("421", m.Command, "Unknown command")
	case !u.registered && !what.early:
		u.numeric("451", "You have not registered")
	case len(m.Params) < what.need:
		u.numeric("461", name, "Not enough parameters")
	default:
		what.run(u, m)
	}
}

// labeled gathers the answer to a command that has a label.
type labeled struct {
	label    string
	messages []*Message
}

func (l *labeled) hold(m *Message) bool {
	l.messages = append(l.messages, m)
	return true
}

// answer sends a labeled answer: nothing to say, one message, or a batch.
func (u *user) answer(l *labeled) {
	if u.gone {
		return
	}
	tag := ircfilter.Tag{Key: "label", Value: l.label}
	switch {
	case len(l.messages) == 0:
		u.put(&Message{Source: u.s.config.Name, Command: "ACK", Tags: []ircfilter.Tag{tag}})
	case len(l.messages) == 1 || !u.caps["batch"]:
		l.messages[0].Tags = append(slices.Clone(l.messages[0].Tags), tag)
		for _, m := range l.messages {
			u.put(m)
		}
	default:
		u.s.batches++
		name := "b" + itoa(u.s.batches)
		u.put(&Message{Source: u.s.config.Name, Command: "BATCH", Params: []string{"+" + name, "labeled-response"}, Tags: []ircfilter.Tag{tag}})
		for _, m := range l.messages {
			m.Tags = append(slices.Clone(m.Tags), ircfilter.Tag{Key: "batch", Value: name})
			u.put(m)
		}
		u.put(&Message{Source: u.s.config.Name, Command: "BATCH", Params: []string{"-" + name}})
	}
}

func (u *user) pass(m *Message) {
	if u.registered {
		u.numeric("462", "You may not reregister")
		return
	}
	u.password = m.Param(0)
}

func (u *user) oper(m *Message) {
	if want, ok := u.s.config.Operators[m.Param(0)]; !ok || want == "" || !sameSecret(want, m.Param(1)) {
		u.numeric("464", "Password incorrect")
		return
	}
	u.numeric("381", "You are now an IRC operator")
	if !u.hasMode("o") {
		u.modes += "o"
		u.send(u.nick, "MODE", u.nick, "+o")
	}
}

func (u *user) kill(m *Message) {
	if !u.hasMode("o") {
		u.numeric("481", "Permission Denied- You're not an IRC operator")
		return
	}
	victim := u.s.user(m.Param(0))
	switch {
	case victim == nil:
		u.numeric("401", m.Param(0), "No such nick/channel")
	case victim.isService():
		u.numeric("483", "You can't kill a service")
	default:
		victim.end("Killed (" + u.nick + " (" + m.Param(1) + "))")
	}
}

func (u *user) nickServ(m *Message) {
	u.speak(&Message{Command: "PRIVMSG", Params: []string{"NickServ", strings.Join(m.Params, " ")}})
}
