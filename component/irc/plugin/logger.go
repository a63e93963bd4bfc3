package plugin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/ircutil"
)

// Logger writes conversations to files: one for each channel, each nick, and
// each DCC chat, whose name begins with "=". It needs irc.Config.State, and
// adds the plugin BotTraffic if that was not added.
//
// POE: POE::Component::IRC::Plugin::Logger.
type Logger struct {
	// Path is the directory of the files, which is created if necessary. It is
	// required unless Log is set.
	Path string
	// NoPrivate, NoPublic and NoDCC exclude private messages, channels and DCC
	// chats; Notices includes notices.
	NoPrivate, NoPublic, NoDCC, Notices bool
	// SortByDate writes one file for each day, in a directory for each channel,
	// nick or chat.
	SortByDate bool
	// StripColor and StripFormatting remove colour codes and other formatting
	// codes.
	StripColor, StripFormatting bool
	// Open makes the files readable for other users of the system. POE:
	// Restricted => 0.
	Open bool
	// Log, if not nil, is called instead of writing files: context is a channel
	// or a nick, kind is "privmsg", "action", "notice", "join", "part", "quit",
	// "kick", "nick_change", "topic_is", "topic_change" or a mode as "+o";
	// texts are the arguments of the entry, and line is its text in a file,
	// without the time. POE: Log_sub, Format.
	Log func(context, kind string, texts []string, line string)

	c *irc.Client
}

// Register implements [irc.Plugin]; the client calls it.
func (p *Logger) Register(c *irc.Client) error {
	switch {
	case !c.FollowsState():
		return errNeedsState
	case p.Path == "" && p.Log == nil:
		return errors.New("a Path is required")
	}
	p.c = c
	if p.Log == nil {
		if err := os.MkdirAll(p.Path, p.dirMode()); err != nil {
			return err
		}
	}
	if _, there := irc.PluginOf[*BotTraffic](c); !there {
		if err := c.AddPlugin("BotTraffic", &BotTraffic{}); err != nil {
			return err
		}
	}
	c.Hook(p, irc.ServerHook, p.hooks())
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *Logger) Unregister(*irc.Client) {}

func (p *Logger) hooks() irc.Hooks {
	me := func(kind string) irc.Hook {
		return watch(func(e *irc.Event) { p.said(kind, p.c.Nick(), e.List(0), e.Text(1)) })
	}
	them := func(kind string) irc.Hook {
		return watch(func(e *irc.Event) { p.said(kind, nickOf(e), p.contexts(e), e.Text(2)) })
	}
	return irc.Hooks{
		"public": them("privmsg"), "msg": them("privmsg"), "notice": them("notice"), "ctcp_action": them("action"),
		"bot_public": me("privmsg"), "bot_msg": me("privmsg"), "bot_notice": me("notice"), "bot_action": me("action"),
		"join": watch(func(e *irc.Event) {
			p.happened(e.Text(1), "join", nickOf(e), sourceOf(e).User+"@"+sourceOf(e).Host, e.Text(1))
		}),
		"part": watch(func(e *irc.Event) {
			p.happened(e.Text(1), "part", nickOf(e), sourceOf(e).User+"@"+sourceOf(e).Host, e.Text(1), e.Text(2))
		}),
		"kick":  watch(func(e *irc.Event) { p.happened(e.Text(1), "kick", nickOf(e), e.Text(2), e.Text(1), e.Text(3)) }),
		"topic": watch(func(e *irc.Event) { p.happened(e.Text(1), "topic_change", nickOf(e), e.Text(2)) }),
		"332":   watch(p.topicIs),
		"quit": watch(func(e *irc.Event) {
			p.everywhere(e.List(2), "quit", nickOf(e), sourceOf(e).User+"@"+sourceOf(e).Host, e.Text(1))
		}),
		"nick":      watch(func(e *irc.Event) { p.everywhere(e.List(2), "nick_change", nickOf(e), e.Text(1)) }),
		"chan_mode": watch(func(e *irc.Event) { p.happened(e.Text(1), e.Text(2), nickOf(e), e.Text(3)) }),
		"dcc_start": watch(p.dccStart), "dcc_chat": watch(p.dccChat), "dcc_done": watch(p.dccDone),
	}
}

// contexts are where a message belongs: the channels, or its sender.
func (p *Logger) contexts(e *irc.Event) []string {
	var contexts []string
	for _, target := range e.List(1) {
		if !p.c.IsChannel(target) {
			target = nickOf(e)
		}
		contexts = append(contexts, target)
	}
	return contexts
}

func (p *Logger) said(kind, nick string, contexts []string, text string) {
	if kind == "notice" && !p.Notices {
		return
	}
	for _, context := range contexts {
		if public := p.c.IsChannel(context); public && !p.NoPublic || !public && !p.NoPrivate {
			p.write(context, kind, nick, text)
		}
	}
}

func (p *Logger) happened(channel, kind string, texts ...string) {
	if !p.NoPublic {
		p.write(channel, kind, texts...)
	}
}

func (p *Logger) everywhere(channels []string, kind string, texts ...string) {
	for _, channel := range channels {
		p.happened(channel, kind, texts...)
	}
}

func (p *Logger) topicIs(e *irc.Event) {
	if list := e.List(2); len(list) > 1 {
		p.happened(list[0], "topic_is", list[0], list[1])
	}
}

func (p *Logger) dccStart(e *irc.Event) {
	if e.Text(2) == "CHAT" && !p.NoDCC {
		p.write("="+e.Text(1), "dcc_start", e.Text(1), e.Text(6))
	}
}

func (p *Logger) dccChat(e *irc.Event) {
	if !p.NoDCC {
		p.write("="+e.Text(1), "privmsg", e.Text(1), e.Text(3))
	}
}

func (p *Logger) dccDone(e *irc.Event) {
	if e.Text(2) == "CHAT" && !p.NoDCC {
		p.write("="+e.Text(1), "dcc_done", e.Text(1), e.Text(7))
	}
}

// write logs one thing.
func (p *Logger) write(context, kind string, texts ...string) {
	for i, text := range texts {
		if text = ircutil.Decode(text); p.StripColor {
			text = ircutil.StripColor(text)
		}
		if p.StripFormatting {
			text = ircutil.StripFormatting(text)
		}
		texts[i] = text
	}
	context = p.c.Casemapping().Lower(ircutil.Decode(context))
	line := logLine(kind, texts)
	if p.Log != nil {
		p.Log(context, kind, texts, line)
		return
	}
	if err := p.append(context, line); err != nil {
		p.c.Kernel().Host().Logger().Warn("irc: the log cannot be written", "context", context, "error", err)
	}
}

func (p *Logger) dirMode() os.FileMode {
	if p.Open {
		return 0o755
	}
	return 0o700
}

// append writes a line to the file of a context.
func (p *Logger) append(context, line string) error {
	now := p.c.Now()
	path, stamp := filepath.Join(p.Path, fileName(context)+".log"), now.Format("2006-01-02 15:04:05 ")
	if p.SortByDate {
		dir := filepath.Join(p.Path, fileName(context))
		if err := os.MkdirAll(dir, p.dirMode()); err != nil {
			return err
		}
		path, stamp = filepath.Join(dir, now.Format("2006-01-02")+".log"), now.Format("15:04:05 ")
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, p.dirMode()&^0o111)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, stamp+line)
	return errors.Join(err, file.Close())
}

// fileName is a context as the name of a file: others choose it, so it stays within
// its directory.
func fileName(context string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r < ' ' {
			return '_'
		}
		return r
	}, context)
	if name == "" || name[0] == '.' {
		name = "_" + name
	}
	return ircutil.Truncate(name, 200)
}
