package irc

import (
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
)

// mode follows the modes of a channel, or the client's own, and sends an event for
// each change.
func (s *state) mode(ev *Event) {
	who, target := ev.Text(0), ev.Text(1)
	args := texts(ev.Args[min(3, len(ev.Args)):])
	if !s.c.IsChannel(target) {
		for _, change := range s.c.isupport.modes.Parse(ev.Text(2)) {
			if s.c.IsMe(target) {
				s.modes = withMode(s.modes, change)
			}
			s.c.EmitNext("user_mode", who, target, change.String())
		}
		return
	}
	ch := s.channel(target)
	for _, change := range s.c.isupport.modes.Parse(ev.Text(2), args...) {
		if ch != nil {
			s.apply(ch, change, who)
		}
		event := []any{who, target, change.String()}
		if change.HasArg {
			event = append(event, change.Arg)
		}
		s.c.EmitNext("chan_mode", event...)
	}
}

// withMode adds a mode to a set, or removes it.
func withMode(modes string, change ircutil.ModeChange) string {
	letter := string(rune(change.Mode))
	modes = strings.ReplaceAll(modes, letter, "")
	if change.Add {
		modes += letter
	}
	return modes
}

// apply changes a mode of a channel.
func (s *state) apply(ch *Channel, change ircutil.ModeChange, who string) {
	modes := s.c.isupport.modes
	switch {
	case strings.IndexByte(modes.Prefix, change.Mode) >= 0:
		if m := ch.members[s.key(change.Arg)]; m != nil {
			m.modes = s.inOrder(withMode(m.modes, change))
		}
	case strings.IndexByte(modes.Classes[0], change.Mode) >= 0:
		if change.Add && change.Arg != "" {
			s.addEntry(ch, change.Mode, change.Arg, Entry{SetBy: who, SetAt: s.c.k.Now()})
		} else {
			delete(ch.lists[change.Mode], change.Arg)
		}
	case change.Add:
		ch.modes[change.Mode] = change.Arg
	default:
		delete(ch.modes, change.Mode)
	}
}

// inOrder sorts the modes of a member as the server does, the highest first.
func (s *state) inOrder(modes string) string {
	out := ""
	for _, c := range s.c.isupport.modes.Prefix {
		if strings.ContainsRune(modes, c) {
			out += string(c)
		}
	}
	return out
}

// addEntry adds an entry to a list.
func (s *state) addEntry(ch *Channel, mode byte, mask string, e Entry) {
	list := ch.lists[mode]
	if list == nil {
		list = map[string]*Entry{}
		ch.lists[mode] = list
	}
	if len(list) >= s.c.config.Limits.Entries {
		s.limit("Entries")
		return
	}
	list[mask] = &e
}

// chanMode asks for the lists which only operators may see once the client is one.
func (s *state) chanMode(ev *Event) {
	change := ev.Text(2)
	if len(change) != 2 || change[0] != '+' || !strings.Contains("qoah", change[1:]) || !s.c.IsMe(ev.Text(3)) {
		return
	}
	for _, list := range [][2]string{{"EXCEPTS", "e"}, {"INVEX", "I"}} {
		if mode := s.c.isupport.listMode(list[0], list[1]); mode != "" {
			s.c.Mode(ev.Text(1), mode)
		}
	}
}

// listEntry is one entry of a list that was asked for: channel, mask, who, when.
func (s *state) listEntry(ev *Event, mode string) {
	ch := s.channel(param(ev, 0))
	if ch == nil || mode == "" || param(ev, 1) == "" {
		return
	}
	s.addEntry(ch, mode[0], param(ev, 1), Entry{SetBy: param(ev, 2), SetAt: unixTime(param(ev, 3))})
}

// unixTime reads a time as servers write it; what is none is the zero time.
func unixTime(text string) time.Time {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(n, 0)
	}
	return time.Time{}
}

// channelModes are all modes of a channel.
func (s *state) channelModes(ev *Event) {
	ch := s.channel(param(ev, 0))
	if ch == nil {
		return
	}
	list := ev.List(2)
	for _, change := range s.c.isupport.modes.Parse(param(ev, 1), list[min(2, len(list)):]...) {
		s.apply(ch, change, "")
	}
	s.synced(ch.Name, &syncState{modes: true})
}

func (s *state) created(ev *Event) {
	if ch := s.channel(param(ev, 0)); ch != nil {
		ch.Created = unixTime(param(ev, 1))
	}
}

func (s *state) channelURL(ev *Event) {
	if ch := s.channel(param(ev, 0)); ch != nil {
		ch.URL = param(ev, 1)
	}
}

func (s *state) topicText(ev *Event) {
	if ch := s.channel(param(ev, 0)); ch != nil {
		ch.Topic.Text = param(ev, 1)
	}
}

func (s *state) topicWho(ev *Event) {
	if ch := s.channel(param(ev, 0)); ch != nil {
		ch.Topic.SetBy, ch.Topic.SetAt = param(ev, 1), unixTime(param(ev, 2))
	}
}
