package kernel_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Jobs of one lane begin in order, each after the one before has ended; jobs of
// two lanes run at the same time.
func TestLanesKeepTheirOrder(t *testing.T) {
	k := kernel.New()
	const jobs = 200
	var came [2][]int
	var inside [2]int
	var mu sync.Mutex
	both := make(chan struct{}) // closed once both lanes run
	var first sync.WaitGroup
	first.Add(2)
	go func() { first.Wait(); close(both) }()
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for lane := range 2 {
				l := kernel.NewLane(k)
				for i := range jobs {
					_, err := l.Offload("done", func(context.Context) (any, error) {
						mu.Lock()
						inside[lane]++
						assert.Equal(t, 1, inside[lane])
						mu.Unlock()
						if i == 0 {
							first.Done()
							<-both
						}
						mu.Lock()
						inside[lane]--
						mu.Unlock()
						return i, nil
					}, lane)
					require.NoError(t, err)
				}
				assert.Equal(t, jobs, l.Len())
			}
		},
		"done": func(e kernel.Event) {
			lane := kernel.Arg[int](e, 2)
			came[lane] = append(came[lane], kernel.Arg[int](e, 0))
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	for lane := range came {
		require.Len(t, came[lane], jobs)
		for i, n := range came[lane] {
			require.Equal(t, i, n)
		}
	}
}

// A cancelled job does not hold up its lane, whether it runs, waits for its
// turn in the lane, or waits for a place among all jobs.
func TestCancelledJobsLeaveTheLane(t *testing.T) {
	for _, limit := range []int{1, 4} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			k := kernel.New(kernel.Options{MaxOffload: limit, DeadLetter: func(kernel.DeadLetter) {}})
			var came []string
			block := func(ctx context.Context) (any, error) { <-ctx.Done(); return "cancelled", nil }
			answer := func(text string) func(context.Context) (any, error) {
				return func(context.Context) (any, error) { return text, nil }
			}
			_, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					a, b := kernel.NewLane(k), kernel.NewLane(k)
					running, err := a.Offload("done", block)
					require.NoError(t, err)
					waiting, err := a.Offload("done", answer("never"))
					require.NoError(t, err)
					_, err = a.Offload("done", answer("a"))
					require.NoError(t, err)
					other, err := b.Offload("done", answer("also never"))
					require.NoError(t, err)
					_, err = b.Offload("done", answer("b"))
					require.NoError(t, err)
					other.Cancel()
					waiting.Cancel()
					running.Cancel()
				},
				"done": func(e kernel.Event) { came = append(came, kernel.Arg[string](e, 0)) },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.ElementsMatch(t, []string{"a", "b"}, came)
		})
	}
}

func ExampleLane() {
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			lane := kernel.NewLane(k)
			for _, statement := range []string{"insert", "update", "delete"} {
				lane.Offload("done", func(context.Context) (any, error) { return statement, nil })
			}
		},
		"done": func(e kernel.Event) { fmt.Println(kernel.Arg[string](e, 0)) },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// insert
	// update
	// delete
}
