//go:build linux

package irc

import (
	"errors"
	"slices"
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/perl"
)

// scripted is a plugin of the program: an object with the methods PCI_register,
// PCI_unregister, S_* and U_*.
type scripted struct {
	object any
	client *client
}

var errRefused = errors.New("PCI_register returned no true value")

// Register calls PCI_register.
func (p *scripted) Register(*irc.Client) error {
	if !perl.True(perl.Call(p.object, "PCI_register", p.client)) {
		return errRefused
	}
	return nil
}

// Unregister calls PCI_unregister.
func (p *scripted) Unregister(*irc.Client) { perl.Do(p.object, "PCI_unregister", p.client) }

// hook calls the method of an event, or else _default, with references to the event's
// arguments, and to a list to which the method may add more.
func (p *scripted) hook(prefix string) irc.Hook {
	return func(e *irc.Event) irc.Eat {
		args, more := p.client.values(e.Name, e.Args), perl.NewArray()
		before := slices.Clone(args)
		refs := make([]any, 0, len(args)+1)
		for i := range args {
			refs = append(refs, perl.RefTo(&args[i]))
		}
		eat := p.call(prefix+strings.ToLower(e.Name), append(refs, more))
		for i := range args {
			if args[i] != before[i] {
				e.Args[i] = texts(args[i : i+1])[0]
			}
		}
		e.Args = append(e.Args, more.All()...)
		return eat
	}
}

// call calls a method of the plugin. An exception is reported, and the event is passed
// on.
func (p *scripted) call(method string, args []any) (eat irc.Eat) {
	var result any
	ran := perl.Try(func() {
		switch {
		case perl.Can(p.object, method) != nil:
			result = perl.Call(p.object, method, append([]any{p.client}, args...)...)
		case perl.Can(p.object, "_default") != nil:
			result = perl.Call(p.object, "_default", append([]any{p.client, method}, args...)...)
		}
	})
	if !ran && method != "S_plugin_error" {
		name, _ := p.client.pluginNamed(p.object)
		text := strings.TrimSuffix(perl.Str(perl.EvalError), "\n")
		p.client.inner.Emit("plugin_error", method+" call on plugin '"+name+"' failed: "+text, name, p)
	}
	return eatOf(result)
}

// eatOf is one of the constants PCI_EAT_*, of which the first is 1.
func eatOf(v any) irc.Eat {
	if n := perl.Int(v); n >= 1 && n <= 4 {
		return irc.Eat(n - 1)
	}
	return irc.EatNone
}

// pluginAdd is plugin_add: a name and a plugin.
func (c *client) pluginAdd(args []any) []any {
	object := perl.At(args, 1)
	var p irc.Plugin = &scripted{object, c}
	if known, ok := object.(*plugged); ok {
		known.owner, p = c, known.plugin
	}
	c.plugins[p] = object
	if err := c.inner.AddPlugin(one(args), p); err != nil {
		delete(c.plugins, p)
		if errors.Is(err, errRefused) {
			c.inner.Emit("plugin_error", "PCI_register call on plugin '"+one(args)+"' did not return a true value", one(args), object)
		} else {
			perl.WarnHere("%v", err)
		}
		return nil
	}
	return perl.L(1)
}

// pluginNamed finds a plugin by its name, or by itself.
func (c *client) pluginNamed(v any) (name string, p irc.Plugin) {
	for _, name := range c.inner.Pipeline().Names() {
		p := c.inner.Plugin(name)
		if object := c.plugins[p]; object == v || perl.RefType(v) == "" && perl.Str(v) == name {
			return name, p
		}
	}
	return "", nil
}

func (c *client) pluginDel(args []any) []any {
	name, p := c.pluginNamed(perl.At(args, 0))
	if p == nil {
		return nil
	}
	object := c.plugins[p]
	_ = c.inner.RemovePlugin(name) // the event that follows forgets it
	return perl.L(object)
}

func (c *client) pluginGet(args []any) []any {
	if _, p := c.pluginNamed(perl.At(args, 0)); p != nil {
		return perl.L(c.pluginObject(p))
	}
	return nil
}

func (c *client) pluginList([]any) []any {
	h := perl.NewHash()
	for _, name := range c.inner.Pipeline().Names() {
		h.Set(name, c.pluginObject(c.inner.Plugin(name)))
	}
	return perl.L(h)
}

func (c *client) pluginOrder([]any) []any {
	list := perl.NewArray()
	for _, name := range c.inner.Pipeline().Names() {
		list.Push(c.pluginObject(c.inner.Plugin(name)))
	}
	return perl.L(list)
}

// pluginObject is a plugin as the program knows it.
func (c *client) pluginObject(p irc.Plugin) any {
	if object, ok := c.plugins[p]; ok {
		return object
	}
	return p
}

// pluginRegister is plugin_register: an object, SERVER or USER, events.
func (c *client) pluginRegister(args []any) []any {
	p, kind, prefix := c.hooked(args)
	if p == nil {
		return nil
	}
	hooks := irc.Hooks{}
	for _, event := range named(args) {
		hooks[event] = p.hook(prefix)
	}
	c.inner.Hook(p, kind, hooks)
	return perl.L(1)
}

func (c *client) pluginUnregister(args []any) []any {
	p, kind, _ := c.hooked(args)
	if p == nil {
		return nil
	}
	c.inner.Unhook(p, kind, named(args)...)
	return perl.L(1)
}

// hooked finds the plugin of the program that registers for events.
func (c *client) hooked(args []any) (p *scripted, kind irc.Kind, prefix string) {
	for plugin, object := range c.plugins {
		if x, ok := plugin.(*scripted); ok && object == perl.At(args, 0) {
			p = x
		}
	}
	if perl.Str(perl.At(args, 1)) == "USER" {
		return p, irc.UserHook, "U_"
	}
	return p, irc.ServerHook, "S_"
}

// named are the names of events, which may be in a list.
func named(args []any) []string {
	var names []any
	for _, arg := range perl.From(args, 2) {
		if list, ok := arg.(*perl.Array); ok {
			names = append(names, list.All()...)
		} else {
			names = append(names, arg)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return eventNames(names)
}
