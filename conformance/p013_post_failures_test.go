package conformance

import (
	"slices"

	"github.com/gopoe/poe/kernel"
)

func p013(p *port) {
	k := p.kernel()
	tryIt := func(what string, do func() error) {
		err := do()
		list := ones(err)
		scalar := one(do())
		p.out(slices.Concat([]any{what, "list", len(list)}, list, []any{"scalar", scalar, "errno", errname(err, "none")})...)
	}
	post := func(to kernel.Dest, event string) func() error {
		return func() error { return k.Post(to, event) }
	}
	call := func(to kernel.Dest) func() error {
		return func() error { _, err := k.Call(to, "hi"); return err }
	}
	gone := inline(k, states{
		"_start": func(kernel.Event) { k.AliasSet("gone") },
		"hi":     func(kernel.Event) { p.out("gone got hi") },
		"quit":   func(kernel.Event) { k.AliasRemove("gone") },
	}).ID()
	byNumber := func() error { // what a program does with a number that it was told
		id, err := k.ByNumber(gone.Number())
		if err != nil {
			return err
		}
		return k.Post(id, "hi")
	}
	nobody := kernel.Alias("nobody")
	inline(k, states{
		"_start": func(kernel.Event) {
			k.AliasSet("me")
			tryIt("post live alias", post(kernel.Alias("gone"), "hi"))
			tryIt("post live id", byNumber)
			tryIt("post live ref", post(gone, "hi"))
			k.Post(kernel.Alias("gone"), "quit")
			k.Yield("later", 3)
		},
		"later": func(e kernel.Event) {
			if again(e) {
				return
			}
			tryIt("post unknown", post(nobody, "hi"))
			tryIt("call unknown", call(nobody))
			tryIt("signal unknown", func() error { return k.Signal(nobody, "FOO") })
			tryIt("post stopped alias", post(kernel.Alias("gone"), "hi"))
			tryIt("post stopped id", byNumber)
			tryIt("post stopped ref", post(gone, "hi"))
			tryIt("call stopped ref", call(gone))
			k.Yield("nothing")
			k.Yield("nothing")
			p.notInGo("yield list 1 undef scalar undef errno none", "Yield has no result, in whatever context")
			tryIt("post to self with no handler", post(kernel.Alias("me"), "nothing"))
		},
	})
	k.Run()
	p.out("done")
}
