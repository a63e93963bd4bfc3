//go:build linux

// Package irc is POE::Component::IRC for translated programs, with
// POE::Component::IRC::State and the plugins that come with them, on component/irc.
package irc

import (
	"crypto/tls"
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
	"github.com/gopoe/poe/session"
)

const (
	class      = "POE::Component::IRC"
	stateClass = "POE::Component::IRC::State"
)

func init() {
	perl.Package(class, perl.Subs{"spawn": func(_ perl.Want, args ...any) []any { return spawn(class, args) }})
	perl.Package(stateClass, perl.Subs{"spawn": func(_ perl.Want, args ...any) []any { return spawn(stateClass, args) }})
	perl.Inherit(stateClass, class)
	perl.Native(func(c *client) string { return c.class }, compat.Method(methods))
}

// client is the component as the program knows it: an object, and the heap of a
// session, which is the sender of its events.
type client struct {
	class    string
	alias    string
	front    kernel.ID
	inner    *irc.Client
	sessions []*registration

	attempted bool // there was a connection
	raw       bool // raw events are sent

	plugins map[irc.Plugin]any // as the program knows them
	delayed map[kernel.AlarmID]*perl.Array
}

// spawn makes a component. A session that spawns one gets all of its events.
func spawn(class string, args []any) []any {
	named := perl.NewHash(perl.From(args, 1)...)
	c := &client{class: class, alias: perl.Str(compat.LowerKeys(named).Get("alias")), plugins: map[irc.Plugin]any{}, delayed: map[kernel.AlarmID]*perl.Array{}}
	config := configOf(named)
	config.State, c.raw = class == stateClass, config.Raw
	creator := compat.Kernel().ActiveSession()
	c.front = compat.FrontOf(c, c.alias, func(k *kernel.Kernel) (err error) {
		if creator != k.ID() {
			_ = k.DetachMyself()
		}
		c.inner, err = irc.New(k, config)
		return err
	}, session.Funcs{
		"_default": c.event, "register": c.register, "unregister": c.unregister,
		"_creator": func(kernel.Event) { c.add(creator, "all") },
	})
	if creator != compat.Kernel().ID() {
		_, _ = compat.Kernel().Call(c.front, "_creator")
	}
	return perl.L(c)
}

// options set fields of a configuration. Those that are nil concern what the
// original needs and this component does not.
var options = map[string]func(c *irc.Config, v any){
	"alias": nil, "options": nil, "debug": nil, "plugin_debug": nil, "nodns": nil, "resolver": nil, "useipv6": nil,
	"server":     func(c *irc.Config, v any) { c.Server = perl.Str(v) },
	"port":       func(c *irc.Config, v any) { c.Port = perl.Int(v) },
	"password":   func(c *irc.Config, v any) { c.Password = perl.Str(v) },
	"nick":       func(c *irc.Config, v any) { c.Nick = perl.Str(v) },
	"username":   func(c *irc.Config, v any) { c.Username = perl.Str(v) },
	"ircname":    func(c *irc.Config, v any) { c.RealName = perl.Str(v) },
	"bitmode":    func(c *irc.Config, v any) { c.Bitmode = bitmode(perl.Int(v)) },
	"localaddr":  func(c *irc.Config, v any) { c.LocalAddr = perl.Str(v) },
	"localport":  func(c *irc.Config, v any) { c.LocalPort = perl.Int(v) },
	"flood":      func(c *irc.Config, v any) { c.Flood = perl.True(v) },
	"raw":        func(c *irc.Config, v any) { c.Raw = perl.True(v) },
	"msg_length": func(c *irc.Config, v any) { c.MessageLength = perl.Int(v) },
	"awaypoll":   func(c *irc.Config, v any) { c.AwayPoll = perl.Seconds(v) },
	"whojoiners": func(c *irc.Config, v any) { c.NoWhoJoiners = !perl.True(v) },
	"nataddr":    func(c *irc.Config, v any) { c.DCC.NATAddr = perl.Str(v) },
	"dccports": func(c *irc.Config, v any) {
		for _, port := range perl.A(v).All() {
			c.DCC.Ports = append(c.DCC.Ports, perl.Int(port))
		}
	},
	"usessl": func(c *irc.Config, v any) {
		if perl.True(v) { // the original verifies no certificate
			c.TLS = &tls.Config{InsecureSkipVerify: true}
		}
	},
	"webirc": func(c *irc.Config, v any) {
		h := perl.H(v)
		c.WebIRC = &irc.WebIRC{Password: perl.Str(h.Get("pass")), User: perl.Str(h.Get("user")), Host: perl.Str(h.Get("host")), IP: perl.Str(h.Get("ip"))}
	},
}

// bitmode is 0 for none, which the component writes as a negative number.
func bitmode(mode int) int {
	if mode == 0 {
		return -1
	}
	return mode
}

// configOf returns the configuration that options name. It dies for those of the
// original that have no counterpart.
func configOf(c *perl.Hash) (config irc.Config) {
	for _, key := range c.Keys() {
		name, v := perl.Str(key), c.Get(perl.Str(key))
		set, known := options[strings.ToLower(name)]
		switch {
		case !known:
			perl.Die("%s: the parameter %s is not translated", class, name)
		case set != nil && v != nil:
			set(&config, v)
		}
	}
	return config
}
