package plugin

import (
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
)

// FollowTail follows a growing file, and sends the events tail_input with the
// file's name and a record, tail_error with the name, the error's number and
// its text, and tail_reset.
//
// POE: POE::Component::IRC::Plugin::FollowTail.
type FollowTail struct {
	// Filename is required.
	Filename string
	// Filter decodes the records; if nil, they are lines.
	Filter filter.Filter

	k     *kernel.Kernel
	id    kernel.ID
	wheel *followtail.Wheel
}

// Register implements [irc.Plugin]; the client calls it.
func (p *FollowTail) Register(c *irc.Client) error {
	p.k = c.Kernel()
	var failed error
	_, err := session.Inline(p.k, session.Funcs{
		"_start": func(e kernel.Event) {
			p.id = e.Session
			p.wheel, failed = followtail.New(p.k, followtail.Config{Filename: p.Filename, Filter: p.Filter, Events: followtail.Names{
				Input: "input", Error: "error", Reset: "reset",
			}})
			_ = p.k.DetachMyself()
		},
		"input": func(e kernel.Event) { c.Emit("tail_input", p.Filename, e.Arg(0)) },
		"error": func(e kernel.Event) { c.Emit("tail_error", p.Filename, e.Arg(1), e.Arg(2)) },
		"reset": func(kernel.Event) { c.Emit("tail_reset", p.Filename) },
	})
	if err != nil {
		return err
	}
	return failed
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *FollowTail) Unregister(*irc.Client) {
	if p.wheel != nil {
		_ = p.wheel.Close()
	}
}
