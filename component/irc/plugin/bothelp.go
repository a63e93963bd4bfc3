package plugin

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// help is the answer to help: of a command, or the list of them.
func (p *BotCommand) help(call *Call, about string) []string {
	prefix := p.Prefix
	if !p.NotAddressed && p.c.IsChannel(call.Where) {
		prefix = p.c.Nick() + ": "
	}
	name, _, _ := strings.Cut(strings.ToLower(about), " ")
	var lines []string
	switch resolved := p.Resolve(name); {
	case name == "" && len(p.Commands) == 0:
		lines = []string{"No commands are defined"}
	case name == "":
		lines = []string{
			"Commands: " + strings.Join(slices.Sorted(maps.Keys(p.Commands)), ", "),
			"For more details, use: " + prefix + "help <command>",
		}
	case resolved == "":
		lines = []string{"Unknown command: " + name, "To get a list of commands, use: " + prefix + "help"}
	default:
		command := p.Commands[resolved]
		lines = command.help(prefix, name, resolved)
	}
	if p.Help != nil {
		lines = p.Help(name, lines)
	}
	return lines
}

// help describes a command; one without arguments by its Info alone.
func (command *Command) help(prefix, name, resolved string) []string {
	info := strings.FieldsFunc(command.Info, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(command.Args) == 0 && !command.Variable && len(command.Aliases) == 0 {
		return info
	}
	syntax := "Syntax: " + strings.Join(append([]string{prefix + name}, command.Args...), " ")
	if command.Variable {
		syntax += " ..."
	}
	lines := []string{syntax}
	for i, line := range info {
		if i == 0 {
			line = "Description: " + line
		}
		lines = append(lines, line)
	}
	lines = append(lines, command.argHelp()...)
	if name != resolved {
		lines = append(lines, "Alias of: "+prefix+resolved)
	}
	if aliases := slices.DeleteFunc(append([]string{resolved}, command.Aliases...), func(a string) bool { return a == name }); len(aliases) > 0 {
		lines = append(lines, "Aliases: "+strings.Join(aliases, " "))
	}
	return lines
}

func (command *Command) argHelp() []string {
	var lines []string
	for _, arg := range command.Args {
		text := command.ArgInfo[arg]
		if values := command.Values[arg]; values != nil {
			text = strings.TrimSpace(text + " (" + strings.Join(values, "|") + ")")
		}
		if text != "" {
			lines = append(lines, "    "+arg+": "+text)
		}
	}
	if lines != nil {
		lines = append([]string{"Arguments:"}, lines...)
	}
	return lines
}
