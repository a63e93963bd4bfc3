package conformance

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p925(p *port) {
	k := p.kernel()
	yes := func(id kernel.ID, err error) any {
		if err != nil {
			return nil
		}
		return who(id)
	}
	var ids []uint64
	for _, round := range []int{1, 2} {
		create(k, fmt.Sprint("round", round), states{
			"_start": func(e kernel.Event) { k.AliasSet("me"); ids = append(ids, e.Session.Number()); k.Yield("look") },
			"look": func(e kernel.Event) {
				p.out("alias", yes(k.Host().Resolve(kernel.Alias("me"))), "id", yes(k.ByNumber(e.Session.Number())),
					"ref", yes(k.Host().Resolve(e.Session)))
				p.out("kernel by ref", yes(k.Host().Resolve(k.ID())), "by id", yes(k.ByNumber(k.ID().Number())))
				p.out("unknown", yes(k.Host().Resolve(kernel.Alias("nobody"))), "errno", 0) // the error is a value here
				p.out("id to session", yes(k.ByNumber(e.Session.Number())), "no such", yes(k.ByNumber(123456)))
				p.out("session to id", either(e.Session.Session().(*session.Session).ID() == e.Session, "same", "other"))
				k.AliasRemove("me")
			},
			"_stop": func(e kernel.Event) { p.out("_stop, id still known", yes(k.ByNumber(e.Session.Number()))) },
		})
		k.Run()
		p.out("after run", yes(k.Host().Resolve(kernel.Alias("me"))), yes(k.ByNumber(ids[len(ids)-1])))
	}
	p.out("ids", either(ids[0] < ids[1], "grow", "repeat"))
}
