//go:build unix

package poetests_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// reasons counts what keeps a session alive, by kind.
func reasons(e kernel.Event) numbers {
	counts := numbers{}
	for _, r := range e.Kernel.WhyAlive(e.Session) {
		counts[r.Kind]++
	}
	return counts
}

// t/20_resources/00_base/aliases: POE's test looks into the kernel's tables;
// here it is a session whose reasons to live are counted.
func TestResourcesAliases(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		id := p.start(k, states{"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.AliasSet("alias-1"))
			found, ok := e.Kernel.AliasResolve("alias-1")
			p.is().True(ok)
			p.is().Equal(e.Session, found)
			p.is().Equal(numbers{"alias": 1}, reasons(e))
			p.is().Contains(e.Session.String(), "alias-1", "it shows in logs")

			p.is().NoError(e.Kernel.AliasRemove("alias-1"))
			_, ok = e.Kernel.AliasResolve("alias-1")
			p.is().False(ok)
			p.is().Empty(reasons(e))

			var many []string
			for i := range 3 {
				many = append(many, fmt.Sprintf("alias-%d", i+1))
			}
			for _, name := range slices.Backward(many) {
				p.is().NoError(e.Kernel.AliasSet(name))
			}
			p.is().Equal(numbers{"alias": 3}, reasons(e))
			names, err := e.Kernel.AliasList(e.Session)
			p.is().NoError(err)
			p.is().Equal(many, names)
		}})
		_, err := k.AliasList(kernel.Alias("nothing"))
		p.is().ErrorIs(err, kernel.ErrNoSession)
		_, ok := k.AliasResolve("nothing")
		p.is().False(ok)
		p.run(k)
		for i := range 3 {
			_, ok = k.AliasResolve(fmt.Sprintf("alias-%d", i+1))
			p.is().False(ok, "they go with the session")
		}
		p.is().Empty(k.WhyAlive(id))
	})
}
