// Package plugin has the plugins of the IRC client that bots use. Each is a
// struct whose fields are its configuration; the zero value is valid unless its
// documentation says otherwise:
//
//	client.AddPlugin("Connector", &plugin.Connector{})
//	client.AddPlugin("AutoJoin", &plugin.AutoJoin{Channels: map[string]string{"#perl": ""}})
//
// The fields must not be changed once the plugin is added, and a plugin value
// must be added to one client only. POE::Component::IRC::Plugin::Whois and
// ::DCC have no counterpart here, since the client itself does what they do.
//
// Methods belong to the kernel's goroutine.
package plugin

import (
	"time"

	"github.com/gopoe/poe/component/irc"
)

func orDefault[T comparable](value *T, or T) {
	var zero T
	if *value == zero {
		*value = or
	}
}

// hook adds one function for several server events.
func hook(c *irc.Client, p irc.Plugin, f irc.Hook, names ...string) {
	hooks := irc.Hooks{}
	for _, name := range names {
		hooks[name] = f
	}
	c.Hook(p, irc.ServerHook, hooks)
}

// watch makes a hook of a function that lets every event continue.
func watch(f func(e *irc.Event)) irc.Hook {
	return func(e *irc.Event) irc.Eat {
		f(e)
		return irc.EatNone
	}
}

// nickOf returns the nick of the sender of an event.
func nickOf(e *irc.Event) string { return sourceOf(e).Nick }

// ready calls a function once for each connection when the server has said what it
// supports, or at the end of the message of the day if it has not.
type ready struct{ done bool }

func (r *ready) hook(c *irc.Client, p irc.Plugin, f func()) {
	hook(c, p, watch(func(*irc.Event) { r.done = false }), "connected")
	hook(c, p, watch(func(*irc.Event) {
		if !r.done && c.LoggedIn() {
			r.done = true
			f()
		}
	}), "isupport", "376", "422")
}

// timer is a timer that is there or not.
type timer struct{ cancel func() }

func (t *timer) set(c *irc.Client, d time.Duration, f func()) {
	t.stop()
	t.cancel = c.AfterFunc(d, func() {
		t.cancel = nil
		f()
	})
}

func (t *timer) stop() {
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
}
