package irc

import (
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// command is how an event becomes a line: its priority, how many arguments it
// needs at least and takes at most (negative is any number), and how they are
// written.
type command struct {
	priority priority
	need     int
	most     int
	write    func(c *Client, name string, args []string) string
}

// commands are the client's commands by their event. The shapes are those of
// RFC 2812, the names those of the original.
var commands = map[string]command{
	"rehash":    {priorityHigh, 0, 0, plain},
	"die":       {priorityHigh, 0, 0, plain},
	"restart":   {priorityHigh, 0, 0, plain},
	"quit":      {priorityNormal, 0, -1, oneText},
	"version":   {priorityHigh, 0, -1, oneText},
	"time":      {priorityHigh, 0, -1, oneText},
	"trace":     {priorityHigh, 0, -1, oneText},
	"admin":     {priorityHigh, 0, -1, oneText},
	"info":      {priorityHigh, 0, -1, oneText},
	"away":      {priorityHigh, 0, -1, oneText},
	"users":     {priorityHigh, 0, -1, oneText},
	"lusers":    {priorityHigh, 0, -1, oneText},
	"locops":    {priorityHigh, 0, -1, oneText},
	"operwall":  {priorityHigh, 0, -1, oneText},
	"wallops":   {priorityHigh, 0, -1, oneText},
	"motd":      {priorityHigh, 0, -1, oneText},
	"who":       {priorityHigh, 0, -1, plain},
	"nick":      {priorityHigh, 1, 1, plain},
	"oper":      {priorityHigh, 2, 2, lastText},
	"invite":    {priorityHigh, 2, 2, lastText},
	"squit":     {priorityHigh, 2, 2, lastText},
	"kill":      {priorityHigh, 2, -1, lastText},
	"privmsg":   {priorityNormal, 2, -1, targetText("PRIVMSG")},
	"privmsglo": {priorityNormal + 1, 2, -1, targetText("PRIVMSG")},
	"privmsghi": {priorityNormal - 1, 2, -1, targetText("PRIVMSG")},
	"notice":    {priorityNormal, 2, -1, targetText("NOTICE")},
	"noticelo":  {priorityNormal + 1, 2, -1, targetText("NOTICE")},
	"noticehi":  {priorityNormal - 1, 2, -1, targetText("NOTICE")},
	"squery":    {priorityNormal, 2, -1, targetText("SQUERY")},
	"tagmsg":    {priorityNormal, 1, 1, plain},
	"ctcp":      {priorityHigh, 2, -1, targetCTCP("PRIVMSG")},
	"ctcpreply": {priorityHigh, 2, -1, targetCTCP("NOTICE")},
	"join":      {priorityHigh, 1, 2, plain},
	"summon":    {priorityHigh, 1, 2, plain},
	"sconnect":  {priorityHigh, 1, 3, func(c *Client, _ string, args []string) string { return plain(c, "connect", args) }},
	"whowas":    {priorityHigh, 1, 3, plain},
	"stats":     {priorityHigh, 0, -1, plain},
	"links":     {priorityHigh, 0, -1, plain},
	"mode":      {priorityHigh, 1, -1, plain},
	"servlist":  {priorityHigh, 0, -1, plain},
	"cap":       {priorityHigh, 1, -1, lastText},
	"part":      {priorityHigh, 1, -1, part},
	"names":     {priorityHigh, 0, -1, commaList},
	"list":      {priorityHigh, 0, -1, commaList},
	"whois":     {priorityHigh, 1, -1, whois},
	"ping":      {priorityHigh, 1, 2, plain},
	"pong":      {priorityHigh, 1, 2, plain},
	"kick":      {priorityHigh, 2, -1, twoAndText},
	"remove":    {priorityHigh, 2, -1, twoAndText},
	"topic":     {priorityNormal, 1, -1, topic},
	"setname":   {priorityHigh, 1, -1, oneText},
	"nickserv":  {priorityHigh, 0, -1, nickServ},
	"ison":      {priorityHigh, 1, -1, nil}, // these two may need several lines
	"userhost":  {priorityHigh, 1, -1, nil},
}

// command handles the event of a command.
func (c *Client) command(e kernel.Event) {
	what := commands[e.Name]
	args := texts(e.Args)
	switch {
	case len(args) < what.need:
		c.warn("the command needs more arguments", "command", e.Name, "needs", what.need, "args", e.Args)
		e.Return(kernel.ErrInvalid)
	case what.most >= 0 && len(args) > what.most:
		c.warn("the command takes fewer arguments", "command", e.Name, "takes", what.most, "args", e.Args)
		e.Return(kernel.ErrInvalid)
	case e.Name == "ison":
		c.sendLists("ISON", args, len(args))
	case e.Name == "userhost":
		c.sendLists("USERHOST", args, 5)
	default:
		c.send(what.priority, what.write(c, e.Name, args))
	}
}

// sendLists sends a command for lists of nicks which fit into a line each, of up
// to so many.
func (c *Client) sendLists(name string, nicks []string, most int) {
	line, count := name, 0
	for _, nick := range nicks {
		if count == most || count > 0 && len(line)+len(nick)+1 > c.config.MessageLength-len(c.nick) {
			c.send(priorityHigh, line)
			line, count = name, 0
		}
		line += " " + nick
		count++
	}
	c.send(priorityHigh, line)
}

// last writes the last argument so that it stays one.
func last(text string) string {
	if text == "" || text[0] == ':' || strings.Contains(text, " ") {
		return ":" + text
	}
	return text
}

// plain writes the arguments between blanks.
func plain(_ *Client, name string, args []string) string {
	return strings.Join(append([]string{strings.ToUpper(name)}, args...), " ")
}

// oneText joins all arguments to one, which may be missing.
func oneText(_ *Client, name string, args []string) string {
	if len(args) == 0 {
		return strings.ToUpper(name)
	}
	return strings.ToUpper(name) + " " + last(strings.Join(args, ""))
}

// lastText writes the last argument as text.
func lastText(c *Client, name string, args []string) string {
	end := len(args) - 1
	return plain(c, name, append(args[:end:end], last(args[end])))
}

func targetText(name string) func(*Client, string, []string) string {
	return func(_ *Client, _ string, args []string) string {
		return name + " " + args[0] + " :" + strings.Join(args[1:], " ")
	}
}

func targetCTCP(name string) func(*Client, string, []string) string {
	return func(_ *Client, _ string, args []string) string {
		return name + " " + args[0] + " :" + ircutil.QuoteCTCP(strings.Join(args[1:], " "))
	}
}

func twoAndText(_ *Client, name string, args []string) string {
	return strings.ToUpper(name) + " " + args[0] + " " + args[1] + " :" + strings.Join(args[2:], "")
}

func joinComma(list []string) string { return strings.Join(list, ",") }

func commaList(_ *Client, name string, args []string) string {
	return strings.TrimSpace(strings.ToUpper(name) + " " + joinComma(args))
}

// whois writes a server, if there are several arguments, and the nicks.
func whois(_ *Client, _ string, args []string) string {
	if len(args) == 1 {
		return "WHOIS " + args[0]
	}
	return "WHOIS " + args[0] + " " + joinComma(args[1:])
}

// part writes channels and, if the last argument is none, a message.
func part(c *Client, _ string, args []string) string {
	end := len(args) - 1
	if end > 0 && (!c.IsChannel(args[end]) || strings.Contains(args[end], " ")) {
		return "PART " + joinComma(args[:end]) + " :" + args[end]
	}
	return "PART " + joinComma(args)
}

// topic asks for the topic, or sets it; an empty text removes it.
func topic(_ *Client, _ string, args []string) string {
	if len(args) == 1 {
		return "TOPIC " + args[0]
	}
	return "TOPIC " + args[0] + " :" + strings.Join(args[1:], "")
}

func nickServ(c *Client, _ string, args []string) string {
	name := "NICKSERV"
	if strings.Contains(strings.ToLower(c.server.version), "ratbox") {
		name = "NS"
	}
	return strings.TrimSpace(name + " " + strings.Join(args, " "))
}
