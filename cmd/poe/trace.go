package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Event is one dispatch to a session.
type Event struct {
	Line int    `json:"line"` // of the trace
	From string `json:"from"`
	To   string `json:"to"`
	Name string `json:"event"`
	Args []any  `json:"args"`
}

// is tells whether two events are the same one, whatever their arguments.
func (e *Event) is(other *Event) bool {
	return e.From == other.From && e.To == other.To && e.Name == other.Name
}

// key is on one line what must agree for two events to be the same one.
func (e *Event) key() string { return fmt.Sprintf("%q %q %q", e.From, e.To, e.Name) }

// entry is a line of a trace.
type entry struct {
	Line    int    `json:"-"`
	Message string `json:"msg"`
	Event   string `json:"event"`
	From    party  `json:"from"`
	To      party  `json:"to"`
	Args    []any  `json:"args"`
}

// party is a session that sends or gets an event.
type party struct {
	Number  uint64   `json:"session"` // 0 is the kernel
	Aliases []string `json:"aliases"`
}

// wheelWork is what the events are called by which wheels watch their handles.
var wheelWork = regexp.MustCompile(`^(POE::\w+::\w+\(\d+\) -> |(wheel|component|filter|driver)/)`)

// address is what Perl makes of a reference that is used as text.
var address = regexp.MustCompile(`^([\w:]+=)?[A-Z]+\(0x[0-9a-f]+\)$`)

// readTrace reads the events of a trace, less what is the kernel's own business
// and, unless internals is set, the wheels'.
func readTrace(name string, internals bool) ([]*Event, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []entry
	r := bufio.NewReader(f)
	for line := 1; ; line++ {
		text, err := r.ReadBytes('\n')
		if err == io.EOF {
			break // a line without its end is what a killed program leaves
		}
		if err != nil {
			return nil, err
		}
		e := entry{Line: line}
		if err := json.Unmarshal(bytes.TrimSpace(text), &e); err != nil {
			return nil, fmt.Errorf("%s:%d: this is no trace: %w", name, line, err)
		}
		if e.wanted(internals) {
			entries = append(entries, e)
		}
	}
	return named(entries), nil
}

func (e *entry) wanted(internals bool) bool {
	return (e.Message == "dispatching" || e.Message == "calling") && e.To.Number != 0 && (internals || !wheelWork.MatchString(e.Event))
}

// named gives the sessions names that both programs share: the first in the
// alphabet of the aliases with which a session is first seen, or else its place
// among those without one.
func named(entries []entry) []*Event {
	names := sessionNames(entries)
	events := make([]*Event, len(entries))
	for i, e := range entries {
		events[i] = &Event{Line: e.Line, From: names[e.From.Number], To: names[e.To.Number], Name: e.Event, Args: e.Args}
		for j, a := range e.Args {
			events[i].Args[j] = withNames(a, names)
		}
	}
	return events
}

func sessionNames(entries []entry) map[uint64]string {
	aliases := map[uint64]string{}
	var order []uint64
	see := func(s party) {
		old, seen := aliases[s.Number]
		if !seen {
			order = append(order, s.Number)
		}
		if old == "" && len(s.Aliases) > 0 {
			old = slices.Min(s.Aliases)
		}
		aliases[s.Number] = old
	}
	for _, e := range entries {
		see(e.From)
		see(e.To)
	}
	names, used, nameless := map[uint64]string{0: "kernel"}, map[string]int{}, 0
	for _, n := range order {
		switch alias := aliases[n]; {
		case n == 0:
		case alias == "":
			nameless++
			names[n] = fmt.Sprintf("#%d", nameless)
		default:
			if used[alias]++; used[alias] > 1 {
				alias = fmt.Sprintf("%s~%d", alias, used[alias])
			}
			names[n] = alias
		}
	}
	return names
}

// withNames replaces the sessions within an argument by their names, and
// addresses of Perl's memory by what they are.
func withNames(v any, names map[uint64]string) any {
	switch v := v.(type) {
	case string:
		if address.MatchString(v) {
			return map[string]any{"opaque": "reference"}
		}
	case []any:
		for i := range v {
			v[i] = withNames(v[i], names)
		}
	case map[string]any:
		if n, ok := v["session"].(float64); ok {
			if name := names[uint64(n)]; name != "" {
				return map[string]any{"session": name}
			}
			return map[string]any{"opaque": "session"}
		}
		for key := range v {
			v[key] = withNames(v[key], names)
		}
	}
	return v
}

// String is the event on one line.
func (e *Event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s → %s  %s", e.From, e.To, e.Name)
	if e.From == e.To {
		b.Reset()
		fmt.Fprintf(&b, "%s  %s", e.To, e.Name)
	}
	for _, a := range e.Args {
		b.WriteByte(' ')
		b.WriteString(argument(a))
	}
	return b.String()
}

// argument is an argument as a person reads it.
func argument(v any) string {
	if table, ok := v.(map[string]any); ok && len(table) == 1 {
		if name, ok := table["session"].(string); ok {
			return "<" + name + ">"
		}
		if kind, ok := table["opaque"].(string); ok {
			return "<" + kind + ">"
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err.Error() // it came out of JSON
	}
	return strings.TrimSuffix(text.String(), "\n")
}
