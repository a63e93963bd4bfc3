//go:build linux

package irc

import (
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/plugin"
	"github.com/gopoe/poe/perl"
)

func botCommand(p *plugged, s settings) irc.Plugin {
	b := &plugin.BotCommand{
		Commands: map[string]plugin.Command{}, Prefix: s.text("Prefix"), NoPrefix: s.get("Prefix") != nil && s.text("Prefix") == "", BarePrivate: s.is("Bare_private"),
		NotAddressed: s.isNot("Addressed"), NoChannels: s.isNot("In_channels"), NoPrivate: s.isNot("In_private"),
		IgnoreUnauthorized: s.is("Ignore_unauthorized"), IgnoreUnknown: s.is("Ignore_unknown"),
		Privmsg: strings.EqualFold(s.text("Method"), "privmsg"), Eat: s.is("Eat"),
	}
	if v := s.get("Commands"); v != nil {
		h := perl.H(v)
		for _, name := range h.Keys() {
			b.Commands[strings.ToLower(perl.Str(name))] = commandOf(h.Get(perl.Str(name)))
		}
	}
	if code := s.code("Auth_sub"); code != nil {
		b.Auth = func(call *plugin.Call) (bool, []string) {
			out := code.Fn(perl.List, p.owner, call.String(), call.Where, call.Name, call.Text)
			return perl.True(perl.At(out, 0)), textsOf(perl.At(out, 1))
		}
	}
	if code := s.code("Help_sub"); code != nil {
		b.Help = func(command string, lines []string) []string {
			out := code.Fn(perl.List, append([]any{p.owner, command, b.Resolve(command), ""}, listOf(lines).All()...)...)
			return textsOf(perl.NewArray(out...))
		}
	}
	return b
}

// commandOf is the description of a command, a text or a hash.
func commandOf(v any) plugin.Command {
	h, isHash := v.(*perl.Hash)
	if !isHash {
		return plugin.Command{Info: perl.Str(v)}
	}
	c := plugin.Command{
		Info: perl.Str(h.Get("info")), Variable: perl.True(h.Get("variable")), Handler: strings.TrimPrefix(perl.Str(h.Get("handler")), "irc_"),
		Args: textsOf(h.Get("args")), Aliases: textsOf(h.Get("aliases")), ArgInfo: map[string]string{}, Values: map[string][]string{},
	}
	for _, arg := range c.Args {
		switch info := h.Get(arg).(type) {
		case nil:
		case *perl.Array: // what it is, and the values that it may have
			values := textsOf(info)
			if len(values) > 0 {
				c.ArgInfo[arg], c.Values[arg] = values[0], values[1:]
			}
		default:
			c.ArgInfo[arg] = perl.Str(info)
		}
	}
	return c
}

// textsOf are the elements of a list as texts, nil for undef.
func textsOf(v any) []string {
	if v == nil {
		return nil
	}
	list := perl.A(v)
	out := make([]string, list.Len())
	for i := range out {
		out[i] = perl.Str(list.Get(i))
	}
	return out
}
