package node

import (
	"strings"

	"github.com/gopoe/poe/kernel"
)

// Starter starts a session for an alias that is exposed and that no session
// has. If it returns without an error, the session must have the alias.
type Starter func(alias string) error

// StartOnDemand sets the function that starts sessions whose aliases begin with
// a prefix, which must end in a slash (else kernel.ErrInvalid), when an event
// for them comes from outside. It exposes nothing. The starter runs in the
// node's own session; its error is sent to the sender of the event. Nil removes
// it. It is for packages that move sessions between nodes.
func (n *Node) StartOnDemand(prefix string, start Starter) error {
	if len(prefix) < 2 || prefix[len(prefix)-1] != '/' {
		return callError("StartOnDemand", prefix, kernel.ErrInvalid)
	}
	if start == nil {
		delete(n.agent.starters, prefix)
		return nil
	}
	n.agent.starters[prefix] = start
	return nil
}

// session finds the session that has an alias, or has it started.
func (a *agent) session(alias string) (kernel.ID, error) {
	id, ok := a.k.AliasResolve(alias)
	if ok {
		return id, nil
	}
	start := a.starters[alias[:strings.LastIndexByte(alias, '/')+1]]
	if start == nil {
		return id, ErrNoSession
	}
	if err := start(alias); err != nil {
		return id, err
	}
	if id, ok = a.k.AliasResolve(alias); !ok {
		return id, ErrNoSession
	}
	return id, nil
}
