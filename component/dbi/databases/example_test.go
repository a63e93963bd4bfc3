package databases_test

import (
	"fmt"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/dbi"
)

// The database part of a daemon between meters and an alarm: the statements of each
// meter keep their order, meters do not wait for each other, and no reading is
// counted by half.
func Example() {
	k := poe.New()
	db, err := dbi.New(k, dbi.Config{Driver: "sqlite", DSN: "file::memory:", MaxConns: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	do := func(meter string, kind dbi.Kind, event, sql string, args ...any) {
		_ = db.Do(dbi.Query{Kind: kind, SQL: sql, Args: args, Event: event, Lane: meter, Extra: meter})
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) {
			do("", dbi.Do, "ready", "CREATE TABLE total (meter TEXT PRIMARY KEY, sum INTEGER)")
		},
		"ready": func(e poe.Event) {
			e.Yield("reading", "cellar", 3)
			e.Yield("reading", "attic", 4)
			e.Yield("reading", "cellar", 5)
		},
		"reading": func(e poe.Event) {
			meter, value := poe.Args2[string, int](e)
			do(meter, dbi.Begin, "done", "")
			do(meter, dbi.Do, "done", "INSERT INTO total VALUES (?, 0) ON CONFLICT DO NOTHING", meter)
			do(meter, dbi.Do, "done", "UPDATE total SET sum = sum + ? WHERE meter = ?", value, meter)
			do(meter, dbi.Single, "total", "SELECT sum FROM total WHERE meter = ?", meter)
			do(meter, dbi.Commit, "done", "")
		},
		"done": func(e poe.Event) {
			if r := poe.Arg[*dbi.Result](e, 0); r.Err != nil {
				fmt.Println(r.Query.Extra, r.Err)
			}
		},
		"total": func(e poe.Event) {
			r := poe.Arg[*dbi.Result](e, 0)
			fmt.Println(r.Query.Extra, r.Value, r.Err)
		},
	})
	fmt.Println(k.Run())
	// Unordered output:
	// cellar 3 <nil>
	// attic 4 <nil>
	// cellar 8 <nil>
	// <nil>
}
