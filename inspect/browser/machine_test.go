package browser_test

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session/nfa"
)

// payment is the runstate of a machine that takes money, or does not.
type payment struct{ Asked, Paid, Refused int }

// paymentStates answers every fifth time with a refusal.
var paymentStates = nfa.States[payment]{
	"idle": {
		"begin": func(p *payment, e nfa.Event) {
			must(e.Kernel.AliasSet("payment"))
			must(e.Kernel.Delay("ask", 20*time.Millisecond))
		},
		"ask": func(p *payment, e nfa.Event) { must(e.Machine.GotoState("asking", "send")) },
	},
	"asking": {
		"send": func(p *payment, e nfa.Event) {
			p.Asked++
			must(e.Kernel.Delay("answer", 10*time.Millisecond))
		},
		"answer": func(p *payment, e nfa.Event) {
			switch {
			case p.Asked%5 == 0:
				must(e.Machine.GotoState("refused", "retry"))
			case p.Asked%3 == 0:
				must(e.Machine.GotoState("asking", "send"))
			default:
				must(e.Machine.GotoState("paid", "thank"))
			}
		},
	},
	"refused": {
		"retry": func(p *payment, e nfa.Event) {
			p.Refused++
			must(e.Kernel.Delay("again", 10*time.Millisecond))
		},
		"again": func(p *payment, e nfa.Event) { must(e.Machine.GotoState("asking", "send")) },
	},
	"paid": {
		"thank": func(p *payment, e nfa.Event) {
			p.Paid++
			must(e.Kernel.Delay("next", 10*time.Millisecond))
		},
		"next": func(p *payment, e nfa.Event) { must(e.Machine.GotoState("idle", "begin")) },
	},
	"refunded": {"done": func(*payment, nfa.Event) {}},
}

func startPayments(k *kernel.Kernel) {
	m, err := nfa.Spawn(k, &payment{}, paymentStates)
	must(err)
	must(m.GotoState("idle", "begin"))
}
