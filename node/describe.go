package node

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel/observe"
)

var linkStates = [...]string{linkIdle: "idle", linkTrying: "trying", linkUp: "up", linkDown: "down", linkRemoved: "removed"}

// maxDescribed bounds how many links and aliases are shown.
const maxDescribed = 200

// Role implements observe.Endpoint.
func (a *agent) Role() string { return "node" }

// Describe shows the node and its links to inspectors.
func (a *agent) Describe() []observe.Field {
	n := a.n
	links := n.allLinks()
	slices.SortFunc(links, func(x, y *link) int { return cmp.Compare(x.name, y.name) })
	rows := make([][]observe.Field, 0, min(len(links), maxDescribed))
	for _, l := range links[:min(len(links), maxDescribed)] {
		rows = append(rows, l.describe())
	}
	return []observe.Field{
		{Name: "name", Value: n.config.Name},
		{Name: "address", Value: n.address},
		{Name: "tls", Value: n.config.TLS != nil},
		{Name: "calls pending", Value: len(a.calls)},
		{Name: "proxies", Value: len(a.proxies)},
		{Name: "link count", Value: len(links)},
		{Name: "links", Value: rows},
		{Name: "exposed", Value: strings.Join(n.exposed.Load().describe(), "\n")},
	}
}

// describe is a row of links. Times are in seconds.
func (l *link) describe() []observe.Field {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.n.now()
	row := []observe.Field{
		{Name: "node", Value: l.name},
		{Name: "address", Value: l.address},
		{Name: "state", Value: linkStates[l.state]},
		{Name: "since", Value: sinceOrZero(now, l.since)},
		{Name: "heard", Value: sinceOrZero(now, l.lastSign())},
		{Name: "epoch", Value: l.epoch},
		{Name: "window", Value: l.seq - l.acked},
		{Name: "window limit", Value: l.n.config.Window},
		{Name: "window bytes", Value: l.bytes - l.ackedBack},
		{Name: "window bytes limit", Value: l.n.config.WindowBytes},
		{Name: "sent", Value: l.seq},
		{Name: "received", Value: l.inSeq},
		{Name: "held", Value: l.held},
		{Name: "waits", Value: l.waiting},
	}
	if l.clocks.trip > 0 {
		row = append(row, observe.Field{Name: "round trip", Value: l.clocks.trip.Seconds()}, observe.Field{Name: "skew", Value: l.clocks.skew.Seconds()})
	}
	return row
}

func sinceOrZero(now, t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return now.Sub(t).Seconds()
}

// describe lists aliases with their events, as text.
func (e exposures) describe() (list []string) {
	for alias, events := range e {
		if len(list) == maxDescribed {
			break
		}
		names := slices.Sorted(maps.Keys(events))
		list = append(list, alias+": "+strings.Join(names[:min(len(names), 20)], " "))
	}
	slices.Sort(list)
	return list
}
