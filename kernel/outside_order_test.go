package kernel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// sendFromOutside calls send with the numbers below n on another goroutine. The kernel
// runs until the last call has returned.
func sendFromOutside(k *kernel.Kernel, n int, send func(i int)) {
	hold := k.Hold("the sender")
	go func() {
		defer hold.Release()
		for i := range n {
			send(i)
		}
	}()
}

// What another goroutine posts keeps its order while handlers post as well and
// so take in, in the middle of a turn, what has come meanwhile.
func TestOutsideOrderWhileHandlersPost(t *testing.T) {
	const posts = 200_000
	k := kernel.New()
	next := 0
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.AliasSet("main"))
			sendFromOutside(k, posts, func(i int) { k.Outside().Post(e.Session, "relay", i) })
		},
		"relay": func(e kernel.Event) { require.NoError(t, e.Kernel.Post(e.Session, "got", e.Args...)) },
		"got": func(e kernel.Event) {
			if i := kernel.Arg[int](e, 0); i == next {
				next++
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, posts, next)
}

// Functions that other goroutines have run keep their place among what they post, also
// where a handler takes in what comes before them.
func TestOutsideFunctionsKeepTheirPlace(t *testing.T) {
	const posts = 20_000
	k := kernel.New()
	sent := 0
	var posted, ran, handled int
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.AliasSet("main"))
			sendFromOutside(k, posts, func(i int) {
				k.Outside().Post(e.Session, "got", i)
				if i%7 == 0 || i%1000 < 3 {
					k.Outside().DoAsync(func(*kernel.Kernel) {
						require.GreaterOrEqual(t, ran, 0)
						require.LessOrEqual(t, handled, i+1, "an event has overtaken the function before it")
						ran++
					})
					sent++
				}
			})
		},
		"got": func(e kernel.Event) {
			require.Equal(t, handled, kernel.Arg[int](e, 0))
			handled++
			if handled%3 == 0 {
				e.Kernel.Yield("own") // takes in what has come
			}
		},
		"own": func(kernel.Event) { posted++ },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, posts, handled)
	require.Equal(t, posts/3, posted)
	require.Equal(t, sent, ran)
}
