package conformance

import (
	"maps"
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
)

// withinATurn is what the first handler of a turn does with its handle and the
// other one.
var withinATurn = map[string]func(k *kernel.Kernel, mine, other *kernel.Handle){
	"nothing":    func(*kernel.Kernel, *kernel.Handle, *kernel.Handle) {},
	"pause read": func(k *kernel.Kernel, _, other *kernel.Handle) { k.SelectPauseRead(other) },
	"pause write": func(k *kernel.Kernel, mine, other *kernel.Handle) {
		k.SelectPauseWrite(mine)
		k.SelectPauseWrite(other)
	},
	"remove read":  func(k *kernel.Kernel, _, other *kernel.Handle) { k.SelectClear(other, kernel.Read) },
	"remove write": func(k *kernel.Kernel, mine, _ *kernel.Handle) { k.SelectClear(mine, kernel.Write) },
	"remove all":   func(k *kernel.Kernel, _, other *kernel.Handle) { k.SelectClear(other) },
	"set again": func(k *kernel.Kernel, _, other *kernel.Handle) {
		k.SelectClear(other, kernel.Read)
		k.SelectRead(other, "again")
	},
	"pause, resume": func(k *kernel.Kernel, _, other *kernel.Handle) { k.SelectPauseRead(other); k.SelectResumeRead(other) },
	"new write": func(k *kernel.Kernel, _, other *kernel.Handle) {
		k.SelectClear(other, kernel.Write)
		k.SelectWrite(other, "again")
	},
}

func p044(p *port) {
	k := p.kernel()
	for _, what := range slices.Sorted(maps.Keys(withinATurn)) {
		p.out("--", what)
		var near [2]*kernel.Handle
		for i := range near {
			mine, far, err := kernel.SocketPair()
			p.check(err)
			_, err = far.Write([]byte("x"))
			p.check(err)
			near[i] = mine
			defer mine.Close()
			defer far.Close()
		}
		var first *kernel.Handle
		var seen []string
		ready := func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			if first == nil {
				first = h
				other := near[0]
				if h == other {
					other = near[1]
				}
				withinATurn[what](k, h, other)
				k.Yield("queued")
			}
			mode := kernel.Arg[kernel.Mode](e, 1)
			seen = append(seen, strings.Join([]string{either(h == first, "first", "other"), mode.String(), e.Name}, " "))
		}
		inline(k, states{
			"_start": func(kernel.Event) {
				for _, h := range near {
					p.check(k.SelectRead(h, "ready"))
					p.check(k.SelectWrite(h, "ready"))
				}
			},
			"ready":  ready,
			"again":  ready,
			"queued": func(kernel.Event) { seen = append(seen, "queued"); k.Yield("later") },
			"later": func(kernel.Event) {
				seen = append(seen, "later")
				for _, h := range near {
					k.SelectClear(h)
				}
			},
		})
		p.check(k.Run())
		for _, line := range seen {
			p.out(line)
		}
	}
	p.out("done")
}
