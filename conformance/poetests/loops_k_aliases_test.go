//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// POE::Test::Loops::k_aliases: aliases, what resolves to a session, and the
// end of sessions that only aliases hold: IDLE once, then ZOMBIE once.
func TestLoopsKAliases(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		seen := numbers{}
		handled := func(e kernel.Event) { seen[e.Name]++; e.Kernel.SigHandled() }
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("IDLE", "idle"))
				p.is().NoError(e.Kernel.Sig("ZOMBIE", "zombie"))
				p.is().NoError(e.Kernel.AliasSet("new name"))
				p.is().NoError(e.Kernel.AliasSet("new name"), "again")
				for _, dest := range []kernel.Dest{e.Session, kernel.Alias("new name")} {
					id, err := e.Kernel.Host().Resolve(dest)
					p.is().NoError(err)
					p.is().Equal(e.Session, id)
				}
				_, ok := e.Kernel.AliasResolve("nonexistent")
				p.is().False(ok)
				for _, id := range []kernel.ID{e.Session, e.Kernel.ID()} {
					found, err := e.Kernel.ByNumber(id.Number())
					p.is().NoError(err)
					p.is().Equal(id, found)
				}
				for _, want := range [][]string{{"new name"}, {"new name", "second name"}} {
					names, err := e.Kernel.AliasList(e.Session)
					p.is().NoError(err)
					p.is().Equal(want, names)
					p.is().NoError(e.Kernel.AliasSet("second name"))
				}
			},
			"idle": handled, "zombie": handled,
			"_stop": func(e kernel.Event) { p.is().Equal(numbers{"idle": 1, "zombie": 1}, seen) },
		})
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.AliasSet("a_sample_alias"))
				p.is().NoError(e.Kernel.AliasRemove("a_sample_alias"))
				e.Kernel.Sig("IDLE", "never")
				e.Kernel.Sig("ZOMBIE", "never")
			},
			"never": func(e kernel.Event) { p.Error("a signal for one without an alias", e.Args) },
		})
		p.run(k)
		p.is().Len(seen, 2)
	})
}
