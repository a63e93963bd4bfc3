package conformance

import (
	"errors"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p033(p *port) {
	k := p.kernel()
	p.warned = func(message string, _ map[string]any) {
		if message == "discarding session: no _start handler" {
			message = "discarding session  - no '_start' state"
		}
		p.out("  warning:", message)
	}
	attempt := func(label string, s states) {
		ses, err := session.Inline(k, s)
		var wrong *kernel.ConfigError
		switch {
		case errors.As(err, &wrong) && wrong.Field == "States":
			p.out(label+":", "croak: ,----- DEPRECATION ERROR ----- | | The _signal event is deprecated.  Please use sig() to register |"+
				" | an explicit signal handler instead. | `-----------------------------")
		case ses == nil:
			p.out(label+":", nil)
		default:
			p.out(label+":", "created")
		}
	}
	const lists = "tables of handlers are typed: this does not compile"
	p.notInGo("odd list: croak: odd number of events/handlers (missing one or the other?)", lists)
	p.notInGo("unknown: croak: unknown POE::Session parameter: frobnicate", "an unknown field does not compile")
	p.notInGo("inline not hash: croak: inline_states does not refer to a hash", lists)
	p.notInGo("inline handler not code: croak: inline state for '_start' needs a CODE reference", lists)
	p.notInGo("options not hash: croak: options for POE::Session constructor is expected to be a HASH reference", lists)
	p.notInGo("package_states not array: croak: package_states does not refer to an array", lists)
	p.notInGo("package_states odd: croak: the array for package_states has an odd number of elements", lists)
	p.notInGo("object_states not array: croak: object_states does not refer to an array", lists)
	p.notInGo("object_states odd: croak: the array for object_states has an odd number of elements", lists)
	p.notInGo("object_states handlers: croak: states for object 'POE::Nothing=HASH(ADDR)' need to be a hash or array ref", lists)
	attempt("_signal", states{"_signal": func(kernel.Event) {}})
	attempt("empty inline", states{})
	attempt("fine", states{"_start": func(kernel.Event) {}})
	k.Run()
	p.out("done")
}
