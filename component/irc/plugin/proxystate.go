package plugin

import (
	"maps"
	"slices"
	"strings"

	"github.com/gopoe/poe/component/irc"
)

func upper(command string) string { return strings.ToUpper(command) }

// admit lets a program in that has said who it is, if the password was right, and
// tells it where the client is.
func (p *Proxy) admit(u *proxyUser) {
	if !u.pass {
		u.over = true
		u.put(&irc.Message{Command: "ERROR", Params: []string{"Closing Link: wrong password"}})
		u.client.Shutdown()
		return
	}
	u.authed = true
	u.client.LoggedIn()
	for _, m := range p.welcome {
		again := *m
		again.Tags = nil
		again.Params = append([]string{p.c.Nick()}, m.Params[min(1, len(m.Params)):]...)
		u.put(&again)
	}
	p.numeric(u, "422", "MOTD File is missing")
	for _, name := range p.c.Channels() {
		p.channel(u, p.c.Channel(name))
	}
	p.c.Emit("proxy_authed", u.client.Wheel.ID())
}

func (p *Proxy) numeric(u *proxyUser, code string, params ...string) {
	u.put(&irc.Message{Source: p.c.ServerName(), Command: code, Params: append([]string{p.c.Nick()}, params...)})
}

// maxNames is how many bytes of nicks are in one reply.
const maxNames = 380

// channel tells a program of a channel.
func (p *Proxy) channel(u *proxyUser, ch *irc.Channel) {
	source := p.c.LongForm(p.c.Nick())
	if source == "" {
		source = p.c.Nick()
	}
	u.put(&irc.Message{Source: source, Command: "JOIN", Params: []string{ch.Name}})
	if ch.Topic.Text != "" {
		p.numeric(u, "332", ch.Name, ch.Topic.Text)
	}
	line := ""
	for _, nick := range ch.Nicks() {
		modes, _ := p.c.NickModes(ch.Name, nick)
		if nick = p.sign(modes) + nick; len(line)+len(nick) > maxNames {
			p.numeric(u, "353", "=", ch.Name, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+nick, " ")
	}
	p.numeric(u, "353", "=", ch.Name, line)
	p.numeric(u, "366", ch.Name, "End of NAMES list")
}

// sign is the sign of the highest mode.
func (p *Proxy) sign(modes string) string {
	support := p.c.ISupport()
	if modes == "" {
		return ""
	}
	if i := strings.IndexByte(support.Modes().Prefix, modes[0]); i >= 0 {
		return support.Signs()[i : i+1]
	}
	return ""
}

// fromServer passes a message on to the programs, in the form of a server without
// capabilities.
func (p *Proxy) fromServer(m *irc.Message) {
	if m == nil {
		return
	}
	switch command := upper(m.Command); command {
	case "001", "002", "003", "004", "005":
		if len(p.welcome) < maxWelcome {
			p.welcome = append(p.welcome, m)
		}
		return
	case "PING", "PONG", "CAP", "AUTHENTICATE", "BATCH", "TAGMSG", "ACCOUNT", "CHGHOST", "SETNAME", "AWAY", "ERROR":
		return
	}
	plain := *m
	plain.Tags = nil
	switch {
	case m.Command == "JOIN" && len(m.Params) > 1: // extended-join
		plain.Params = m.Params[:1]
	case m.Command == "353" && len(m.Params) > 3:
		plain.Params = append(append([]string{}, m.Params[:3]...), withoutHosts(m.Params[3]))
	}
	for _, id := range slices.Sorted(maps.Keys(p.users)) {
		if u := p.users[id]; u.authed && !u.over {
			u.put(&plain)
		}
	}
}

// withoutHosts reduces nick!user@host to the nick, in a list of members.
func withoutHosts(names string) string {
	words := strings.Fields(names)
	for i, word := range words {
		words[i], _, _ = strings.Cut(word, "!")
	}
	return strings.Join(words, " ")
}
