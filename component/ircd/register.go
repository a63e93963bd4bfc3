package ircd

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
)

func itoa(n int) string { return strconv.Itoa(n) }

// allCaps are the capabilities that the server has.
var allCaps = []string{
	"account-notify", "account-tag", "away-notify", "batch", "cap-notify", "chghost", "echo-message",
	"extended-join", "labeled-response", "message-tags", "multi-prefix", "sasl", "server-time", "setname",
	"userhost-in-names",
}

// capsOffered are those that it offers.
func (s *Server) capsOffered() []string {
	return slices.DeleteFunc(slices.Clone(allCaps), func(name string) bool {
		return name == "sasl" && s.mechanisms() == "" ||
			s.config.OnlyCaps != nil && !slices.Contains(s.config.OnlyCaps, name)
	})
}

// capability handles CAP.
func (u *user) capability(m *Message) {
	if u.s.config.OnlyCaps != nil && len(u.s.config.OnlyCaps) == 0 {
		u.numeric("421", "CAP", "Unknown command")
		return
	}
	switch sub := strings.ToUpper(m.Param(0)); sub {
	case "LS":
		u.negotiating = !u.registered
		u.cap302 = u.cap302 || m.Param(1) >= "302"
		list := u.s.capsOffered()
		for i, name := range list {
			if name == "sasl" && u.cap302 {
				list[i] = "sasl=" + u.s.mechanisms()
			}
		}
		u.capReply("LS", strings.Join(list, " "))
	case "LIST":
		var list []string
		for _, name := range allCaps {
			if u.caps[name] {
				list = append(list, name)
			}
		}
		u.capReply("LIST", strings.Join(list, " "))
	case "REQ":
		u.negotiating = !u.registered
		u.requestCaps(m.Param(1))
	case "END":
		u.negotiating = false
		u.register()
	default:
		u.numeric("410", sub, "Invalid CAP command")
	}
}

func (u *user) capReply(sub, list string) {
	nick := u.nick
	if nick == "" {
		nick = "*"
	}
	u.send(u.s.config.Name, "CAP", nick, sub, list)
}

// requestCaps grants all of a list or nothing.
func (u *user) requestCaps(list string) {
	offered := u.s.capsOffered()
	names := strings.Fields(list)
	for _, name := range names {
		if !slices.Contains(offered, strings.TrimPrefix(name, "-")) {
			u.capReply("NAK", list)
			return
		}
	}
	for _, name := range names {
		removed, off := strings.CutPrefix(name, "-")
		u.caps[removed] = !off
	}
	u.capReply("ACK", list)
}

// webIRC handles WEBIRC, by which a gateway that knows the password says for whom it
// connects. It must come first.
func (u *user) webIRC(m *Message) {
	want, addr := u.s.config.WebIRC, m.Param(3)
	ip, err := netip.ParseAddr(addr)
	if want == "" || u.nick != "" || u.name != "" || !sameSecret(want, m.Param(0)) || err != nil {
		u.end("WEBIRC refused")
		return
	}
	if u.host = m.Param(2); !hostName.MatchString(u.host) {
		u.host = hostOf(ip)
	}
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.:/_-]{0,62}$`)

// setNick handles NICK.
func (u *user) setNick(m *Message) {
	nick := m.Param(0)
	switch {
	case nick == "":
		u.numeric("431", "No nickname given")
		return
	case !ircutil.ValidNick(nick) || len(nick) > u.s.config.Limits.Nick:
		u.numeric("432", nick, "Erroneous nickname")
		return
	}
	if other := u.s.users[u.s.key(nick)]; other != nil && other != u {
		u.numeric("433", nick, "Nickname is already in use")
		return
	}
	if u.registered && nick != u.nick {
		change := &Message{Source: u.source(), Command: "NICK", Params: []string{nick}}
		u.deliver(change, u)
		for _, other := range u.neighbours() {
			other.deliver(change, u)
		}
	}
	if u.nick == "" {
		u.s.unnamed--
	} else {
		delete(u.s.users, u.s.key(u.nick))
	}
	u.nick = nick
	u.s.users[u.s.key(nick)] = u
	u.register()
}

// setUser handles USER.
func (u *user) setUser(m *Message) {
	switch {
	case u.registered:
		u.numeric("462", "You may not reregister")
	case len(m.Params) < 4 || strings.ContainsAny(m.Param(0), "!@:*") || m.Param(0) == "":
		u.numeric("461", "USER", "Not enough parameters")
	default:
		u.name = "~" + ircutil.Truncate(m.Param(0), 10)
		u.real = ircutil.Truncate(m.Param(3), u.s.config.Limits.Text)
		if u.real == "" {
			u.real = u.nick
		}
		u.register()
	}
}

// register welcomes a user who has said all that is needed.
func (u *user) register() {
	if u.registered || u.gone || u.negotiating || u.nick == "" || u.name == "" {
		return
	}
	if want := u.s.config.Password; want != "" && !sameSecret(want, u.password) {
		u.numeric("464", "Password incorrect")
		u.end("Bad password")
		return
	}
	u.registered, u.password, u.modes, u.spoke = true, "", "i", u.s.k.Now()
	u.client.LoggedIn()
	u.welcome()
}

func (u *user) welcome() {
	c := &u.s.config
	u.numeric("001", "Welcome to the "+c.Network+" IRC Network "+u.source())
	u.numeric("002", "Your host is "+c.Name+", running version "+version)
	u.numeric("003", "This server was created "+u.s.started.UTC().Format("2006-01-02 15:04:05"))
	u.numeric("004", c.Name, version, "io", "beIiklmnopstv", "beIklohv")
	for chunk := range slices.Chunk(u.s.tokens(), 12) {
		u.numeric("005", append(chunk, "are supported by this server")...)
	}
	u.lusers()
	u.motd()
}

const version = "poe-ircd-1"

// tokens is what ISUPPORT says.
func (s *Server) tokens() []string {
	l := &s.config.Limits
	return []string{
		"CASEMAPPING=rfc1459", "CHANLIMIT=#&:" + itoa(l.Channels), "CHANMODES=beI,k,l,imnst", "CHANNELLEN=" + itoa(l.Channel),
		"CHANTYPES=#&", "EXCEPTS=e", "INVEX=I", "MAXLIST=beI:" + itoa(l.Entries), "MODES=12", "NETWORK=" + s.config.Network,
		"NICKLEN=" + itoa(l.Nick), "PREFIX=(ohv)@%+", "STATUSMSG=@%+", "TOPICLEN=" + itoa(l.Text), "KICKLEN=" + itoa(l.Text), "AWAYLEN=" + itoa(l.Text),
	}
}
