//go:build linux

package irc

import (
	"time"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/perl"
)

// known sets those elements of a hash that are known.
func known(h *perl.Hash, pairs ...any) *perl.Hash {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			h.Set(perl.Str(pairs[i]), pairs[i+1])
		}
	}
	return h
}

func seconds(t time.Time) any {
	if t.IsZero() {
		return ""
	}
	return int(t.Unix())
}

func topicOf(t *irc.Topic) any {
	if t == nil {
		return nil
	}
	return perl.NewHash("Value", t.Text, "SetBy", t.SetBy, "SetAt", seconds(t.SetAt))
}

func userOf(u *irc.User) any {
	if u == nil {
		return nil
	}
	h := known(perl.NewHash("Nick", u.Nick), "User", u.User, "Host", u.Host, "Hops", u.Hops, "Real", u.RealName, "Server", u.Server, "Account", u.Account)
	if u.User != "" || u.Host != "" {
		h.Set("Userhost", u.User+"@"+u.Host)
	}
	if u.Operator {
		h.Set("IRCop", 1)
	}
	return h
}

func whoisOf(w *irc.Whois) any {
	h := known(perl.NewHash("nick", w.Nick), "user", w.User, "host", w.Host, "real", w.RealName, "server", w.Server, "oper", w.Operator,
		"identified", w.Account, "actually", w.Actually, "modes", w.Modes, "account", w.Account, "signon", seconds(w.SignOn))
	if len(w.Channels) > 0 {
		h.Set("channels", listOf(w.Channels))
	}
	if !w.SignOn.IsZero() || w.Idle > 0 {
		h.Set("idle", int(w.Idle/time.Second))
	}
	return h
}

// channelsOf is a hash of channels with the client's modes on each.
func (c *client) channelsOf(names []string) *perl.Hash {
	h := perl.NewHash()
	for _, name := range names {
		modes, _ := c.inner.NickModes(name, c.inner.Nick())
		h.Set(name, modes)
	}
	return h
}

// entriesOf is a list of a channel, such as its bans.
func (c *client) entriesOf(channel string, mode byte) []any {
	ch := c.inner.Channel(channel)
	if ch == nil {
		return nil
	}
	h := perl.NewHash()
	for mask, entry := range ch.List(mode) {
		h.Set(mask, perl.NewHash("SetBy", entry.SetBy, "SetAt", seconds(entry.SetAt)))
	}
	return perl.L(h)
}

// ofChannel makes a method of a question about a channel, which returns the empty list
// for one that is not known.
func ofChannel(ask func(ch *irc.Channel, args []any) []any) func(c *client, args []any) []any {
	return func(c *client, args []any) []any {
		ch := c.inner.Channel(perl.Str(perl.At(args, 0)))
		if ch == nil {
			return nil
		}
		return ask(ch, perl.From(args, 1))
	}
}

// orUndef is a text, undef if it is empty.
func orUndef(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func channelModes(ch *irc.Channel, _ []any) []any {
	h := perl.NewHash()
	for mode, arg := range ch.Modes() {
		h.Set(string(rune(mode)), arg)
	}
	return perl.L(h)
}

func modeSet(ch *irc.Channel, args []any) []any {
	flag := perl.Str(perl.At(args, 0))
	if len(flag) != 1 {
		return nil
	}
	_, set := ch.Mode(flag[0])
	return truth(set)
}

func channelLimit(ch *irc.Channel, _ []any) []any {
	limit, _ := ch.Mode('l')
	return given(limit)
}
