package irc

import (
	"maps"
	"slices"
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// The methods below ask what Config.State follows; without it they return nothing.

// FollowsState reports whether Config.State is set.
func (c *Client) FollowsState() bool { return c.state != nil }

// Channel returns a channel that the client is on, nil for any other, and
// always nil without Config.State.
func (c *Client) Channel(name string) *Channel {
	if c.state == nil {
		return nil
	}
	return c.state.channel(name)
}

// User returns a user on one of the client's channels, nil for any other, and
// always nil without Config.State. POE: nick_info.
func (c *Client) User(nick string) *User {
	if c.state == nil {
		return nil
	}
	return c.state.user(nick)
}

// Channels returns the names of the client's channels, sorted; none without
// Config.State.
func (c *Client) Channels() []string {
	names := []string{}
	if c.state != nil {
		for _, ch := range c.state.channels {
			names = append(names, ch.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Nicks returns the nicks of all known users, sorted; none without
// Config.State. POE: nicks.
func (c *Client) Nicks() []string {
	names := []string{}
	if c.state != nil {
		for _, u := range c.state.users {
			names = append(names, u.Nick)
		}
	}
	slices.Sort(names)
	return names
}

// UserModes returns the client's own user modes, "" without Config.State. POE:
// umode.
func (c *Client) UserModes() string {
	if c.state == nil {
		return ""
	}
	return c.state.modes
}

// LongForm returns nick!user@host of a user, "" if it is not known. It needs
// Config.State. POE: nick_long_form.
func (c *Client) LongForm(nick string) string {
	if c.state == nil {
		return ""
	}
	return c.state.longForm(nick)
}

// IsAway reports whether a user is known to be away. It needs Config.State.
// POE: is_away.
func (c *Client) IsAway(nick string) bool {
	if c.state != nil && c.IsMe(nick) {
		return c.state.away
	}
	u := c.User(nick)
	return u != nil && u.Away
}

// IsOperator reports whether a user is known to be an operator of the network.
// It needs Config.State. POE: is_operator.
func (c *Client) IsOperator(nick string) bool {
	u := c.User(nick)
	return u != nil && u.Operator
}

// NickModes returns the modes of a user on a channel, "ov" for example, and
// reports whether the user is on it; false without Config.State. POE:
// nick_channel_modes and is_channel_member.
func (c *Client) NickModes(channel, nick string) (modes string, ok bool) {
	ch := c.Channel(channel)
	if ch == nil {
		return "", false
	}
	m := ch.members[c.state.key(nick)]
	if m == nil {
		return "", false
	}
	return m.modes, true
}

// has reports whether a user has a mode on a channel.
func (c *Client) has(channel, nick, mode string) bool {
	modes, _ := c.NickModes(channel, nick)
	return strings.Contains(modes, mode)
}

// IsMember reports whether a user is on a channel, false without Config.State.
// POE: is_channel_member.
func (c *Client) IsMember(channel, nick string) bool {
	_, ok := c.NickModes(channel, nick)
	return ok
}

// IsChannelOwner reports whether a user has the mode q on a channel, false
// without Config.State. POE: is_channel_owner.
func (c *Client) IsChannelOwner(channel, nick string) bool { return c.has(channel, nick, "q") }

// IsChannelAdmin reports whether a user has the mode a on a channel, false
// without Config.State. POE: is_channel_admin.
func (c *Client) IsChannelAdmin(channel, nick string) bool { return c.has(channel, nick, "a") }

// IsChannelOperator reports whether a user has the mode o on a channel, false
// without Config.State. POE: is_channel_operator.
func (c *Client) IsChannelOperator(channel, nick string) bool { return c.has(channel, nick, "o") }

// IsChannelHalfop reports whether a user has the mode h on a channel, false
// without Config.State. POE: is_channel_halfop.
func (c *Client) IsChannelHalfop(channel, nick string) bool { return c.has(channel, nick, "h") }

// HasVoice reports whether a user has the mode v on a channel, false without
// Config.State. POE: has_channel_voice.
func (c *Client) HasVoice(channel, nick string) bool { return c.has(channel, nick, "v") }

// BanMask returns the nicks of the members of a channel which a mask matches,
// sorted. The mask is completed first, see ircutil.NormalizeMask. Without
// Config.State it returns nil. POE: ban_mask.
func (c *Client) BanMask(channel, mask string) []string {
	var nicks []string
	ch := c.Channel(channel)
	if ch == nil {
		return nil
	}
	mask = ircutil.NormalizeMask(mask)
	for _, m := range ch.members {
		if who := c.LongForm(m.user.Nick); who != "" && ircutil.MatchMask(mask, who, c.Casemapping()) {
			nicks = append(nicks, m.user.Nick)
		}
	}
	slices.Sort(nicks)
	return nicks
}

// Channels returns the names of the client's channels on which the user is,
// sorted. POE: nick_channels.
func (u *User) Channels() []string {
	names := []string{}
	for _, ch := range u.channels {
		names = append(names, ch.Name)
	}
	slices.Sort(names)
	return names
}

// Source returns the user as the source of a message.
func (u *User) Source() ircutil.Source {
	return ircutil.Source{Nick: u.Nick, User: u.User, Host: u.Host}
}

// Nicks returns the nicks of the members, sorted. POE: channel_list.
func (ch *Channel) Nicks() []string {
	names := make([]string, 0, len(ch.members))
	for _, m := range ch.members {
		names = append(names, m.user.Nick)
	}
	slices.Sort(names)
	return names
}

// Len returns how many members the channel has.
func (ch *Channel) Len() int { return len(ch.members) }

// Modes returns the channel's modes with their arguments, "" for those without.
// POE: channel_modes.
func (ch *Channel) Modes() map[byte]string { return maps.Clone(ch.modes) }

// Mode returns the argument of a mode, and reports whether the mode is set.
// POE: is_channel_mode_set.
func (ch *Channel) Mode(mode byte) (arg string, set bool) {
	arg, set = ch.modes[mode]
	return arg, set
}

// Key returns the channel's key, "" if it has none or the server does not show
// it to the client. POE: channel_key.
func (ch *Channel) Key() string { return ch.modes['k'] }

// List returns a copy of the channel's list with the given mode, a map from
// masks to entries: 'b' for bans, 'e' for exceptions, 'I' for invitations. POE:
// channel_ban_list and so on.
func (ch *Channel) List(mode byte) map[string]Entry {
	list := make(map[string]Entry, len(ch.lists[mode]))
	for mask, e := range ch.lists[mode] {
		list[mask] = *e
	}
	return list
}
