// A daemon between meters and a database: each line is a reading, METER VALUE, which
// is added to its meter's sum, and gets that sum.
//
//	go run . DATABASE PORT
package main

import (
	"database/sql"
	"fmt"
	"log"
	"os"
	"strconv"

	_ "modernc.org/sqlite"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/servertcp"
)

const table = "CREATE TABLE IF NOT EXISTS meter (name TEXT PRIMARY KEY, sum INTEGER)"

func main() {
	if len(os.Args) != 3 {
		log.Fatal("meters DATABASE PORT")
	}
	file, err := sql.Open("sqlite", os.Args[1])
	if err == nil {
		_, err = file.Exec(table)
	}
	port, wrong := strconv.Atoi(os.Args[2])
	if err != nil || wrong != nil {
		log.Fatal(err, wrong)
	}
	k := poe.New()
	db, err := dbi.New(k, dbi.Config{DB: file, MaxConns: 1})
	if err != nil {
		log.Fatal(err)
	}
	server, err := servertcp.Listen(k, servertcp.Config{
		Alias:   "server",
		Address: "127.0.0.1",
		Port:    port,
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			var meter string
			var value int
			if n, _ := fmt.Sscan(line, &meter, &value); n < 2 {
				c.Put("A reading is METER VALUE.")
				return
			}
			store(db, meter, value)
		}),
		ClientError:  func(*servertcp.Client, *poe.OpError) {},
		InlineStates: poe.Funcs{"stored": stored},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) { e.AliasSet("control"); e.Sig("INT", "stop") },
		"stop": func(e poe.Event) {
			e.SigHandled()
			e.AliasRemove("control")
			e.Post(poe.Alias("server"), "shutdown")
			db.Shutdown()
		},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// store adds a reading, whole or not at all. Those of a meter keep their order,
// whoever sends them, and meters do not wait for each other.
func store(db *dbi.DBI, meter string, value int) {
	err := db.Do(dbi.Query{Kind: dbi.Transaction, Lane: meter, Extra: meter, Event: "stored", Steps: []dbi.Query{
		dbi.Step(dbi.Do, "INSERT INTO meter VALUES (?, 0) ON CONFLICT DO NOTHING", meter),
		dbi.Step(dbi.Do, "UPDATE meter SET sum = sum + ? WHERE name = ?", value, meter),
		dbi.Step(dbi.Single, "SELECT sum FROM meter WHERE name = ?", meter),
	}})
	if err != nil {
		log.Print(err)
	}
}

// stored says the sum to the meter.
func stored(e poe.Event) {
	c, r := poe.Heap[servertcp.Client](e), poe.Arg[*dbi.Result](e, 0)
	if r.Err != nil {
		c.Put(fmt.Sprint(r.Query.Extra, " ", r.Err))
		return
	}
	c.Put(fmt.Sprint(r.Query.Extra, " ", r.Steps[2].Value))
}
