package plugin

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// BotCommand sends events for commands that users give to a bot: "bot: slap
// eve" on a channel or "!slap eve" in private is the event botcmd_slap, with
// the sender, the channel or the sender's nick, and the rest of the line. The
// command help is built in. [CommandOf] returns the arguments of the event as
// typed values.
//
// POE: POE::Component::IRC::Plugin::BotCommand.
type BotCommand struct {
	// Commands maps the names of commands, in lower case, to their
	// descriptions.
	Commands map[string]Command
	// Prefix is the text with which a command begins; if empty, it is "!". With
	// NoPrefix commands have no prefix; with BarePrivate they have none in
	// private messages.
	Prefix      string
	NoPrefix    bool
	BarePrivate bool
	// NotAddressed accepts commands on channels that begin with the prefix
	// instead of the bot's nick. POE: Addressed => 0.
	NotAddressed bool
	// NoChannels and NoPrivate make the plugin ignore commands on channels and
	// in private messages. POE: In_channels => 0 and In_private => 0.
	NoChannels, NoPrivate bool
	// Auth reports whether a command may be executed; if not, texts are sent to
	// the user, or a general refusal if texts is nil. If Auth is nil, every
	// user may use every command. POE: Auth_sub.
	Auth func(call *Call) (ok bool, texts []string)
	// IgnoreUnauthorized and IgnoreUnknown suppress the answers to commands
	// that Auth refuses and that do not exist.
	IgnoreUnauthorized, IgnoreUnknown bool
	// Privmsg makes the plugin answer with PRIVMSG instead of NOTICE. POE:
	// Method.
	Privmsg bool
	// Eat keeps further plugins from seeing the messages that are commands.
	Eat bool
	// Help, if not nil, is called with the answer to the command help and
	// returns the lines to send. POE: Help_sub.
	Help func(command string, lines []string) []string

	c *irc.Client
}

// Command describes a command.
type Command struct {
	// Info is the answer to the command help; each line is a message.
	Info string
	// Args are the names of the arguments, all of which are required; if empty,
	// the rest of the line is one text. Variable permits further arguments,
	// which are named opt0, opt1 and so on. ArgInfo describes the arguments by
	// name; Values lists the permitted values by name, and nil permits all.
	Args     []string
	Variable bool
	ArgInfo  map[string]string
	Values   map[string][]string
	// Handler, if not empty, is the event to send instead of botcmd_ and the
	// name. Aliases are further names of the command.
	Handler string
	Aliases []string
	// Run, if not nil, is called in the client's session instead of sending the
	// event.
	Run func(call *Call)
}

// Call is one command that a user has given.
type Call struct {
	ircutil.Source
	Client *irc.Client
	Where  string            // the channel, or the nick of the sender in private
	Text   string            // what follows the command
	Args   map[string]string // with Command.Args; nil without
	Name   string            // of the command
	Given  string            // the name by which it was called
}

// Reply sends text to Where: the channel, or the sender in private.
func (call *Call) Reply(text string) { call.Client.Say(call.Where, text) }

// CommandOf returns the command of an event botcmd_*.
func CommandOf(e kernel.Event) *Call {
	text := func(i int) string { s, _ := kernel.ArgOK[string](e, i); return s }
	call := &Call{Source: ircutil.ParseSource(text(0)), Client: irc.From(e), Where: text(1), Text: text(2), Name: text(3), Given: text(4)}
	call.Args, _ = kernel.ArgOK[map[string]string](e, 2)
	return call
}

// Register implements [irc.Plugin]; the client calls it.
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

// Unregister implements [irc.Plugin]; the client calls it.
func (p *BotCommand) Unregister(*irc.Client) {}

// Add adds a command and reports whether it was added: it is not if there is
// one of that name.
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

// Remove removes a command and reports whether it existed.
func (p *BotCommand) Remove(name string) bool {
	_, there := p.Commands[strings.ToLower(name)]
	delete(p.Commands, strings.ToLower(name))
	return there
}

// Resolve returns the name of the command with that name or alias, "" if there
// is none. POE: resolve_alias.
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
