// A line server whose accounts and notes are in a database.
//
//	go run . DATABASE PORT
package main

import (
	"database/sql"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/servertcp"
)

const tables = `
CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, password TEXT);
INSERT OR IGNORE INTO account VALUES ('ann', 'apple'), ('bob', 'banana');
CREATE TABLE IF NOT EXISTS note (name TEXT, key TEXT, text TEXT, PRIMARY KEY (name, key));`

func main() {
	if len(os.Args) != 3 {
		log.Fatal("accounts DATABASE PORT")
	}
	file, err := sql.Open("sqlite", os.Args[1])
	if err == nil {
		_, err = file.Exec(tables)
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
		Alias:       "server",
		Address:     "127.0.0.1",
		Port:        port,
		Dialogue:    func(d *servertcp.Dialogue) error { return (&visitor{Dialogue: d, db: db}).talk() },
		ClientError: func(*servertcp.Client, *poe.OpError) {},
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

// visitor is one conversation.
type visitor struct {
	*servertcp.Dialogue
	db   *dbi.DBI
	user string
}

func (v *visitor) talk() error {
	for {
		if err := v.login(); err != nil {
			return err
		}
		v.Send("Hello, " + v.user + ".")
		for v.user != "" {
			line, err := v.Expect(time.Minute)
			if err != nil {
				return err
			}
			if line == "quit" {
				v.Send("Bye.")
				return nil
			}
			if err := v.command(line); err != nil {
				return err
			}
		}
	}
}

func (v *visitor) login() error {
	for {
		v.Send("User?")
		user, err := v.Expect(time.Minute)
		if err != nil {
			return err
		}
		v.Send("Password?")
		password, err := v.Expect(time.Minute)
		if err != nil {
			return err
		}
		r, err := v.ask(dbi.Single, "SELECT password FROM account WHERE name = ?", user)
		if err != nil {
			return err
		}
		if r.Value == password {
			v.user = user
			return nil
		}
		v.Send("Wrong.")
	}
}

func (v *visitor) command(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	key, text, _ := strings.Cut(rest, " ")
	switch {
	case word == "set" && text != "":
		_, err := v.ask(dbi.Do, "INSERT OR REPLACE INTO note VALUES (?, ?, ?)", v.user, key, text)
		v.Send("Noted.")
		return err
	case word == "get" && key != "":
		r, err := v.ask(dbi.Single, "SELECT text FROM note WHERE name = ? AND key = ?", v.user, key)
		if err != nil {
			return err
		}
		if r.Value == nil {
			r.Value = "Nothing."
		}
		v.Send(fmt.Sprint(r.Value))
	case word == "list":
		r, err := v.ask(dbi.Array, "SELECT key FROM note WHERE name = ? ORDER BY key", v.user)
		if err != nil {
			return err
		}
		v.Send(strings.TrimSpace("Keys: " + strings.Trim(fmt.Sprint(r.Values), "[]")))
	case word == "logout":
		v.user = ""
	default:
		v.Send("Commands: set KEY TEXT, get KEY, list, logout, quit")
	}
	return nil
}

// ask waits for the database; others are served meanwhile.
func (v *visitor) ask(kind dbi.Kind, sql string, args ...any) (*dbi.Result, error) {
	return poe.Await(v.Task, v.db.Await(dbi.Step(kind, sql, args...)))
}
