package plugin

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/ircutil"
)

// PlugMan loads and unloads plugins while the client runs, by methods or by the
// commands plugin_add, plugin_del, plugin_reload, plugin_loaded and plugin_list
// of its owner: in private, or on a channel after the client's nick.
//
// In Go a plugin cannot be loaded by the name of its package: Makers lists the
// available ones. POE: POE::Component::IRC::Plugin::PlugMan.
type PlugMan struct {
	// Makers maps names to functions that make a plugin from the remaining
	// words of the command.
	Makers map[string]func(args []string) (irc.Plugin, error)
	// Owner is a mask of the users who may give commands. Auth, if not nil, is
	// called instead and reports whether a user may. If neither is set, no one
	// may. POE: botowner, auth_sub.
	Owner string
	Auth  func(c *irc.Client, who ircutil.Source, where string) bool

	c      *irc.Client
	loaded []loadedPlugin
}

// loadedPlugin is a plugin that PlugMan has added.
type loadedPlugin struct {
	name, maker string
	args        []string
}

// ErrNotLoaded is returned by PlugMan.Unload and PlugMan.Reload for a plugin
// that PlugMan.Load has not added.
var ErrNotLoaded = errors.New("plugin: it is not a managed plugin")

// Register implements [irc.Plugin]; the client calls it.
func (p *PlugMan) Register(c *irc.Client) error {
	p.c = c
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"msg": func(e *irc.Event) irc.Eat { return p.heard(e, nickOf(e), e.Text(2)) },
		"public": func(e *irc.Event) irc.Eat {
			if text, ok := addressed(c, e.Text(2), ""); ok {
				return p.heard(e, first(e.List(1)), text)
			}
			return irc.EatNone
		},
	})
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *PlugMan) Unregister(*irc.Client) {}

// Load makes a plugin with one of Makers and adds it under a name. The error is
// that of the maker, which may be unknown, or of irc.Client.AddPlugin.
func (p *PlugMan) Load(name, maker string, args ...string) error {
	create := p.Makers[maker]
	if create == nil {
		return fmt.Errorf("plugin: there is no maker %q", maker)
	}
	made, err := create(args)
	if err != nil {
		return err
	}
	if err := p.c.AddPlugin(name, made); err != nil {
		return err
	}
	p.loaded = append(p.loaded, loadedPlugin{name, maker, args})
	return nil
}

func (p *PlugMan) find(name string) int {
	return slices.IndexFunc(p.loaded, func(l loadedPlugin) bool { return l.name == name })
}

// Unload removes a plugin that Load has added. The error wraps ErrNotLoaded if
// it has not.
func (p *PlugMan) Unload(name string) error {
	i := p.find(name)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrNotLoaded, name)
	}
	p.loaded = slices.Delete(p.loaded, i, i+1)
	return p.c.RemovePlugin(name)
}

// Reload removes a plugin that Load has added and loads it again, with the same
// arguments. If that fails, the plugin remains removed. The error wraps
// ErrNotLoaded if Load has not added it.
func (p *PlugMan) Reload(name string) error {
	i := p.find(name)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrNotLoaded, name)
	}
	l := p.loaded[i]
	if err := p.Unload(name); err != nil {
		return err
	}
	return p.Load(l.name, l.maker, l.args...)
}

// Loaded returns the names of the plugins that Load has added.
func (p *PlugMan) Loaded() []string {
	names := make([]string, len(p.loaded))
	for i, l := range p.loaded {
		names[i] = l.name
	}
	return names
}

func (p *PlugMan) may(who ircutil.Source, where string) bool {
	if p.Auth != nil {
		return p.Auth(p.c, who, where)
	}
	return p.Owner != "" && ircutil.MatchMask(ircutil.NormalizeMask(p.Owner), who.String(), p.c.Casemapping())
}

// heard handles a command.
func (p *PlugMan) heard(e *irc.Event, where, text string) irc.Eat {
	words := strings.Fields(text)
	if len(words) == 0 || !strings.HasPrefix(words[0], "plugin_") || !p.may(sourceOf(e), where) {
		return irc.EatNone
	}
	if reply := p.do(words[0], words[1:]); reply != "" {
		p.c.Say(where, reply)
		return irc.EatAll
	}
	return irc.EatNone
}

// do does a command and returns what to say.
func (p *PlugMan) do(command string, args []string) string {
	arg := first(args)
	result := func(err error) string {
		if err != nil {
			return "Failed: " + err.Error()
		}
		return "Done."
	}
	switch {
	case command == "plugin_loaded":
		return "Managed Plugins: " + strings.Join(p.Loaded(), " ")
	case command == "plugin_list":
		return "Plugins: " + strings.Join(p.c.Pipeline().Names(), " ")
	case command == "plugin_add" && len(args) > 1:
		return result(p.Load(arg, args[1], args[2:]...))
	case command == "plugin_del" && arg != "":
		return result(p.Unload(arg))
	case command == "plugin_reload" && arg != "":
		return result(p.Reload(arg))
	}
	return ""
}
