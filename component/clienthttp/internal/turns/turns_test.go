package turns_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp/internal/turns"
)

// request is a request of the model, which looks at all that wait at every turn.
type request struct {
	id   int
	host string
}

type model struct {
	limit, perHost int
	waiting, open  []request
}

func (m *model) next() (request, bool) {
	if m.limit >= 0 && len(m.open) >= m.limit {
		return request{}, false
	}
	for i, r := range m.waiting {
		busy := 0
		for _, o := range m.open {
			if o.host == r.host {
				busy++
			}
		}
		if m.perHost < 0 || busy < m.perHost {
			m.waiting = slices.Delete(m.waiting, i, i+1)
			m.open = append(m.open, r)
			return r, true
		}
	}
	return request{}, false
}

// The queue begins requests in the order of a list that is searched from its
// beginning, whatever is added, removed and done between.
func TestSameTurnsAsAList(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		limits := []int{turns.Unlimited, 1, 2, 5}
		m := &model{limit: limits[random.IntN(4)], perHost: limits[random.IntN(4)]}
		q := turns.New[request](m.limit, m.perHost)
		places := map[int]*turns.Place[request]{}
		for id := range 200 {
			switch random.IntN(4) {
			case 0, 1:
				r := request{id, fmt.Sprint(random.IntN(4))}
				m.waiting = append(m.waiting, r)
				places[id] = q.Add(turns.Host{Name: r.host}, r)
			case 2:
				if n := len(m.waiting); n > 0 {
					i := random.IntN(n)
					require.True(t, q.Remove(places[m.waiting[i].id]))
					m.waiting = slices.Delete(m.waiting, i, i+1)
				}
			case 3:
				if n := len(m.open); n > 0 {
					i := random.IntN(n)
					q.Done(places[m.open[i].id])
					require.False(t, q.Remove(places[m.open[i].id]), "it has had its turn")
					m.open = slices.Delete(m.open, i, i+1)
				}
			}
			for random.IntN(3) > 0 {
				want, more := m.next()
				got, ok := q.Next()
				require.Equal(t, more, ok)
				require.Equal(t, want, got)
			}
			require.Equal(t, len(m.open), q.Open())
			require.Equal(t, len(m.waiting), q.Waiting())
		}
	}
}

// What a turn costs does not depend on how many requests wait.
func TestWorkGrowsWithTheNumberOfRequests(t *testing.T) {
	const hosts = 50
	work := func(requests int) int {
		q := turns.New[int](16, 4)
		var places []*turns.Place[int]
		var open []int
		begin := func() {
			for {
				id, ok := q.Next()
				if !ok {
					return
				}
				open = append(open, id)
			}
		}
		for id := range requests {
			places = append(places, q.Add(turns.Host{Name: fmt.Sprint(id % hosts)}, id))
			begin()
		}
		for len(open) > 0 {
			q.Done(places[open[0]])
			open = open[1:]
			begin()
		}
		require.Zero(t, q.Waiting())
		return q.Looks()
	}
	for _, n := range []int{1000, 10_000, 100_000} {
		assert.LessOrEqual(t, work(n), n*4*bits.Len(hosts), "%d requests", n)
	}
}

// A queue keeps nothing of hosts with which it is done.
func TestHostsAreForgotten(t *testing.T) {
	q := turns.New[int](1, 1)
	for id := range 100 {
		p := q.Add(turns.Host{Name: fmt.Sprint("cancelled ", id)}, id)
		require.True(t, q.Remove(p))
		require.False(t, q.Remove(p))
		p = q.Add(turns.Host{Name: fmt.Sprint("done ", id)}, id)
		_, ok := q.Next()
		require.True(t, ok)
		q.Done(p)
	}
	assert.Zero(t, q.Hosts())
}
