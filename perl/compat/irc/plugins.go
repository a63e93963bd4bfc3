//go:build linux

package irc

import (
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/plugin"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
)

// plugged is a plugin that comes with the component, as the program knows it.
type plugged struct {
	class  string
	plugin irc.Plugin
	owner  *client // that it was added to
}

func init() {
	for name, makes := range makers {
		name := class + "::Plugin::" + name
		perl.Package(name, perl.Subs{"new": func(_ perl.Want, args ...any) []any {
			p := &plugged{class: name}
			p.plugin = makes(p, settings{name, compat.LowerKeys(perl.NewHash(perl.From(args, 1)...))})
			return perl.L(p)
		}})
	}
	perl.Native(func(p *plugged) string { return p.class }, compat.Method(pluginMethods))
}

// settings are the arguments of a plugin's constructor, whose names may be in any
// case.
type settings struct {
	class string
	args  *perl.Hash
}

func (s settings) get(name string) any     { return s.args.Get(strings.ToLower(name)) }
func (s settings) text(name string) string { return perl.Str(s.get(name)) }
func (s settings) is(name string) bool     { return perl.True(s.get(name)) }

// isNot reports whether a setting that is 1 by default is false.
func (s settings) isNot(name string) bool {
	v := s.get(name)
	return v != nil && !perl.True(v)
}

func (s settings) seconds(name string) time.Duration {
	if v := s.get(name); v != nil {
		return perl.Seconds(v)
	}
	return 0
}

// code returns the sub that a setting names, nil if there is none.
func (s settings) code(name string) *perl.Code {
	if v := s.get(name); v != nil {
		return perl.CodeOf(v)
	}
	return nil
}

// makers make the plugins by the ends of their classes' names.
var makers = map[string]func(p *plugged, s settings) irc.Plugin{
	"AutoJoin": func(_ *plugged, s settings) irc.Plugin {
		return &plugin.AutoJoin{
			Channels: keysOf(s.get("Channels")), RejoinOnKick: s.is("RejoinOnKick"), RejoinDelay: s.seconds("Rejoin_delay"),
			RetryWhenBanned: s.seconds("Retry_when_banned"), NickServDelay: s.seconds("NickServ_delay"),
		}
	},
	"BotAddressed": func(_ *plugged, s settings) irc.Plugin { return &plugin.BotAddressed{Eat: s.is("eat")} },
	"BotCommand":   botCommand,
	"BotTraffic":   func(*plugged, settings) irc.Plugin { return &plugin.BotTraffic{} },
	"Connector": func(_ *plugged, s settings) irc.Plugin {
		c := &plugin.Connector{Delay: s.seconds("delay"), Reconnect: s.seconds("reconnect"), Timeout: s.seconds("timeout")}
		if v := s.get("servers"); v != nil {
			for _, server := range perl.A(v).All() {
				c.Servers = append(c.Servers, plugin.Server{Address: perl.Str(perl.A(server).Get(0)), Port: perl.Int(perl.A(server).Get(1))})
			}
		}
		return c
	},
	"Console": func(_ *plugged, s settings) irc.Plugin {
		return &plugin.Console{Password: s.text("password"), Port: perl.Int(s.get("bindport"))}
	},
	"CTCP": func(_ *plugged, s settings) irc.Plugin {
		return &plugin.CTCP{Version: s.text("version"), ClientInfo: s.text("clientinfo"), UserInfo: s.text("userinfo"), Source: s.text("source"), Pass: s.isNot("eat")}
	},
	"CycleEmpty": func(*plugged, settings) irc.Plugin { return &plugin.CycleEmpty{} },
	"FollowTail": func(_ *plugged, s settings) irc.Plugin {
		f := &plugin.FollowTail{Filename: s.text("filename")}
		if v := s.get("filter"); v != nil {
			f.Filter = compat.FilterOf(v)
		}
		return f
	},
	"Logger":      logger,
	"NickReclaim": func(_ *plugged, s settings) irc.Plugin { return &plugin.NickReclaim{Poll: s.seconds("poll")} },
	"NickServID":  func(_ *plugged, s settings) irc.Plugin { return &plugin.NickServID{Password: s.text("Password")} },
	"Proxy": func(_ *plugged, s settings) irc.Plugin {
		return &plugin.Proxy{Password: s.text("password"), Address: s.text("bindaddress"), Port: perl.Int(s.get("bindport"))}
	},
}

// keysOf are channels with their keys, of a hash or a list; nil for undef.
func keysOf(v any) map[string]string {
	if v == nil {
		return nil
	}
	keys := map[string]string{}
	if list, isList := v.(*perl.Array); isList {
		for _, name := range list.All() {
			keys[perl.Str(name)] = ""
		}
		return keys
	}
	h := perl.H(v)
	for _, name := range h.Keys() {
		keys[perl.Str(name)] = perl.Str(h.Get(perl.Str(name)))
	}
	return keys
}

func logger(_ *plugged, s settings) irc.Plugin {
	if s.get("Format") != nil {
		perl.Die("%s: the parameter Format is not translated", s.class)
	}
	l := &plugin.Logger{
		Path: s.text("Path"), NoPrivate: s.isNot("Private"), NoPublic: s.isNot("Public"), NoDCC: s.isNot("DCC"), Notices: s.is("Notices"),
		SortByDate: s.is("Sort_by_date"), StripColor: s.is("Strip_color"), StripFormatting: s.is("Strip_formatting"), Open: s.isNot("Restricted"),
	}
	if code := s.code("Log_sub"); code != nil {
		l.Log = func(context, kind string, texts []string, _ string) {
			code.Fn(perl.Void, append([]any{context, kind}, listOf(texts).All()...)...)
		}
	}
	return l
}

// pluginMethods are those of the plugins that have any.
var pluginMethods = map[string]func(p *plugged, args []any) []any{
	"add": func(p *plugged, args []any) []any {
		b, ok := p.plugin.(*plugin.BotCommand)
		return truth(ok && perl.At(args, 1) != nil && b.Add(one(args), commandOf(args[1])))
	},
	"remove": func(p *plugged, args []any) []any {
		b, ok := p.plugin.(*plugin.BotCommand)
		return truth(ok && b.Remove(one(args)))
	},
	"resolve_alias": func(p *plugged, args []any) []any {
		if b, ok := p.plugin.(*plugin.BotCommand); ok {
			return perl.L(orUndef(b.Resolve(one(args))))
		}
		return nil
	},
	"list": func(p *plugged, _ []any) []any {
		h := perl.NewHash()
		if b, ok := p.plugin.(*plugin.BotCommand); ok {
			for name, command := range b.Commands {
				h.Set(name, command.Info)
			}
		}
		return h.Pairs()
	},
	"lag": func(p *plugged, _ []any) []any {
		if c, ok := p.plugin.(*plugin.Connector); ok {
			return perl.L(c.Lag().Seconds())
		}
		return nil
	},
	"is_cycling": func(p *plugged, args []any) []any {
		c, ok := p.plugin.(*plugin.CycleEmpty)
		return perl.L(perl.If(ok && c.IsCycling(one(args)), 1, 0))
	},
	"getsockname": func(p *plugged, _ []any) []any {
		if x, ok := p.plugin.(interface{ Addr() netip.AddrPort }); ok {
			return perl.L(perl.PackAddr(net.TCPAddrFromAddrPort(x.Addr())))
		}
		return nil
	},
}
