//go:build linux

package irc

import (
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
)

// methods are those of the object, by name.
var methods = map[string]func(c *client, args []any) []any{
	"server":         value(func(c *client) any { return orUndef(c.inner.Server()) }),
	"port":           value(func(c *client) any { return c.inner.Port() }),
	"server_name":    value(func(c *client) any { return orUndef(c.inner.ServerName()) }),
	"server_version": value(func(c *client) any { return orUndef(c.inner.ServerVersion()) }),
	"nick_name":      value(func(c *client) any { return perl.If[any](c.attempted, c.inner.Nick(), nil) }),
	"localaddr":      value(func(c *client) any { return orUndef(c.inner.LocalAddr()) }),
	"send_queue":     value(func(c *client) any { return c.inner.QueueLength() }),
	"logged_in":      func(c *client, _ []any) []any { return truth(c.inner.LoggedIn()) },
	"connected":      value(func(c *client) any { return perl.If[any](c.inner.Connected(), 1, nil) }),
	"session_id":     value(func(c *client) any { return int(c.front.Number()) }),
	"session_alias":  value(func(c *client) any { return orUndef(c.alias) }),
	"disconnect":     func(c *client, _ []any) []any { c.inner.Disconnect(); return nil },
	"isupport":       (*client).isupport,
	"isupport_dump_keys": func(c *client, _ []any) []any {
		return listOf(c.inner.ISupport().Names()).All()
	},
	"raw_events": (*client).rawEvents,

	"yield":           (*client).yield,
	"call":            (*client).call,
	"delay":           (*client).delay,
	"delay_remove":    (*client).delayRemove,
	"send_event":      sender((*irc.Client).Emit),
	"send_event_next": sender((*irc.Client).EmitNext),
	"send_event_now":  sender((*irc.Client).EmitNow),

	"plugin_add":        (*client).pluginAdd,
	"plugin_del":        (*client).pluginDel,
	"plugin_get":        (*client).pluginGet,
	"plugin_list":       (*client).pluginList,
	"plugin_order":      (*client).pluginOrder,
	"plugin_register":   (*client).pluginRegister,
	"plugin_unregister": (*client).pluginUnregister,

	"channels":              value(func(c *client) any { return c.channelsOf(c.inner.Channels()) }),
	"nicks":                 func(c *client, _ []any) []any { return listOf(c.inner.Nicks()).All() },
	"umode":                 value(func(c *client) any { return orUndef(c.inner.UserModes()) }),
	"ban_mask":              func(c *client, args []any) []any { return listOf(c.inner.BanMask(two(args))).All() },
	"channel_list":          (*client).channelList,
	"channel_ban_list":      entries('b'),
	"channel_except_list":   entries('e'),
	"channel_invex_list":    entries('I'),
	"channel_creation_time": ofChannel(func(ch *irc.Channel, _ []any) []any { return given(seconds(ch.Created)) }),
	"channel_key":           ofChannel(func(ch *irc.Channel, _ []any) []any { return given(ch.Key()) }),
	"channel_limit":         ofChannel(channelLimit),
	"channel_modes":         ofChannel(channelModes),
	"channel_topic":         ofChannel(func(ch *irc.Channel, _ []any) []any { return perl.L(topicOf(&ch.Topic)) }),
	"channel_url":           ofChannel(func(ch *irc.Channel, _ []any) []any { return perl.L(orUndef(ch.URL)) }),
	"is_channel_mode_set":   ofChannel(modeSet),
	"is_channel_synced":     ofChannel(func(ch *irc.Channel, _ []any) []any { return truth(ch.Synced) }),
	"has_channel_voice":     member((*irc.Client).HasVoice),
	"is_channel_admin":      member((*irc.Client).IsChannelAdmin),
	"is_channel_halfop":     member((*irc.Client).IsChannelHalfop),
	"is_channel_member":     member((*irc.Client).IsMember),
	"is_channel_operator":   member((*irc.Client).IsChannelOperator),
	"is_channel_owner":      member((*irc.Client).IsChannelOwner),
	"nick_channel_modes":    (*client).nickChannelModes,
	"nick_channels":         (*client).nickChannels,
	"nick_info":             (*client).nickInfo,
	"nick_long_form":        func(c *client, args []any) []any { return given(c.inner.LongForm(one(args))) },
	"is_away":               func(c *client, args []any) []any { return truth(c.inner.IsAway(one(args))) },
	"is_operator":           func(c *client, args []any) []any { return truth(c.inner.IsOperator(one(args))) },
	"is_user_mode_set":      (*client).userModeSet,
}

// value makes a method of a question without arguments.
func value(ask func(c *client) any) func(c *client, _ []any) []any {
	return func(c *client, _ []any) []any { return perl.L(ask(c)) }
}

// member makes a method of a question about somebody on a channel.
func member(ask func(c *irc.Client, channel, nick string) bool) func(c *client, args []any) []any {
	return func(c *client, args []any) []any {
		channel, nick := two(args)
		return truth(ask(c.inner, channel, nick))
	}
}

// entries makes a method that returns a list of a channel.
func entries(mode byte) func(c *client, args []any) []any {
	return func(c *client, args []any) []any { return c.entriesOf(one(args), mode) }
}

// sender makes a method that sends an event.
func sender(send func(c *irc.Client, event string, args ...any)) func(c *client, args []any) []any {
	return func(c *client, args []any) []any {
		send(c.inner, eventNames(args[:1])[0], args[1:]...)
		return perl.L(1)
	}
}

func one(args []any) string { return perl.Str(perl.At(args, 0)) }

func two(args []any) (a, b string) { return one(args), perl.Str(perl.At(args, 1)) }

// truth is 1, or the empty list.
func truth(is bool) []any {
	if is {
		return perl.L(1)
	}
	return nil
}

// given is a value, or the empty list if it is "".
func given(v any) []any {
	if v == "" {
		return nil
	}
	return perl.L(v)
}

func (c *client) isupport(args []any) []any {
	name := strings.ToUpper(one(args))
	text, ok := c.inner.ISupport().Value(name)
	if !ok {
		return nil
	}
	return perl.L(supported(name, text))
}

func (c *client) rawEvents(args []any) []any {
	if on := perl.At(args, 0); on != nil {
		c.raw = perl.True(on)
		c.inner.RawEvents(c.raw)
		return nil
	}
	return perl.L(perl.If[any](c.raw, 1, nil))
}

func (c *client) yield(args []any) []any {
	if err := compat.Kernel().Post(c.front, one(args), perl.From(args, 1)...); err != nil {
		return perl.L(nil)
	}
	return perl.L(1)
}

func (c *client) call(args []any) []any {
	v, err := compat.Kernel().Call(c.front, one(args), perl.From(args, 1)...)
	if err != nil {
		return perl.L(nil)
	}
	return perl.L(v)
}

// delay posts a command later. It sends delay_set, as delay_remove does
// delay_removed.
func (c *client) delay(args []any) []any {
	list, isList := perl.At(args, 0).(*perl.Array)
	switch {
	case !isList || list.Len() == 0:
		perl.Die("First argument to delay() must be a populated ARRAYREF")
	case perl.At(args, 1) == nil:
		perl.Die("No time specified")
	}
	command := list.All()
	id, err := c.inner.Delay(perl.Seconds(args[1]), perl.Str(command[0]), texts(command[1:])...)
	if err != nil {
		return perl.L(nil)
	}
	c.delayed[id] = perl.NewArray(command[1:]...)
	return perl.L(int(id))
}

func (c *client) delayRemove(args []any) []any {
	id := kernel.AlarmID(perl.Int(perl.At(args, 0)))
	removed := c.delayed[id]
	delete(c.delayed, id)
	if !c.inner.DelayRemove(id) {
		return nil
	}
	return perl.L(removed)
}

func (c *client) channelList(args []any) []any {
	ch := c.inner.Channel(one(args))
	if ch == nil {
		return nil
	}
	return listOf(ch.Nicks()).All()
}

func (c *client) nickChannelModes(args []any) []any {
	modes, on := c.inner.NickModes(two(args))
	if !on {
		return nil
	}
	return perl.L(modes)
}

func (c *client) nickInfo(args []any) []any {
	u := c.inner.User(one(args))
	if u == nil {
		return nil
	}
	return perl.L(userOf(u))
}

func (c *client) nickChannels(args []any) []any {
	u := c.inner.User(one(args))
	if u == nil {
		return nil
	}
	return listOf(u.Channels()).All()
}

func (c *client) userModeSet(args []any) []any {
	flag := one(args)
	return truth(len(flag) == 1 && strings.Contains(c.inner.UserModes(), flag))
}
