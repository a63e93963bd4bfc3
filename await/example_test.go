package await_test

import (
	"context"
	"fmt"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/await"
)

// A login in the middle of a handler's logic: the look-up blocks on another
// goroutine, the session continues with its other events.
func Example() {
	passwords := func(_ context.Context) (string, error) { return "apple", nil }
	k := poe.New()
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			e.Yield("login", "ann", "apple")
			e.Yield("other")
		},
		"other": func(e poe.Event) { fmt.Println("other events continue") },
		"login": func(e poe.Event) {
			user, given := poe.Args2[string, string](e)
			await.Async(e, func(t *await.Task) {
				want, err := await.Await(t, await.Within(time.Minute, await.Offload(passwords)))
				if err != nil {
					fmt.Println(err)
					return
				}
				fmt.Println(user, given == want)
			})
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// other events continue
	// ann true
}
