package irc

import (
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// Text has the arguments of the events that carry text: public, msg, notice,
// ctcp_*, ctcpreply_*, echo_*, bot_addressed, bot_mentioned and so on.
type Text struct {
	ircutil.Source
	Targets    []string // the channels or nicks it was sent to
	Text       string
	Identified bool      // whether the sender is identified, with identify-msg
	Account    string    // of the sender, with account-tag
	Time       time.Time // with server-time; zero without
	Message    *Message  // on the wire; nil outside of the handler
}

// TextOf returns the typed form of an event.
func TextOf(e kernel.Event) Text {
	t := Text{Source: sourceArg(e), Text: textArg(e, 2)}
	t.Targets, _ = kernel.ArgOK[[]string](e, 1)
	t.Identified, _ = kernel.ArgOK[bool](e, 3)
	if c := From(e); c != nil && c.message != nil {
		t.Message = c.message
		t.Account, _ = c.message.Tag("account")
		t.Time = TimeOf(c.message)
	}
	return t
}

// Target returns the first target: the channel for the event public. It is ""
// if there is none.
func (t Text) Target() string {
	if len(t.Targets) == 0 {
		return ""
	}
	return t.Targets[0]
}

// TimeOf returns the time in a message's tag "time" (capability server-time),
// the zero time if there is none.
func TimeOf(m *Message) time.Time {
	text, _ := m.Tag("time")
	at, err := time.Parse("2006-01-02T15:04:05.000Z", text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Member has the arguments of the events join, part, quit, kick, nick and
// invite.
type Member struct {
	ircutil.Source        // who has caused the event
	Channel        string // "" for quit and nick
	Target         string // who was kicked, or the new nick
	Text           string // the message of part, quit and kick
	// Channels are those of the client's channels on which the user was: for
	// quit and nick, with Config.State.
	Channels []string
}

// MemberOf returns the typed form of an event.
func MemberOf(e kernel.Event) Member {
	m := Member{Source: sourceArg(e)}
	switch e.Name {
	case "irc_quit":
		m.Text = textArg(e, 1)
		m.Channels, _ = kernel.ArgOK[[]string](e, 2)
	case "irc_nick":
		m.Target = textArg(e, 1)
		m.Channels, _ = kernel.ArgOK[[]string](e, 2)
	case "irc_kick":
		m.Channel, m.Target, m.Text = textArg(e, 1), textArg(e, 2), textArg(e, 3)
	case "irc_part":
		m.Channel, m.Text = textArg(e, 1), textArg(e, 2)
	default:
		m.Channel = textArg(e, 1)
	}
	return m
}

// ModeLine has the arguments of the events mode, chan_mode and user_mode.
type ModeLine struct {
	ircutil.Source
	Target  string // a channel, or the client
	Changes []ircutil.ModeChange
}

// ModeOf returns the typed form of an event.
func ModeOf(e kernel.Event) ModeLine {
	modes := ircutil.DefaultModes
	if c := From(e); c != nil {
		modes = c.isupport.modes
	}
	args := texts(e.Args[min(3, len(e.Args)):])
	return ModeLine{Source: sourceArg(e), Target: textArg(e, 1), Changes: modes.Parse(textArg(e, 2), args...)}
}

// TopicChange has the arguments of the event topic.
type TopicChange struct {
	ircutil.Source
	Channel, Text string
	Old           *Topic // with Config.State; nil without
}

// TopicOf returns the typed form of an event.
func TopicOf(e kernel.Event) TopicChange {
	old, _ := kernel.ArgOK[*Topic](e, 3)
	return TopicChange{sourceArg(e), textArg(e, 1), textArg(e, 2), old}
}

// Numeric has the arguments of the event of a three-digit reply.
type Numeric struct {
	Server, Text string
	Params       []string // without the client's nick
}

// NumericOf returns the typed form of an event.
func NumericOf(e kernel.Event) Numeric {
	params, _ := kernel.ArgOK[[]string](e, 2)
	return Numeric{textArg(e, 0), textArg(e, 1), params}
}

// Param returns the i-th parameter, "" if there is none.
func (n Numeric) Param(i int) string {
	if i < 0 || i >= len(n.Params) {
		return ""
	}
	return n.Params[i]
}

func textArg(e kernel.Event, i int) string {
	s, _ := kernel.ArgOK[string](e, i)
	return s
}

func sourceArg(e kernel.Event) ircutil.Source { return ircutil.ParseSource(textArg(e, 0)) }
