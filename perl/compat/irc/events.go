//go:build linux

package irc

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
)

// registration is one session with the events that it wants, "all" among them.
type registration struct {
	id     kernel.ID
	events map[string]bool
}

func (c *client) register(e kernel.Event) { c.add(e.Sender, eventNames(e.Args)...) }

// add registers a session, keeps it alive, and tells it so. It is called in the
// session of the component.
func (c *client) add(id kernel.ID, events ...string) {
	i := slices.IndexFunc(c.sessions, func(r *registration) bool { return r.id == id })
	if i < 0 {
		if _, err := compat.Kernel().RefcountIncrement(id, class); err != nil {
			return
		}
		i = len(c.sessions)
		c.sessions = append(c.sessions, &registration{id, map[string]bool{}})
	}
	for _, event := range events {
		c.sessions[i].events[event] = true
	}
	_ = compat.Kernel().Post(id, "irc_registered", c)
}

func (c *client) unregister(e kernel.Event) {
	i := slices.IndexFunc(c.sessions, func(r *registration) bool { return r.id == e.Sender })
	if i < 0 {
		return
	}
	for _, event := range eventNames(e.Args) {
		delete(c.sessions[i].events, event)
	}
	if len(c.sessions[i].events) == 0 {
		c.drop(i)
	}
}

func (c *client) drop(i int) {
	id := c.sessions[i].id
	c.sessions = slices.Delete(slices.Clone(c.sessions), i, i+1)
	_, _ = compat.Kernel().RefcountDecrement(id, class)
}

// eventNames are names of events without their prefix; none is all.
func eventNames(args []any) []string {
	if len(args) == 0 {
		return []string{"all"}
	}
	names := make([]string, len(args))
	for i, arg := range args {
		names[i] = strings.TrimPrefix(strings.ToLower(perl.Str(arg)), "irc_")
	}
	return names
}

// event is an event of the component for the program, or one of the program for the
// component.
func (c *client) event(e kernel.Event) {
	name, args := kernel.Arg[string](e, 0), kernel.Arg[[]any](e, 1)
	if e.Sender != c.inner.ID() {
		c.command(e, name, args)
		return
	}
	switch name = strings.TrimPrefix(name, "irc_"); name {
	case "registered": // the front
		return
	case "connected":
		c.attempted = true
	}
	c.deliver(e.Kernel, name, args)
	if name == "plugin_del" {
		delete(c.plugins, args[1].(irc.Plugin))
	}
}

// deliver calls the sessions that want an event.
func (c *client) deliver(k *kernel.Kernel, name string, args []any) {
	var values []any
	for _, r := range c.sessions {
		if !r.events["all"] && !r.events[name] {
			continue
		}
		if values == nil {
			values = c.values(name, args)
		}
		_, _ = k.Call(r.id, "irc_"+name, values...)
	}
	if name == "shutdown" {
		for len(c.sessions) > 0 {
			c.drop(len(c.sessions) - 1)
		}
	}
}

// command passes on what the program wants of the component.
func (c *client) command(e kernel.Event, name string, args []any) {
	switch name {
	case "connect":
		args = []any{configOf(pairs(args))}
	case "dcc_chat", "dcc_close":
		if len(args) > 0 {
			args = slices.Clone(args)
			args[0] = kernel.WheelID(perl.Int(args[0]))
			copy(args[1:], texts(args[1:]))
		}
	case "dcc", "dcc_accept", "dcc_resume": // numbers and cookies are as they are
	default:
		args = texts(args)
	}
	result, err := e.Kernel.Call(c.inner.ID(), name, args...)
	if err == nil && result != nil {
		if _, failed := result.(error); !failed {
			e.Return(result)
		}
	}
}

// pairs are the arguments of connect: a hash, or its pairs.
func pairs(args []any) *perl.Hash {
	if len(args) == 1 {
		return perl.H(args[0])
	}
	return perl.NewHash(args...)
}

// texts makes texts of numbers, and of lists of them. Objects are as they are.
func texts(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case *perl.Array:
			list := make([]string, v.Len())
			for j := range list {
				list[j] = perl.Str(v.Get(j))
			}
			out[i] = list
		case nil:
			out[i] = ""
		default:
			if out[i] = v; perl.RefType(v) == "" {
				out[i] = perl.Str(v)
			}
		}
	}
	return out
}

// values are the arguments of an event as the program gets them.
func (c *client) values(event string, args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		out[i] = c.value(arg)
	}
	if event == "delay_removed" && len(args) > 1 {
		return []any{out[0], perl.NewArray(out[2:]...)}
	}
	if last := len(args) - 1; last >= 2 && (event == "disconnected" || event == "error" || event == "socketerr") {
		if channels, ok := args[last].([]string); ok { // of the state
			out[last] = c.channelsOf(channels)
		}
	}
	return out
}

func (c *client) value(v any) any {
	switch v := v.(type) {
	case []string:
		return listOf(v)
	case map[string]string:
		h := perl.NewHash()
		for name, text := range v {
			h.Set(name, text)
		}
		return h
	case bool:
		return perl.If(v, 1, 0)
	case int64:
		return int(v)
	case kernel.ID:
		return int(v.Number())
	case kernel.AlarmID:
		return int(v)
	case kernel.WheelID:
		return int(v)
	case *irc.Client, *irc.ISupport:
		return c
	case irc.Plugin:
		return c.pluginObject(v)
	case *irc.Topic:
		return topicOf(v)
	case *irc.User:
		return userOf(v)
	case *irc.Whois:
		return whoisOf(v)
	}
	return v
}

func listOf(texts []string) *perl.Array {
	list := perl.NewArray()
	for _, text := range texts {
		list.Push(text)
	}
	return list
}
