package databases_test

import (
	"context"
	"fmt"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
)

// A letter that is in the database before anything else happens, and that the second
// attempt sends.
func Example_durable() {
	k := poe.New()
	db, err := dbi.New(k, dbi.Config{Driver: "sqlite", DSN: "file::memory:", MaxConns: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	send := func(_ context.Context, j *durable.Job) error { // on another goroutine
		if j.Attempt == 1 {
			return fmt.Errorf("nobody answers")
		}
		return nil
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			_, err := durable.New(k, durable.Config{DB: db, Work: send, Pause: 1, AckTo: e.Session, AckEvent: "attempted"})
			if err != nil {
				fmt.Println(err)
				return
			}
			e.RefcountIncrement(e.Session, "letters")
			e.Post(poe.Alias("jobs"), "enqueue", "stored", durable.Job{ID: "letter 1", Body: []byte("to all")})
		},
		"stored": func(e poe.Event) {
			s := durable.StoredOf(e)
			fmt.Println("stored:", s.Job.ID, s.Err)
		},
		"attempted": func(e poe.Event) {
			r := durable.ResultOf(e)
			fmt.Println("attempt", r.Job.Attempt, r.Err)
			if r.Err == nil || r.Dead {
				e.Post(poe.Alias("jobs"), "shutdown")
				e.RefcountDecrement(e.Session, "letters")
				e.Yield("close")
			}
		},
		"close": closeAfter(db),
	})
	fmt.Println(k.Run())
	// Output:
	// stored: letter 1 <nil>
	// attempt 1 nobody answers
	// attempt 2 <nil>
	// <nil>
}
