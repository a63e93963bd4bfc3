//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// family checks who is whose child and parent.
func (p *proof) family(k *kernel.Kernel, parent kernel.ID, children ...kernel.ID) {
	p.Helper()
	page, _, ok := k.Host().Inspect().Children(make([]observe.SessionInfo, 0, 100), parent.Number(), 0)
	p.is().True(ok)
	var got []kernel.ID
	for _, child := range page {
		id, err := k.ByNumber(child.Number)
		p.ok(err)
		got = append(got, id)
	}
	p.is().ElementsMatch(children, got)
	if parent != k.ID() {
		p.is().Equal(len(children), reasonsOf(k, parent)["child"], "each is a reason to live")
	}
	for _, child := range children {
		its, err := k.Parent(child)
		p.is().NoError(err)
		p.is().Equal(parent, its)
	}
}

// t/20_resources/00_base/sessions: the tree of sessions, who holds whom, what
// becomes of the children of one that ends, and what cannot be asked of
// sessions that are not there.
func TestResourcesSessions(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.virtual()
		p.is().Zero(k.Stats().Sessions)
		p.family(k, k.ID())

		var child, grand, great kernel.ID
		hold := func(e kernel.Event) { e.Kernel.Delay("end", time.Hour) }
		detach := func(e kernel.Event) { p.is().NoError(e.Kernel.DetachMyself()) }
		handlers := func(more func(e kernel.Event)) states {
			return states{"_start": more, "detach": detach, "end": nothing, "_child": nothing, "_parent": nothing}
		}
		child = p.start(k, handlers(func(e kernel.Event) {
			hold(e)
			grand = p.start(e.Kernel, handlers(func(e kernel.Event) {
				hold(e)
				great = p.start(e.Kernel, handlers(hold))
			}))
		}))
		p.is().Equal(3, k.Stats().Sessions)
		p.family(k, k.ID(), child)
		p.family(k, child, grand)
		p.family(k, grand, great)
		p.family(k, great)
		found, err := k.ByNumber(child.Number())
		p.is().NoError(err)
		p.is().Equal(child, found)

		_, err = k.Call(grand, "detach")
		p.is().NoError(err)
		p.family(k, k.ID(), child, grand)
		p.family(k, child)
		p.family(k, grand, great)

		p.is().NoError(k.Host().StopSession(child))
		p.family(k, k.ID(), grand)
		p.nowhere(k, child)

		p.is().NoError(k.Host().StopSession(grand))
		p.family(k, k.ID(), great)
		p.is().True(great.Alive(), "given to its grandparent")
		p.is().NoError(k.Host().StopSession(great))
		p.family(k, k.ID())
		p.is().Zero(k.Stats().Sessions)
		_, err = k.Host().Start(nil)
		p.is().ErrorIs(err, kernel.ErrInvalid)
		p.run(k)
	})
}

// nowhere checks what methods say to a session that is not there.
func (p *proof) nowhere(k *kernel.Kernel, gone kernel.ID) {
	for _, id := range []kernel.ID{gone, {}} {
		p.is().False(id.Alive())
		_, err := k.Parent(id)
		p.is().ErrorIs(err, kernel.ErrNoSession)
		p.is().Empty(k.WhyAlive(id))
		_, err = k.Host().Resolve(id)
		p.is().ErrorIs(err, kernel.ErrNoSession)
		p.is().ErrorIs(k.Host().StopSession(id), kernel.ErrNoSession)
		p.is().ErrorIs(k.DetachChild(id), kernel.ErrNoSession)
	}
	_, err := k.ByNumber(gone.Number())
	p.is().ErrorIs(err, kernel.ErrNoSession)
	_, err = k.Host().Resolve(kernel.Alias("nonexistent"))
	p.is().ErrorIs(err, kernel.ErrNoSession)
}
