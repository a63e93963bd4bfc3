package kernel

import (
	"encoding/json"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/recording"
)

// resultJSON is a recording.Result as the file that recording.ResultVariable names has it.
type resultJSON struct {
	Equal  bool   `json:"equal"`
	Whole  bool   `json:"whole"`
	Events uint64 `json:"events"`
	Error  string `json:"error,omitempty"`
	// Divergence says that the error is one, and no fault of the recording.
	Divergence bool `json:"divergence"`
	Final      bool `json:"final"` // nothing else follows
}

// resultWriter returns a function that writes results to a file, nil if there is
// no name.
func resultWriter(name string) func(recording.Result) {
	if name == "" {
		return nil
	}
	return func(r recording.Result) {
		j := resultJSON{Equal: r.Equal, Whole: r.Whole, Events: r.Events, Final: r.Err != nil}
		if r.Err != nil {
			j.Error = r.Err.Error()
			_, j.Divergence = r.Err.(*recording.Divergence)
		}
		data, err := json.Marshal(j)
		if err == nil {
			err = os.WriteFile(name, data, 0o600)
		}
		if err != nil {
			stderrLogger(0).Warn("the result of the replay was not written", "file", name, "error", err)
		}
	}
}

// replayInspector stops a replay before an event.
type replayInspector struct {
	file    string
	number  uint64 // 0 for none
	name    string // a pattern, empty for none
	session string
}

// inspectorOf is what the environment asks for, nil if nothing.
func inspectorOf() *replayInspector {
	i := &replayInspector{file: fromVariable(recording.StateVariable)}
	i.number, _ = strconv.ParseUint(fromVariable(recording.AtVariable), 10, 64)
	i.name, i.session, _ = strings.Cut(fromVariable(recording.UntilVariable), "@")
	if i.file == "" || i.number == 0 && i.name == "" {
		return nil
	}
	return i
}

// matches reports whether the event of that number is the one to stop at.
func (i *replayInspector) matches(number uint64, name string, session uint64) bool {
	if i.number != 0 {
		return number == i.number
	}
	if ok, err := path.Match(i.name, name); !ok || err != nil {
		return false
	}
	return i.session == "" || i.session == "*" || i.session == strconv.FormatUint(session, 10)
}

// state is what a kernel had at an event.
type state struct {
	Event    uint64 // which is about to be dispatched
	Name     string
	Session  uint64
	Before   []string // the events before it
	Time     int64    // nanoseconds since the kernel was made
	Counts   observe.Counts
	Sessions []observe.SessionDetail
	Queue    []observe.Queued
	Timers   []observe.Queued
	Handles  []observe.HandleInfo
}

// maxListed bounds the lists of a state.
const maxListed = 1000

// save writes the state and ends the run.
func (i *replayInspector) save(p *player, name string, session uint64) {
	p.inspecting = true
	k, v := p.t.k, p.t.k.Host().Inspect()
	s := state{
		Event: p.t.events() + 1, Name: name, Session: session, Time: k.now, Counts: v.Counts(),
	}
	s.Queue, _ = v.Queue(make([]observe.Queued, 0, maxListed), 0)
	for _, id := range v.Timers(make([]uint64, 0, maxListed)) {
		if x, ok := v.Timer(id); ok {
			s.Timers = append(s.Timers, x)
		}
	}
	for _, m := range p.before {
		s.Before = append(s.Before, m.String())
	}
	page, next, _ := v.Sessions(make([]observe.SessionInfo, 0, maxListed), 0)
	for next != 0 && len(page) < maxListed {
		page, next, _ = v.Sessions(page, next)
	}
	for _, info := range page {
		if d, ok := v.Session(info.Number); ok {
			s.Sessions = append(s.Sessions, d)
		}
	}
	handles, slot := v.Handles(make([]observe.HandleInfo, 0, maxListed), 0)
	for slot != 0 && len(handles) < maxListed {
		handles, slot = v.Handles(handles, slot)
	}
	s.Handles = handles
	data, err := json.MarshalIndent(plainValue(s), "", "  ")
	if err == nil {
		err = os.WriteFile(i.file, append(data, '\n'), 0o600)
	}
	if err == nil {
		err = recording.ErrStopped
	}
	p.halt(err)
}
