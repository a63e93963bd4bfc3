package plugin

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// BotCommand makes events of commands that people give to a bot: "bot: slap eve" on
// a channel or "!slap eve" in private is the event botcmd_slap, with the sender, the
// channel or the sender's nick, and the rest of the line. The command help is there
// by itself. The event's typed form is [CommandOf].
//
// POE: POE::Component::IRC::Plugin::BotCommand.
type BotCommand struct {
	// Commands are the commands by their name in lower case.
	Commands map[string]Command
	// Prefix is what a command begins with; empty is "!". NoPrefix needs none.
	// BarePrivate needs none in private.
	Prefix      string
	NoPrefix    bool
	BarePrivate bool
	// NotAddressed takes commands with the prefix from channels, without the bot's
	// name in front. POE: Addressed => 0.
	NotAddressed bool
	// NoChannels and NoPrivate ignore commands from there. POE: In_channels => 0
	// and In_private => 0.
	NoChannels, NoPrivate bool
	// Auth decides who may; texts are what the user is told then, nil is a
	// refusal in general. Nil lets everyone. POE: Auth_sub.
	Auth func(call *Call) (ok bool, texts []string)
	// IgnoreUnauthorized and IgnoreUnknown do not answer those.
	IgnoreUnauthorized, IgnoreUnknown bool
	// Privmsg answers by PRIVMSG in place of NOTICE. POE: Method.
	Privmsg bool
	// Eat keeps further plugins from seeing the messages that are commands.
	Eat bool
	// Help adds to the answer of the command help. POE: Help_sub.
	Help func(command string, lines []string) []string

	c *irc.Client
}

// Command describes a command.
type Command struct {
	// Info is what help says; each line is a message.
	Info string
	// Args are the names of the arguments, all of which are needed; without any the
	// rest of the line is one text. Variable allows more of them, which are named
	// opt0, opt1 and so on. ArgInfo says what an argument is, Values what it may
	// be; nil is anything.
	Args     []string
	Variable bool
	ArgInfo  map[string]string
	Values   map[string][]string
	// Handler is the event in place of botcmd_ and the name. Aliases are further
	// names.
	Handler string
	Aliases []string
	// Run is called in place of the event, in the client's session.
	Run func(call *Call)
}

// Call is one command that was given.
type Call struct {
	ircutil.Source
	Client *irc.Client
	Where  string            // the channel, or the nick of the sender in private
	Text   string            // what follows the command
	Args   map[string]string // with Command.Args; nil without
	Name   string            // of the command
	Given  string            // the name by which it was called
}

// Reply says something where the command was given.
func (call *Call) Reply(text string) { call.Client.Say(call.Where, text) }

// CommandOf returns the typed form of the events botcmd_*.
func CommandOf(e kernel.Event) *Call {
	text := func(i int) string { s, _ := kernel.ArgOK[string](e, i); return s }
	call := &Call{Source: ircutil.ParseSource(text(0)), Client: irc.From(e), Where: text(1), Text: text(2), Name: text(3), Given: text(4)}
	call.Args, _ = kernel.ArgOK[map[string]string](e, 2)
	return call
}

// Register is called by the client.
func (p *BotCommand) Register(c *irc.Client) error {
	orDefault(&p.Prefix, "!")
	if p.NoPrefix {
		p.Prefix = ""
	}
	if p.Commands == nil {
		p.Commands = map[string]Command{}
	}
	p.c = c
	c.Hook(p, irc.ServerHook, irc.Hooks{"msg": p.msg, "public": p.public})
	return nil
}

// Unregister is called by the client.
func (p *BotCommand) Unregister(*irc.Client) {}

// Add adds a command and reports whether there was none of that name.
func (p *BotCommand) Add(name string, command Command) bool {
	name = strings.ToLower(name)
	if _, there := p.Commands[name]; there {
		return false
	}
	if p.Commands == nil {
		p.Commands = map[string]Command{}
	}
	p.Commands[name] = command
	return true
}

// Remove removes a command and reports whether there was one.
func (p *BotCommand) Remove(name string) bool {
	_, there := p.Commands[strings.ToLower(name)]
	delete(p.Commands, strings.ToLower(name))
	return there
}

// Resolve returns the name of a command, or of one with that alias; "" if there is
// none. POE: resolve_alias.
func (p *BotCommand) Resolve(name string) string {
	name = strings.ToLower(name)
	if _, there := p.Commands[name]; there {
		return name
	}
	for other, command := range p.Commands {
		if slices.Contains(command.Aliases, name) {
			return other
		}
	}
	return ""
}

func (p *BotCommand) msg(e *irc.Event) irc.Eat {
	text := bare(e.Text(2))
	command, ok := strings.CutPrefix(text, p.Prefix)
	if p.NoPrivate || !ok && !p.BarePrivate {
		return irc.EatNone
	}
	return p.given(e, nickOf(e), command)
}

func (p *BotCommand) public(e *irc.Event) irc.Eat {
	if p.NoChannels {
		return irc.EatNone
	}
	command, ok := strings.CutPrefix(bare(e.Text(2)), p.Prefix)
	if !p.NotAddressed {
		command, ok = addressed(p.c, bare(e.Text(2)), "")
	}
	if !ok {
		return irc.EatNone
	}
	return p.given(e, first(e.List(1)), command)
}

// given handles a command.
func (p *BotCommand) given(e *irc.Event, where, text string) irc.Eat {
	given, rest, _ := strings.Cut(text, " ")
	if given == "" {
		return irc.EatNone
	}
	call := &Call{Source: sourceOf(e), Client: p.c, Where: where, Text: strings.TrimSpace(rest), Given: strings.ToLower(given)}
	p.do(call)
	if p.Eat {
		return irc.EatPlugin
	}
	return irc.EatNone
}

func (p *BotCommand) do(call *Call) {
	if call.Name = p.Resolve(call.Given); call.Name == "" {
		call.Name = call.Given
	}
	command, known := p.Commands[call.Name]
	if known {
		if wrong := command.parse(call); wrong != "" {
			p.answer(call, wrong)
			return
		}
	}
	if p.Auth != nil {
		if ok, texts := p.Auth(call); !ok {
			if texts == nil {
				texts = []string{"You are not authorized to use this command."}
			}
			if !p.IgnoreUnauthorized {
				p.answer(call, texts...)
			}
			return
		}
	}
	switch {
	case known:
		p.run(call, &command)
	case call.Name == "help":
		p.answer(call, p.help(call, call.Text)...)
	case !p.IgnoreUnknown:
		p.answer(call, p.help(call, call.Name)...)
	}
}

// run calls the command's function or sends its event.
func (p *BotCommand) run(call *Call, command *Command) {
	if command.Run != nil {
		command.Run(call)
		return
	}
	var args any
	switch {
	case call.Args != nil:
		args = call.Args
	case call.Text != "":
		args = call.Text
	}
	event := command.Handler
	if event == "" {
		event = "botcmd_" + call.Name
	}
	p.c.EmitNext(event, call.String(), call.Where, args, call.Name, call.Given)
}

func (p *BotCommand) answer(call *Call, texts ...string) {
	for _, text := range texts {
		if p.Privmsg {
			p.c.Say(call.Where, text)
		} else {
			p.c.Notice(call.Where, text)
		}
	}
}

// parse splits the arguments and says what is wrong with them.
func (command *Command) parse(call *Call) (wrong string) {
	if len(command.Args) == 0 && !command.Variable {
		return ""
	}
	words := strings.Fields(call.Text)
	if len(words) < len(command.Args) || len(words) > len(command.Args) && !command.Variable {
		return "Not enough or too many arguments. See help for " + call.Name
	}
	call.Args = map[string]string{}
	for i, word := range words {
		if i >= len(command.Args) {
			call.Args["opt"+itoa(i-len(command.Args))] = word
			continue
		}
		name := command.Args[i]
		if values := command.Values[name]; values != nil && !slices.Contains(values, word) {
			return name + " can be one of " + strings.Join(values, "|")
		}
		call.Args[name] = word
	}
	return ""
}
