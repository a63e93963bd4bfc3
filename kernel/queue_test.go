package kernel_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Whatever is queued, however much, and whoever stops meanwhile: what is left comes in
// order, and what was for a session that is gone, or from it, does not come.
func TestTheQueueKeepsItsOrderWhileSessionsStop(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		k := kernel.New(kernel.Options{Assert: kernel.Assert{Data: true}})
		type note struct{ from, to, number int }
		ids, gone := make([]kernel.ID, 8), make([]bool, 8)
		got := []note{} // by those who are left
		for i := range ids {
			s, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) { _, _ = e.Kernel.RefcountIncrement(e.Session, "test") },
				"post": func(e kernel.Event) {
					n := kernel.Arg[note](e, 0)
					require.NoError(t, e.Kernel.Post(ids[n.to], "note", n))
				},
				"note": func(e kernel.Event) { got = append(got, kernel.Arg[note](e, 0)) },
			})
			require.NoError(t, err)
			ids[i] = s.ID()
		}
		want := []note{}
		post := func(n int) {
			for range n {
				n := note{r.IntN(len(ids)), r.IntN(len(ids)), len(want)}
				if !gone[n.from] && !gone[n.to] {
					_, err := k.Call(ids[n.from], "post", n)
					require.NoError(t, err)
					want = append(want, n)
				}
			}
		}
		stop := func() {
			if i := r.IntN(len(ids)); !gone[i] {
				gone[i] = true
				require.NoError(t, k.Host().StopSession(ids[i]))
			}
		}
		rounds := 0
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("round") },
			"round": func(e kernel.Event) {
				post(r.IntN(300))
				for range r.IntN(3) {
					stop()
					post(r.IntN(100))
				}
				want = slices.DeleteFunc(want, func(n note) bool { return gone[n.from] || gone[n.to] })
				e.Kernel.Yield("check")
			},
			"check": func(e kernel.Event) {
				require.Equal(t, want, got)
				want, got = []note{}, []note{}
				if rounds++; rounds < 20 {
					e.Kernel.Yield("round")
					return
				}
				e.Kernel.Stop()
			},
		})
		require.NoError(t, err)
		require.NoError(t, k.Run())
	}
}
