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

// chain queues jobs that run one after the other.
type chain struct {
	k    *kernel.Kernel
	last *kernel.Job
}

func (c *chain) offload(t *testing.T, work func(context.Context) (any, error), done func(result any)) *kernel.Job {
	job, err := c.k.Host().OffloadFunc(c.last, "job", work, func(_ kernel.Event, result any, err error) {
		assert.NoError(t, err)
		done(result)
	})
	require.NoError(t, err)
	c.last = job
	return job
}

// Jobs of one chain begin in order, each after the one before has ended; jobs of
// two chains run at the same time.
func TestChainsKeepTheirOrder(t *testing.T) {
	k := kernel.New()
	const jobs = 200
	var came [2][]int
	var inside [2]int
	var mu sync.Mutex
	both := make(chan struct{}) // closed once both chains run
	var first sync.WaitGroup
	first.Add(2)
	go func() { first.Wait(); close(both) }()
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for n := range 2 {
				c := &chain{k: k}
				for i := range jobs {
					c.offload(t, func(context.Context) (any, error) {
						mu.Lock()
						inside[n]++
						assert.Equal(t, 1, inside[n])
						mu.Unlock()
						if i == 0 {
							first.Done()
							<-both
						}
						mu.Lock()
						inside[n]--
						mu.Unlock()
						return i, nil
					}, func(result any) { came[n] = append(came[n], result.(int)) })
				}
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	for n := range came {
		require.Len(t, came[n], jobs)
		for i, job := range came[n] {
			require.Equal(t, i, job)
		}
	}
}

// A cancelled job does not delay its chain, whether it runs, waits for the job
// before it, or waits because of the limit of jobs.
func TestCancelledJobsLeaveTheChain(t *testing.T) {
	for _, limit := range []int{1, 4} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			k := kernel.New(kernel.Options{MaxOffload: limit, DeadLetter: func(kernel.DeadLetter) {}})
			var came []string
			note := func(result any) { came = append(came, result.(string)) }
			block := func(ctx context.Context) (any, error) { <-ctx.Done(); return "cancelled", nil }
			answer := func(text string) func(context.Context) (any, error) {
				return func(context.Context) (any, error) { return text, nil }
			}
			_, err := session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					a, b := &chain{k: k}, &chain{k: k}
					running := a.offload(t, block, note)
					waiting := a.offload(t, answer("never"), note)
					a.offload(t, answer("a"), note)
					other := b.offload(t, answer("also never"), note)
					b.offload(t, answer("b"), note)
					other.Cancel()
					waiting.Cancel()
					running.Cancel()
				},
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.ElementsMatch(t, []string{"a", "b"}, came)
		})
	}
}

func ExampleHost_OffloadFunc() {
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var last *kernel.Job
			for _, statement := range []string{"insert", "update", "delete"} {
				last, _ = e.Host().OffloadFunc(last, "statement",
					func(context.Context) (any, error) { return statement, nil },
					func(_ kernel.Event, result any, err error) { fmt.Println(result, err) })
			}
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// insert <nil>
	// update <nil>
	// delete <nil>
}
