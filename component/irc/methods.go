package irc

import (
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// The methods below post commands: what they ask for is sent after the handler at
// hand, in the order of the calls.

// Join joins a channel, with its key if it has one.
func (c *Client) Join(channel string, key ...string) {
	_ = c.Yield("join", anys(append([]string{channel}, key...))...)
}

// Part leaves a channel, with a message if there is one.
func (c *Client) Part(channel string, message ...string) {
	if text := strings.Join(message, " "); text != "" {
		c.postHigh("PART " + channel + " :" + text)
		return
	}
	_ = c.Yield("part", channel)
}

// Say sends text to a channel or a nick. Line breaks, and lines that are too
// long, make it several messages, split between words if possible; POE's
// privmsg drops the excess. POE: the event "privmsg".
func (c *Client) Say(to, text string) { c.say("privmsg", to, text) }

// Notice is Say with NOTICE instead of PRIVMSG; programs must not answer a
// notice automatically.
func (c *Client) Notice(to, text string) { c.say("notice", to, text) }

func (c *Client) say(command, to, text string) {
	limit := c.config.MessageLength - len(c.nick) - len("PRIVMSG  :") - len(to)
	for _, line := range ircutil.Split(text, limit) {
		_ = c.Yield(command, to, line)
	}
}

// Action sends text to a channel or a nick as an action, as "/me" does in other
// clients. POE: the event "ctcp" with "ACTION".
func (c *Client) Action(to, text string) { _ = c.Yield("ctcp", to, "ACTION "+text) }

// CTCP sends a CTCP request to a channel or a nick.
func (c *Client) CTCP(to, text string) { _ = c.Yield("ctcp", to, text) }

// CTCPReply sends a CTCP reply to a nick.
func (c *Client) CTCPReply(to, text string) { _ = c.Yield("ctcpreply", to, text) }

// ChangeNick asks the server for another nick.
func (c *Client) ChangeNick(nick string) { _ = c.Yield("nick", nick) }

// Mode sends MODE for a channel or for the client's own nick, with the changes
// and their arguments.
func (c *Client) Mode(target string, changes ...string) {
	_ = c.Yield("mode", anys(append([]string{target}, changes...))...)
}

// Kick removes a user from a channel; why is the reason that others see.
func (c *Client) Kick(channel, nick, why string) { _ = c.Yield("kick", channel, nick, why) }

// SetTopic sets the topic of a channel; empty removes it.
func (c *Client) SetTopic(channel, text string) { _ = c.Yield("topic", channel, text) }

// WhoisNick sends WHOIS for a user; the answer is the event whois.
func (c *Client) WhoisNick(nick string) { _ = c.Yield("whois", nick) }

// Quit disconnects from the server with a message; the client continues to
// exist and may connect again.
func (c *Client) Quit(message string) { _ = c.Yield("quit", message) }

// Raw posts the event "quote", which sends a line unchanged. POE: the event
// "quote".
func (c *Client) Raw(line string) { _ = c.Yield("quote", line) }

// postHigh posts a line with the priority of commands.
func (c *Client) postHigh(line string) { _ = c.Yield("sl_high", line) }

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
