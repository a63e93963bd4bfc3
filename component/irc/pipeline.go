package irc

import (
	"errors"
	"fmt"
	"slices"
)

// Plugin extends a client: it sees, changes and eats events on their way.
//
// POE: POE::Component::IRC::Plugin.
type Plugin interface {
	// Register is called when the plugin is added; it hooks into events with
	// Client.Hook. An error keeps it out of the pipeline. POE: PCI_register.
	Register(c *Client) error
	// Unregister is called when the plugin is removed, and when the client shuts
	// down; its hooks are gone. POE: PCI_unregister.
	Unregister(c *Client)
}

// Kind says what a hook sees.
type Kind int

const (
	// ServerHook sees events for sessions. POE: the methods S_*.
	ServerHook Kind = iota
	// UserHook sees commands on their way to the server, by the first word of the
	// line, which is the event's only argument and may be changed; and the
	// commands of DCC, and events of other names posted to the client, with their
	// own arguments. POE: the methods U_*.
	UserHook
)

// Eat is what becomes of an event after a hook.
type Eat int

const (
	// EatNone lets it continue. POE: PCI_EAT_NONE.
	EatNone Eat = iota
	// EatClient lets further plugins see it, but no session, nor the server.
	EatClient
	// EatPlugin keeps it from further plugins, but not from sessions.
	EatPlugin
	// EatAll ends it.
	EatAll
)

// Hook is a plugin's handler. A panic in it is the event plugin_error, and the
// event continues.
type Hook func(e *Event) Eat

// Hooks are a plugin's handlers by the event's name in lower case without
// its prefix. The one of "all" gets events that have no other.
type Hooks map[string]Hook

// Errors of the pipeline.
var (
	ErrPluginExists  = errors.New("irc: there is a plugin of that name")
	ErrPluginUnknown = errors.New("irc: there is no plugin of that name")
)

// Pipeline is the plugins of a client in their order: an event passes the first
// one first. Client.Pipeline returns it.
type Pipeline struct {
	c       *Client
	entries []*entry
}

type entry struct {
	name   string
	plugin Plugin
	hooks  [2]Hooks
}

// Pipeline returns the client's plugins.
func (c *Client) Pipeline() *Pipeline { return &c.pipeline }

// AddPlugin adds a plugin at the end and sends plugin_add. POE: plugin_add.
func (c *Client) AddPlugin(name string, p Plugin) error {
	return c.pipeline.insert(len(c.pipeline.entries), name, p)
}

// RemovePlugin removes a plugin and sends plugin_del. POE: plugin_del.
func (c *Client) RemovePlugin(name string) error { return c.pipeline.Remove(name) }

// Plugin returns a plugin, nil if there is none of that name. POE: plugin_get.
func (c *Client) Plugin(name string) Plugin {
	if i := c.pipeline.Index(name); i >= 0 {
		return c.pipeline.entries[i].plugin
	}
	return nil
}

// PluginOf returns the first plugin of a type.
func PluginOf[P Plugin](c *Client) (plugin P, ok bool) {
	for _, e := range c.pipeline.entries {
		if p, ok := e.plugin.(P); ok {
			return p, true
		}
	}
	return plugin, false
}

// Hook adds handlers of a plugin. It is called in Register or later.
// POE: plugin_register.
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

// Unhook removes handlers of a plugin. POE: plugin_unregister.
func (c *Client) Unhook(p Plugin, kind Kind, names ...string) {
	for _, e := range c.pipeline.entries {
		if e.plugin == p {
			for _, name := range names {
				delete(e.hooks[kind], eventName(name))
			}
		}
	}
}

// Names lists the plugins in their order. POE: plugin_order.
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

// AddFirst adds a plugin at the front. POE: unshift.
func (p *Pipeline) AddFirst(name string, plugin Plugin) error { return p.insert(0, name, plugin) }

// InsertBefore adds a plugin before another. POE: insert_before.
func (p *Pipeline) InsertBefore(other, name string, plugin Plugin) error {
	return p.insertAt(other, 0, name, plugin)
}

// InsertAfter adds a plugin after another. POE: insert_after.
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

// Move puts a plugin at another position, as far as there is one: 0 is the
// front. POE: bump_up and bump_down.
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

// Replace puts a plugin in the place of another. POE: replace.
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

// Remove removes a plugin. POE: remove.
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
