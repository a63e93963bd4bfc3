package irc

import (
	"errors"
	"fmt"
	"slices"
)

// Plugin extends a client: it receives events before sessions or the server do,
// and may change or stop them.
//
// POE: POE::Component::IRC::Plugin.
type Plugin interface {
	// Register is called in the client's session when the plugin is added; it
	// registers handlers with Client.Hook. If it returns an error, the plugin
	// is not added. POE: PCI_register.
	Register(c *Client) error
	// Unregister is called in the client's session when the plugin has been
	// removed, and when the client shuts down; its hooks are no longer called.
	// POE: PCI_unregister.
	Unregister(c *Client)
}

// Kind selects which events a hook receives.
type Kind int

const (
	// ServerHook receives events for sessions. POE: the methods S_*.
	ServerHook Kind = iota
	// UserHook receives commands before they are sent to the server, named by
	// the first word of the line; the line is the event's only argument and may
	// be changed. It also receives the commands of DCC and events of other
	// names that are posted to the client, with their own arguments. POE: the
	// methods U_*.
	UserHook
)

// Eat is the result of a hook: it determines who else receives the event.
type Eat int

const (
	// EatNone passes the event on to everyone. POE: PCI_EAT_NONE.
	EatNone Eat = iota
	// EatClient passes it on to further plugins, but neither to sessions nor to
	// the server. POE: PCI_EAT_CLIENT.
	EatClient
	// EatPlugin passes it on to sessions or the server, but not to further
	// plugins. POE: PCI_EAT_PLUGIN.
	EatPlugin
	// EatAll passes it on to no one. POE: PCI_EAT_ALL.
	EatAll
)

// Hook is a plugin's handler. It runs in the client's session. A panic in it is
// logged and reported as the event plugin_error, and the event is passed on.
type Hook func(e *Event) Eat

// Hooks maps the names of events, without the prefix "irc_" and in any case, to
// a plugin's handlers. The handler of "all" gets the events that have no
// handler of their own.
type Hooks map[string]Hook

// The errors of adding and removing plugins.
var (
	ErrPluginExists  = errors.New("irc: there is a plugin of that name")
	ErrPluginUnknown = errors.New("irc: there is no plugin of that name")
)

// Pipeline is the list of a client's plugins: an event passes through them in
// this order. Client.Pipeline returns it. Its methods belong to the kernel's
// goroutine.
type Pipeline struct {
	c       *Client
	entries []*entry
}

type entry struct {
	name   string
	plugin Plugin
	hooks  [2]Hooks
}

// Pipeline returns the pipeline of the client's plugins.
func (c *Client) Pipeline() *Pipeline { return &c.pipeline }

// AddPlugin adds a plugin at the end of the pipeline and sends plugin_add. The
// error wraps ErrPluginExists or is that of Plugin.Register. POE: plugin_add.
func (c *Client) AddPlugin(name string, p Plugin) error {
	return c.pipeline.insert(len(c.pipeline.entries), name, p)
}

// RemovePlugin removes a plugin and sends plugin_del. The error wraps
// ErrPluginUnknown. POE: plugin_del.
func (c *Client) RemovePlugin(name string) error { return c.pipeline.Remove(name) }

// Plugin returns the plugin with the given name, nil if there is none. POE:
// plugin_get.
func (c *Client) Plugin(name string) Plugin {
	if i := c.pipeline.Index(name); i >= 0 {
		return c.pipeline.entries[i].plugin
	}
	return nil
}

// PluginOf returns the first plugin of type P and reports whether there is one.
func PluginOf[P Plugin](c *Client) (plugin P, ok bool) {
	for _, e := range c.pipeline.entries {
		if p, ok := e.plugin.(P); ok {
			return p, true
		}
	}
	return plugin, false
}

// Hook adds handlers of the plugin p, which it may call in Register or later.
// It replaces handlers of the same names, and does nothing if p is not in the
// pipeline. p must be comparable. POE: plugin_register.
func (c *Client) Hook(p Plugin, kind Kind, hooks Hooks) {
	for _, e := range c.pipeline.entries {
		if e.plugin != p {
			continue
		}
		if e.hooks[kind] == nil {
			e.hooks[kind] = Hooks{}
		}
		for name, hook := range hooks {
			e.hooks[kind][eventName(name)] = hook
		}
	}
}

// Unhook removes the named handlers of a plugin. POE: plugin_unregister.
func (c *Client) Unhook(p Plugin, kind Kind, names ...string) {
	for _, e := range c.pipeline.entries {
		if e.plugin == p {
			for _, name := range names {
				delete(e.hooks[kind], eventName(name))
			}
		}
	}
}

// Names returns the names of the plugins in their order. POE: plugin_order.
func (p *Pipeline) Names() []string {
	names := make([]string, len(p.entries))
	for i, e := range p.entries {
		names[i] = e.name
	}
	return names
}

// Index returns the position of a plugin, -1 if there is none of that name.
func (p *Pipeline) Index(name string) int {
	return slices.IndexFunc(p.entries, func(e *entry) bool { return e.name == name })
}

// AddFirst adds a plugin at the front; the errors are those of
// Client.AddPlugin. POE: unshift.
func (p *Pipeline) AddFirst(name string, plugin Plugin) error { return p.insert(0, name, plugin) }

// InsertBefore adds a plugin before another, or returns ErrPluginUnknown if
// that does not exist. POE: insert_before.
func (p *Pipeline) InsertBefore(other, name string, plugin Plugin) error {
	return p.insertAt(other, 0, name, plugin)
}

// InsertAfter adds a plugin after another, or returns ErrPluginUnknown if that
// does not exist. POE: insert_after.
func (p *Pipeline) InsertAfter(other, name string, plugin Plugin) error {
	return p.insertAt(other, 1, name, plugin)
}

func (p *Pipeline) insertAt(other string, offset int, name string, plugin Plugin) error {
	i := p.Index(other)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrPluginUnknown, other)
	}
	return p.insert(i+offset, name, plugin)
}

// Move moves a plugin to another position; 0 is the front. Positions out of
// range mean the front or the end. The error wraps ErrPluginUnknown. POE:
// bump_up and bump_down.
func (p *Pipeline) Move(name string, to int) error {
	i := p.Index(name)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrPluginUnknown, name)
	}
	e := p.entries[i]
	entries := slices.Delete(slices.Clone(p.entries), i, i+1)
	p.entries = slices.Insert(entries, max(0, min(to, len(entries))), e)
	return nil
}

// Replace removes a plugin and adds another at its position. If the new one
// cannot be added, the old one remains removed. POE: replace.
func (p *Pipeline) Replace(other, name string, plugin Plugin) error {
	i := p.Index(other)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrPluginUnknown, other)
	}
	if err := p.Remove(other); err != nil {
		return err
	}
	return p.insert(min(i, len(p.entries)), name, plugin)
}

func (p *Pipeline) insert(at int, name string, plugin Plugin) (err error) {
	if p.Index(name) >= 0 {
		return fmt.Errorf("%w: %s", ErrPluginExists, name)
	}
	e := &entry{name: name, plugin: plugin}
	p.entries = slices.Insert(slices.Clone(p.entries), at, e)
	p.c.inSession("irc_plugin", func() { err = plugin.Register(p.c) })
	if err != nil {
		p.delete(e)
		return fmt.Errorf("irc: plugin %s: %w", name, err)
	}
	p.c.Emit("plugin_add", name, plugin)
	return nil
}

func (p *Pipeline) delete(e *entry) {
	p.entries = slices.DeleteFunc(slices.Clone(p.entries), func(x *entry) bool { return x == e })
}

// Remove is Client.RemovePlugin. POE: remove.
func (p *Pipeline) Remove(name string) error {
	i := p.Index(name)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrPluginUnknown, name)
	}
	e := p.entries[i]
	p.delete(e)
	p.c.inSession("irc_plugin", func() { e.plugin.Unregister(p.c) })
	p.c.Emit("plugin_del", name, e.plugin)
	return nil
}

// clear removes all plugins.
func (p *Pipeline) clear() {
	for len(p.entries) > 0 {
		_ = p.Remove(p.entries[0].name)
	}
}

// process shows an event to the plugins and reports whether it continues to the
// sessions, or to the server.
func (p *Pipeline) process(kind Kind, ev *Event) (goesOn bool) {
	goesOn = true
	for _, e := range p.entries { // a plugin that changes the pipeline makes a new slice
		hook := e.hooks[kind][ev.Name]
		if hook == nil {
			hook = e.hooks[kind]["all"]
		}
		if hook == nil {
			continue
		}
		switch p.run(e, hook, ev) {
		case EatAll:
			return false
		case EatClient:
			goesOn = false
		case EatPlugin:
			return goesOn
		}
	}
	return goesOn
}

// run runs a hook.
func (p *Pipeline) run(e *entry, hook Hook, ev *Event) (eat Eat) {
	defer func() {
		if recovered := recover(); recovered != nil {
			text := fmt.Sprintf("%s of plugin %s failed: %v", ev.Name, e.name, recovered)
			p.c.warn("a plugin has failed", "plugin", e.name, "event", ev.Name, "panic", recovered)
			if ev.Name != "plugin_error" {
				p.c.Emit("plugin_error", text, e.name, e.plugin)
			}
		}
	}()
	return hook(ev)
}
