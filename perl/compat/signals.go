//go:build linux

package compat

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/session"
)

var signals kernel.ID

// watcher returns the session that calls the handlers in %SIG. It keeps no kernel
// alive.
func watcher() kernel.ID {
	if !signals.Alive() {
		s, err := session.Inline(Kernel(), session.Funcs{
			"_start": func(e kernel.Event) { _ = e.Kernel.AliasSet("perl signals") },
			"signal": func(e kernel.Event) { perl.ApplyVoid(e.Arg(0), e.Arg(1)) },
		})
		if err == nil {
			signals = s.ID()
		}
	}
	return signals
}
